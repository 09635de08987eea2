"""The timers of a process that leads, or does not, of several that share the state."""

from datetime import timedelta

import pytest

from loadzone.rules import inventory, people
from support.leading import Leading
from support.waiting import eventually
from support.world import ALICE, BOB, NOON


@pytest.fixture
def leadership():
    return Leading()


@pytest.fixture
def system(open_system, leadership):
    system = open_system(leadership=leadership, at_once=2, remind_minutes=())
    system.add(*(f"vm-{n}" for n in range(5)))
    system.commits.clear()
    return system


def book_all(system):
    for n in range(5):
        system.book(f"vm-{n}", 1 + n / 100)
    system.events()


def test_a_process_that_does_not_lead_ends_nothing_and_cleans_nothing(system):
    book_all(system)
    system.now += timedelta(days=40)
    for work in (system.scheduler.tick, system.scheduler.sweep, system.scheduler.clean_up, system.scheduler.catch_up):
        work()
    assert system.commits == []
    assert system.scheduler.next_deadline is None, "nobody takes anything out of the heap, so it must not grow"


def test_a_process_that_begins_to_lead_does_what_was_left_and_what_comes(system, leadership):
    book_all(system)
    system.now += timedelta(hours=1, minutes=1)
    system.scheduler.start()
    leadership.begin()
    eventually(lambda: ("expired", "vm-1") in [*system.told()])
    assert system.told() == [("expired", "vm-0"), ("expired", "vm-1")]
    assert system.scheduler.next_deadline == NOON + timedelta(hours=1.02)
    system.now = NOON + timedelta(hours=1.02)
    system.scheduler.tick()
    assert system.told()[2:] == [("expired", "vm-2")]


def test_leadership_that_began_before_the_timers_is_not_missed(system, leadership):
    book_all(system)
    system.now += timedelta(hours=2)
    leadership.begin()
    system.scheduler.start()
    eventually(lambda: len(system.told()) == 5)


def test_a_process_that_leads_no_more_stops_between_two_commands(system, leadership):
    book_all(system)
    leadership.begin()
    system.scheduler._collect()
    system.now += timedelta(hours=2)
    system.store.subscribe(lambda commit: setattr(leadership, "leads", False))
    system.scheduler.tick()
    assert [vm for _, vm in system.events()] == ["vm-0", "vm-1"]


def test_what_ends_together_is_ended_a_few_at_a_time_in_order(system, leadership):
    book_all(system)
    leadership.begin()
    system.scheduler._collect()
    system.now += timedelta(hours=2)
    system.scheduler.tick()
    ended = [[event.vm_id for event in commit.events] for commit in system.commits]
    assert ended == [["vm-0", "vm-1"], ["vm-2", "vm-3"], ["vm-4"]]


def test_what_ran_out_since_the_last_leaders_look_is_told_and_nothing_older(system, leadership):
    system.scheduler.sweep()
    system.bus.run(people.sign_in, email="eve@example.com", session="e")
    system.bus.run(inventory.add, actor=ALICE, vm_id="x", group_id=None)
    system.now += timedelta(days=30)
    system.scheduler.sweep()
    system.now += timedelta(seconds=90)
    system.commits.clear()
    leadership.begin()
    system.scheduler.sweep()
    told = {event.to for commit in system.commits for event in commit.events if event.kind == "sessions_expired"}
    assert told == {ALICE, BOB, "eve@example.com"}
    system.commits.clear()
    leadership.leads = False
    system.now += timedelta(days=1)
    system.scheduler.sweep()
    leadership.leads = True
    system.scheduler.sweep()
    assert system.commits == []
