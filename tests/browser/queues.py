"""Join, leave and hold: queue calls for the tests of the page."""

from support.answers import done
from support.people import Person


def join(person: Person, hours: float = 4, **where: object) -> dict:
    """Join a queue: join(bob, vm_id="vm-1"), join(bob, group_id=1, count=2, auto=True)."""
    return done(person.post("/queue/join", {"hours": hours, **where}))


def leave(person: Person, **where: object) -> dict:
    return done(person.post("/queue/leave", where))


def hold(vm_id: str, for_: Person, by: Person, hours: float = 4) -> None:
    """Make the machine held for `for_`: `by` books it, `for_` joins the queue, `by` releases it."""
    done(by.book(vm_id, 1))
    join(for_, hours, vm_id=vm_id)
    done(by.cancel(vm_id))
