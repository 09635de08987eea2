"""A durable store with a command bus, a scheduler, and a clock that stands still until it is moved."""

from datetime import timedelta

import pytest

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.rules import beginning, booking, inventory, people
from loadzone.rules.finish import finish
from loadzone.schemas.serializers import shown
from scheduler import Scheduler
from support.durables import Refusing
from support.hearing import Behind
from support.world import ALICE, BOB, NOON


class System:
    """A durable store, a command bus, a scheduler, and a clock that stands still until it is moved.

    In the block of `disk.full()` nothing can be saved.
    """

    def __init__(self, open_store, clock=None, leadership=None, at_once=None, **settings):
        self.now = NOON
        self.unheard = timedelta(0)
        self.hearing = Behind(lambda: self.unheard)
        self.clock = clock or (lambda: self.now)
        self.limits = Config(admins=(ALICE,), **settings)
        self.store = open_store(shown=shown, wrap=self._over)
        self.bus = CommandBus(
            self.store,
            self.clock,
            self.limits,
            finish,
            lambda event, now: (),
            hearing=self.hearing,
        )
        self.scheduler = Scheduler(self.store, self.bus, self.limits, self.clock, self.hearing, leadership, at_once)
        self.bus.run(beginning.begin)  # as the start of a server does
        self.commits = []
        self.store.subscribe(self.commits.append)
        for person in (ALICE, BOB):
            self.bus.run(people.sign_in, email=person, session="s")

    def add(self, *vm_ids):
        for vm_id in vm_ids:
            self.bus.run(inventory.add, actor=ALICE, vm_id=vm_id, group_id=None)

    def book(self, vm_id, hours):
        return self.bus.run(booking.book, actor=BOB, vm_id=vm_id, hours=hours)

    def events(self):
        kinds = self.told()
        self.commits.clear()
        return kinds

    def told(self):
        return [(event.kind, event.vm_id) for commit in self.commits for event in commit.events]

    def _over(self, durable):
        self.disk = Refusing(durable)
        return self.disk

    def close(self):
        self.scheduler.stop()
        self.store.close()


@pytest.fixture
def open_system(open_store):
    """Return a function that opens a System: open_system(clock=…, remind_minutes=…). At the end all are closed."""
    opened = []

    def open_one(**options):
        opened.append(System(open_store, **options))
        return opened[-1]

    yield open_one
    for system in opened:
        system.close()
