"""What people do in queues, for the tests of the page."""

from support.answers import done
from support.people import Person


def join(person: Person, hours: float = 4, **where: object) -> dict:
    """The person waits: join(bob, vm_id="vm-1"), join(bob, group_id=1, count=2, auto=True)."""
    return done(person.post("/queue/join", {"hours": hours, **where}))


def leave(person: Person, **where: object) -> dict:
    return done(person.post("/queue/leave", where))


def hold(vm_id: str, for_: Person, by: Person, hours: float = 4) -> None:
    """The machine is booked and released while `for_` waits for it, so it is held for them."""
    done(by.book(vm_id, 1))
    join(for_, hours, vm_id=vm_id)
    done(by.cancel(vm_id))
