"""Run rules without Flask, files or clocks, in a world in memory whose time stands still until it is moved."""

from datetime import datetime, timedelta, timezone

import pytest

from loadzone.config import Config
from loadzone.domain import tallies
from loadzone.domain.records import State
from loadzone.domain.refusal import Refusal
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.notifications.messages import is_told
from loadzone.rules import expiry, inventory, people
from loadzone.rules.finish import finish
from support.hearing import Behind

ALICE, BOB, CHARLIE = "alice@example.com", "bob@example.com", "charlie@example.com"
NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def unit(state):
    """Return a unit of work at noon, for tests that write to a store without a rule."""
    return UnitOfWork(state, NOON, Config(admins=(ALICE,), max_machines=10_000))


class World:
    """A state, a clock and limits. `do` runs a rule as the command bus does, and keeps its events."""

    def __init__(self, **settings):
        self.state = State()
        self.now = NOON
        self.limits = Config(**{"admins": (ALICE,), **settings})
        self.unheard = timedelta(0)  # how far the listening clock is behind
        self.hearing = Behind(lambda: self.unheard)
        self.events = []
        self.moved = 0  # the number of the last line of the history that was moved
        self.lines = []
        self.seen = lambda line: None  # is called with each line of the history
        for person in (ALICE, BOB, CHARLIE):
            self.do(people.sign_in, email=person, session=f"session of {person}")

    def do(self, rule, pause=lambda: None, **arguments):
        self.state.tallies = None  # a test may have written to the tables
        last = self.state.last_number
        uow = UnitOfWork(self.state, self.now, self.limits, self.hearing, pause, moved=self.moved)
        answer = rule(uow, **arguments)
        finish(uow)
        uow.apply_to(self.state)
        assert self.state.tallies == tallies.count(self.state)
        self.events = uow.events
        self.look_at_lines(last)
        return uow.latest(answer)

    def look_at_lines(self, last):
        """Take the lines after this number, which the last rule has written."""
        self.lines = [line for line in self.state.history.values() if line.id > last]
        for line in self.lines:
            self.seen(line)

    def add(self, *vm_ids, group_id=None):
        for vm_id in vm_ids:
            self.do(inventory.add, actor=ALICE, vm_id=vm_id, group_id=group_id)

    def refused(self, rule, **arguments):
        """Return the refusal with which the rule must end; it may not change the state."""
        before = self.state.copy()
        with pytest.raises(Refusal) as caught:
            self.do(rule, **arguments)
        assert self.state == before
        return caught.value

    def later(self, **amount):
        self.now += timedelta(**amount)

    def next_deadline(self, vm):
        return expiry.next_deadline(vm, self.limits, self.hearing, self.now)

    def vm(self, vm_id="vm"):
        return self.state.vms[vm_id]

    def history(self, email=BOB):
        return [entry.action for entry in self.state.users[email].bookings]

    def kinds(self):
        return [event.kind for event in self.events]

    def told(self):
        """Return the events of which somebody is told."""
        return [event for event in self.events if is_told(event)]
