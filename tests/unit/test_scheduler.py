"""The scheduler with a clock moved by hand, and once with real timers, to measure how soon they wake."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.commit import CannotSave
from loadzone.domain.records import Booking
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import utc_now
from loadzone.rules import booking, inventory, people, tokens
from support.stores import write
from support.world import ALICE, BOB, NOON, unit


@pytest.fixture
def system(open_system):
    system = open_system(remind_minutes=())
    system.add("vm", "other")
    system.commits.clear()
    return system


def test_at_the_deadline_the_machine_is_released_and_others_stay(system):
    system.book("vm", 1)
    system.book("other", 2)
    system.events()
    system.now += timedelta(hours=1)
    system.scheduler.tick()
    assert system.events() == [("expired", "vm")]
    assert system.scheduler.next_deadline == NOON + timedelta(hours=2)


def test_a_renewed_booking_is_not_released_at_its_old_end(system):
    system.book("vm", 1)
    system.bus.run(booking.renew, actor=BOB, vm_id="vm", hours=1)
    system.events()
    system.now += timedelta(hours=1)
    system.scheduler.tick()
    assert system.events() == []
    assert system.scheduler.next_deadline == NOON + timedelta(hours=2)


def test_a_renamed_machine_is_released_at_its_end(system):
    system.book("vm", 1)
    system.bus.run(inventory.edit, actor=ALICE, vm_id="vm", name="db")
    system.events()
    system.now += timedelta(hours=1)
    system.scheduler.tick()
    assert system.events() == [("expired", "db")]


def test_bookings_that_ended_while_the_server_was_down_are_released_first_and_in_order(system, open_system):
    system.book("vm", 2)
    system.book("other", 1)
    system.close()
    again = open_system(clock=lambda: NOON + timedelta(days=2))
    again.commits.clear()
    again.scheduler.catch_up()
    assert again.events() == [("expired", "other"), ("expired", "vm")]
    assert [e.action for e in again.store.snapshot.users[BOB].bookings] == ["release", "release"]


def test_a_clock_that_jumps_ahead_releases_once(system):
    system.book("vm", 1)
    system.events()
    system.now += timedelta(days=29)
    system.scheduler.tick()
    system.scheduler.sweep()
    assert system.events() == [("expired", "vm")]


def test_a_clock_that_jumps_back_leaves_nothing_stuck(system):
    system.book("vm", 1)
    system.now -= timedelta(hours=10)
    system.scheduler.tick()
    assert system.store.snapshot.vms["vm"].holder == BOB
    system.now = NOON + timedelta(hours=1)
    system.events()
    system.scheduler.tick()
    assert system.events() == [("expired", "vm")]


def book_with_job(system):
    system.bus.run(booking.book, actor=BOB, vm_id="vm", hours=20, heartbeat_minutes=10)
    system.events()


def test_after_a_pause_a_job_has_what_was_left_of_its_time(system):
    book_with_job(system)
    system.now += timedelta(hours=2)
    system.unheard = timedelta(hours=2)
    system.scheduler.tick()
    assert system.events() == []
    assert system.scheduler.next_deadline == system.now + timedelta(minutes=10)
    system.now += timedelta(minutes=10)
    system.scheduler.tick()
    assert system.events() == [("silent", "vm")]


def test_after_the_clock_was_set_back_a_silent_job_is_noticed_in_time(system):
    book_with_job(system)
    system.now -= timedelta(days=1)
    system.unheard = timedelta(days=-1)
    system.scheduler.sweep()
    system.now += timedelta(minutes=10)
    system.scheduler.tick()
    assert system.events() == [("silent", "vm")]


def test_a_start_on_a_full_disk_gives_jobs_their_time_again_once_it_can(system, open_system):
    book_with_job(system)
    system.close()
    again = open_system(clock=lambda: NOON + timedelta(hours=2))
    with again.disk.full():
        again.scheduler.catch_up()
    again.scheduler.tick()
    assert again.store.snapshot.vms["vm"].booking.heartbeat_at == NOON + timedelta(hours=2)


def test_the_disk_is_told_to_fail_until_something_was_saved(system):
    with system.disk.full():
        with pytest.raises(CannotSave):
            system.book("vm", 1)
        assert system.store.is_failing
    assert system.store.is_failing
    system.book("vm", 1)
    assert not system.store.is_failing


def test_the_sweep_notices_that_the_disk_is_back_even_if_nobody_writes(system):
    with system.disk.full():
        with pytest.raises(CannotSave):
            system.book("vm", 1)
        system.scheduler.sweep()
        assert system.store.is_failing
    system.scheduler.sweep()
    assert not system.store.is_failing


def test_sessions_and_tokens_that_ran_out_during_a_long_sleep_are_told(system):
    system.bus.run(tokens.create, BOB, "t", "nightly", "digest", 1)
    system.events()
    system.now += timedelta(days=40)
    system.scheduler.sweep()
    ended = [session for commit in system.commits for event in commit.events for session in event.sessions]
    assert ended == ["t", "s", "s"]
    system.commits.clear()
    system.scheduler.sweep()
    assert system.events() == []


def test_ten_thousand_that_end_together_are_released_once_each_in_one_commit(open_system):
    system = open_system(remind_minutes=(), max_machines=10_000)
    names = [f"vm-{n}" for n in range(10_000)]

    def add_and_book_all(uow):
        for name in names:
            inventory.add(uow, ALICE, name, None)
            booking.book(uow, BOB, name, 1)

    system.store.do(unit, add_and_book_all)
    system.commits.clear()
    system.now += timedelta(hours=1)
    system.scheduler.tick()
    assert len(system.commits) == 1
    assert sorted(system.events()) == sorted(("expired", name) for name in names)
    assert not any(vm.holder for vm in system.store.snapshot.vms.values())


def test_a_full_disk_delays_a_release_but_does_not_lose_it(system):
    system.book("vm", 1)
    system.events()
    system.now += timedelta(hours=1)
    with system.disk.full():
        system.scheduler.tick()
    assert system.store.snapshot.vms["vm"].holder == BOB
    assert system.scheduler.next_deadline > system.now, "it is tried again after a pause"
    system.now = system.scheduler.next_deadline
    system.scheduler.tick()
    assert system.events() == [("expired", "vm")]


def test_the_sweep_finds_deadlines_missing_from_the_heap(system):
    system.book("vm", 1)
    system.events()
    system.scheduler._heap.clear()
    system.now += timedelta(hours=1)
    system.scheduler.tick()
    assert system.events() == []
    system.scheduler.sweep()
    assert system.events() == [("expired", "vm")]


def test_the_clean_up_writes_only_if_something_is_removed(system):
    system.scheduler.clean_up()
    assert not any(commit.touched.users for commit in system.commits)
    system.book("vm", 1)
    system.bus.run(booking.cancel, actor=BOB, vm_id="vm")
    system.now += timedelta(hours=2)
    system.scheduler.clean_up()
    assert system.store.snapshot.users[BOB].bookings == ()


def test_the_timers_wake_at_the_deadline_among_5000_bookings(open_system):
    """Measure with the real clock how much later a few releases come than bare timers of the same run."""
    system = open_system(clock=utc_now, max_machines=10_000)
    soon = [f"soon-{n}" for n in range(8)]

    def add_all_and_book_most(uow):
        for name in [*soon, *(f"vm-{n}" for n in range(5000))]:
            inventory.add(uow, ALICE, name, None)
        for n in range(5000):
            booking.book(uow, BOB, f"vm-{n}", 1 + n / 1000)

    system.store.do(lambda state: UnitOfWork(state, utc_now(), system.limits), add_all_and_book_most)
    system.scheduler.start()
    late, bare, all_free = {}, {}, threading.Event()

    def record(commit):
        for event in commit.events:
            if event.kind == "expired":
                late[event.vm_id] = utc_now() - event.until
        if len(late) == len(soon):
            all_free.set()

    system.store.subscribe(record)
    for n, name in enumerate(soon):
        end = system.book(name, (0.5 + n / 10) / 3600).booking.expires_at
        wait = (end - utc_now()).total_seconds()
        threading.Timer(wait, lambda name=name, end=end: bare.update({name: utc_now() - end})).start()
    assert all_free.wait(60)
    system.close()
    assert min(late.values()) >= timedelta(0), "never early"
    extra = [late[name] - bare.get(name, timedelta(0)) for name in soon]
    assert min(extra) < timedelta(milliseconds=100), "a busy machine delays many of them, and a fault all"


def test_a_booking_without_an_end_gets_one_at_the_next_sweep_if_the_start_could_not_save_it(system):
    write(system.store, replace(system.store.snapshot.vms["vm"], booking=Booking(BOB)))
    with system.disk.full():
        system.scheduler.catch_up()
    assert system.store.snapshot.vms["vm"].booking.expires_at is None
    system.scheduler.sweep()
    assert system.scheduler.next_deadline == NOON + timedelta(hours=24)


def test_the_sweep_tells_of_tokens_that_end_soon_also_after_a_restart(system, open_system):
    token = system.bus.run(tokens.create, actor=BOB, token_id="t", name="nightly", digest="d", days=30)
    system.events()
    system.now = token.expires - timedelta(days=13)
    system.scheduler.catch_up()
    assert system.events() == [("token_expires", None)]
    system.scheduler.sweep()
    assert system.events() == []
    system.now = token.expires - timedelta(days=6)
    system.close()
    again = open_system(clock=lambda: token.expires - timedelta(days=6))
    again.events()
    again.scheduler.catch_up()
    assert again.events() == [("token_expires", None)]


def test_work_that_fails_is_logged_and_keeps_nothing_else_from_being_done(system, monkeypatch, caplog):
    def fail(*_):
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(people, "end_disallowed", fail)
    system.book("vm", 1)
    system.events()
    system.now += timedelta(hours=1)
    system.scheduler.sweep()
    assert system.events() == [("expired", "vm")]
    assert "nobody has thought of this" in caplog.text
