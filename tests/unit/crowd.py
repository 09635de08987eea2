"""A world with thousands of machines in one group, many people, and full queues."""

from dataclasses import replace
from datetime import timedelta

from loadzone.config import Config
from loadzone.domain.people import BrowserSession, Entry, Token, User
from loadzone.domain.records import Booking, Group, Hold, State, Vm, Waiter
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.notifications.letters import letters_for
from loadzone.rules import groups, inventory
from loadzone.rules.finish import finish
from support.world import ALICE, BOB, NOON

EACH = 50  # machines booked by each of the others
GROUP = 1


class Crowd:
    """`size` machines in group 1; group 2 is empty.

    `booked`, `held`, `places` are shares of `size`: so many machines from the front are booked, so many after them are
    held, and so many people wait in the group's queue, for one machine and for several in turn. With `own_queues` every
    third machine has a queue of its own. `by` holds all bookings; else each of many people has some. They end in
    `hours`. Jobs keep places for `beats` minutes. A share of the machines, or "group", was `deleted` some minutes ago;
    its letters are in the outbox.
    """

    def __init__(
        self,
        size,
        booked=None,
        held=0,
        places=0,
        by=None,
        hours=2,
        own_queues=False,
        beats=None,
        hold_minutes=15,
        domains=(),
        deleted=0,
        deleted_minutes=1,
    ):
        self.size = size
        self.by, self.beats = by, beats
        self.end, self.held_until = NOON + timedelta(hours=hours), NOON + timedelta(minutes=hold_minutes)
        self.limits = Config(admins=(ALICE,), max_machines=size, allowed_domains=domains)
        booked = int(size * (1 - held if booked is None else booked))
        vms = [self._vm(n, booked, int(size * held), own_queues) for n in range(size)]
        names = tuple(vm.id for vm in vms)
        waiters = tuple(
            self._waiter(f"w{n}@example.com", n, count=(1, 3, 40)[n % 3]) for n in range(int(size * places))
        )
        self.state = State(
            vms={vm.id: vm for vm in vms},
            groups={GROUP: Group(GROUP, "Perf", names, waiters), 2: Group(2, "Other")},
            users=self._users(vms, waiters),
        )
        self.names = list(names)
        self.held = f"vm-{booked}"
        self.holds_and_waits = f"w{booked}@example.com"
        if deleted:
            self._delete(deleted, deleted_minutes)

    def run(self, rule, **arguments):
        """Run the rule as the command bus does; return the unit of work."""
        uow = UnitOfWork(self.state, NOON, self.limits)
        rule(uow, **arguments)
        finish(uow)
        return uow

    def _delete(self, share, minutes):
        uow = UnitOfWork(self.state, NOON - timedelta(minutes=minutes), self.limits)
        if share == "group":
            groups.delete(uow, ALICE, GROUP)
        else:
            self.names = self.names[: int(self.size * share)]
            inventory.delete_all(uow, ALICE, self.names, force=True)
        finish(uow)
        for letter in letters_for(uow.events, uow.now):
            uow.letters[letter.id] = letter
        uow.apply_to(self.state)

    def _vm(self, n, booked, held, own_queues):
        queue = (self._waiter(f"q{n}@example.com", n),) if own_queues and n % 3 == 0 else ()
        vm = Vm(f"vm-{n}", group=GROUP, tags=("linux",), queue=queue)
        if n < booked:
            holder = self.by or f"h{n // EACH}@example.com"
            return replace(vm, booking=Booking(holder, self.end, NOON, NOON, heartbeat_minutes=30, heartbeat_at=NOON))
        if n < booked + held:
            return replace(vm, hold=Hold(f"w{n}@example.com", 1, NOON, self.held_until, GROUP))
        return vm

    def _waiter(self, email, n, count=1):
        since = NOON - timedelta(hours=1) + timedelta(milliseconds=n)
        return Waiter(email, 1, since, count=count, heartbeat_minutes=self.beats, seen=since)

    def _users(self, vms, waiters):
        people = [ALICE, BOB, *(vm.holder for vm in vms if vm.holder), *(waiter.email for waiter in waiters)]
        people += [vm.hold.email for vm in vms if vm.hold]
        people += [waiter.email for vm in vms for waiter in vm.queue]
        users = {email: User(email, NOON) for email in people}
        token = Token("t", "nightly", "digest", NOON, NOON + timedelta(days=30))
        users[BOB] = replace(users[BOB], sessions={"s": BrowserSession(NOON, way="trust")}, tokens={"t": token})
        for vm in vms:
            if vm.holder:
                user = users[vm.holder]
                users[vm.holder] = replace(user, bookings=(*user.bookings, Entry("book", vm.id, NOON, NOON)))
        return users
