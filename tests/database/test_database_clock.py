"""The database's time, on a node whose own clock is wrong, whose network is slow, or that is cut off."""

from datetime import datetime, timedelta, timezone

import pytest

from loadzone.database.database_clock import WAITED_FOR, DatabaseClock
from storage import DurableStore

NOON = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)


class Machine:
    """A machine with a wall clock that is wrong, and a steady one."""

    def __init__(self, wrong_by=timedelta(0)):
        self.wrong_by = wrong_by
        self.seconds = 1000.0
        self.clock = DatabaseClock(self.wall, lambda: self.seconds)

    def wall(self):
        return NOON + timedelta(seconds=self.seconds - 1000) + self.wrong_by

    def hear(self, after=0.0, there=0.0, back=0.0):
        """Ask the database, whose time is noon `after` so many seconds; it takes `there` and `back` to travel."""
        asked = self.seconds
        self.seconds += there + back
        self.clock.hear(NOON.timestamp() + after, asked)

    def says(self, after):
        """Tell whether the clock is right to a millisecond, `after` so many seconds from noon."""
        return abs(self.clock() - NOON - timedelta(seconds=after)) <= timedelta(milliseconds=1)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_it_is_the_databases_time_however_wrong_the_machine_is(minutes):
    machine = Machine(timedelta(minutes=minutes))
    machine.hear()
    assert machine.says(0)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_setting_the_machines_clock_changes_nothing(minutes):
    machine = Machine()
    machine.hear()
    machine.wrong_by = timedelta(minutes=minutes)
    machine.seconds += 1
    assert machine.says(1)
    machine.hear(after=1)
    assert machine.says(1)


def test_between_hearings_it_runs_on():
    machine = Machine()
    machine.hear()
    machine.seconds += 9.5
    assert machine.says(9.5)


def test_a_slow_answer_moves_nothing():
    machine = Machine()
    machine.hear()
    machine.seconds += 1
    machine.hear(after=1, back=2)
    assert machine.says(3)
    machine.hear(after=5, there=2)
    assert machine.says(5)


def test_it_follows_a_database_that_goes_faster():
    machine = Machine()
    machine.hear()
    machine.seconds += 1
    machine.hear(after=3)
    assert machine.says(3)


def test_it_waits_for_a_database_that_was_set_back_a_little():
    machine = Machine()
    machine.hear(after=10)
    assert machine.says(10)
    machine.seconds += 1
    machine.hear(after=9)
    assert machine.says(10)
    machine.seconds += 2
    assert machine.says(11)


def test_it_follows_a_database_that_was_set_back_far():
    machine = Machine()
    machine.hear(after=3600)
    assert machine.says(3600)
    machine.hear(after=3600 - WAITED_FOR - 1)
    assert machine.says(3600 - WAITED_FOR - 1)


def test_it_is_cut_to_milliseconds_as_what_is_stored():
    machine = Machine()
    machine.hear(after=0.1239)
    assert machine.clock().microsecond % 1000 == 0


def test_it_is_right_as_soon_as_the_state_is_loaded(place):
    durable = place.durable()
    ahead = timedelta(minutes=7)
    durable.clock = DatabaseClock(lambda: datetime.now(timezone.utc) + ahead)
    store = DurableStore(durable)
    assert abs(durable.clock() - datetime.now(timezone.utc)) < ahead / 2
    store.close()
