"""Time brought about by hand, and the real timers once, for how soon they wake."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Booking
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib import atomic_file
from loadzone.lib.times import utc_now
from loadzone.rules import booking, inventory, people
from loadzone.schemas.serializers import shown
from loadzone.server.clock_safe_scheduler import LONGEST_SLEEP, ClockSafeScheduler
from scheduler import Scheduler
from storage import JsonStore
from support.disk import Failing
from support.world import ALICE, BOB, NOON, unit


class Place:
    """A store on disk, a command bus, a scheduler, and a clock that stands until it is moved."""

    def __init__(self, path, clock=None, **settings):
        self.now = NOON
        self.clock = clock or (lambda: self.now)
        self.limits = Config(admins=(ALICE,), **settings)
        self.store = JsonStore(path, shown=shown)
        self.bus = CommandBus(self.store, self.clock, self.limits, lambda event, now: ())
        self.scheduler = Scheduler(self.store, self.bus, self.limits, self.clock)
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
        kinds = [(event.kind, event.vm_id) for commit in self.commits for event in commit.events]
        self.commits.clear()
        return kinds

    def close(self):
        self.scheduler.stop()
        self.store.close()


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path / "data.json", remind_minutes=())
    place.add("vm", "other")
    place.commits.clear()
    yield place
    place.close()


def test_at_the_deadline_the_machine_is_released_and_others_stay(place):
    place.book("vm", 1)
    place.book("other", 2)
    place.events()
    place.now += timedelta(hours=1)
    place.scheduler.tick()
    assert place.events() == [("expired", "vm")]
    assert place.scheduler.next_deadline == NOON + timedelta(hours=2)


def test_a_renewed_booking_is_not_released_at_its_old_end(place):
    place.book("vm", 1)
    place.bus.run(booking.renew, actor=BOB, vm_id="vm", hours=1)
    place.events()
    place.now += timedelta(hours=1)
    place.scheduler.tick()
    assert place.events() == []
    assert place.scheduler.next_deadline == NOON + timedelta(hours=2)


def test_what_ended_while_the_server_was_down_is_released_in_order_before_anything_else(place, tmp_path):
    place.book("vm", 2)
    place.book("other", 1)
    place.close()
    again = Place(tmp_path / "data.json", clock=lambda: NOON + timedelta(days=2))
    again.commits.clear()
    again.scheduler.catch_up()
    assert again.events() == [("expired", "other"), ("expired", "vm")]
    assert [e.action for e in again.store.snapshot.users[BOB].bookings] == ["release", "release"]
    again.close()


def test_a_clock_that_jumps_ahead_releases_once(place):
    place.book("vm", 1)
    place.events()
    place.now += timedelta(days=29)
    place.scheduler.tick()
    place.scheduler.sweep()
    assert place.events() == [("expired", "vm")]


def test_a_clock_that_jumps_back_leaves_nothing_stuck(place):
    place.book("vm", 1)
    place.now -= timedelta(hours=10)
    place.scheduler.tick()
    assert place.store.snapshot.vms["vm"].holder == BOB
    place.now = NOON + timedelta(hours=1)
    place.events()
    place.scheduler.tick()
    assert place.events() == [("expired", "vm")]


def test_ten_thousand_that_end_together_are_released_once_each_in_one_commit(tmp_path):
    place = Place(tmp_path / "data.json", remind_minutes=())
    names = [f"vm-{n}" for n in range(10_000)]
    with place.store.transaction(unit) as uow:
        for name in names:
            inventory.add(uow, ALICE, name, None)
            booking.book(uow, BOB, name, 1)
    place.commits.clear()
    place.now += timedelta(hours=1)
    place.scheduler.tick()
    assert len(place.commits) == 1
    assert sorted(place.events()) == sorted(("expired", name) for name in names)
    assert not any(vm.holder for vm in place.store.snapshot.vms.values())
    place.close()


def test_a_full_disk_delays_a_release_and_loses_it_not(place, monkeypatch):
    place.book("vm", 1)
    place.events()
    place.now += timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("writev"))
        place.scheduler.tick()
    assert place.store.snapshot.vms["vm"].holder == BOB
    assert place.scheduler.next_deadline > place.now, "it is tried again, and not without a pause"
    place.now = place.scheduler.next_deadline
    place.scheduler.tick()
    assert place.events() == [("expired", "vm")]


def test_the_sweep_finds_what_the_heap_does_not_know(place):
    place.book("vm", 1)
    place.events()
    place.scheduler._heap.clear()
    place.now += timedelta(hours=1)
    place.scheduler.tick()
    assert place.events() == []
    place.scheduler.sweep()
    assert place.events() == [("expired", "vm")]


def test_the_clean_up_writes_only_where_something_goes(place):
    place.scheduler.clean_up()
    assert not any(commit.touched.users for commit in place.commits)
    place.book("vm", 1)
    place.bus.run(booking.cancel, actor=BOB, vm_id="vm")
    place.now += timedelta(hours=2)
    place.scheduler.clean_up()
    assert place.store.snapshot.users[BOB].bookings == ()


def test_the_timers_wake_at_the_deadline_among_5000_bookings(tmp_path):
    """With the real clock: how much later each of a few releases is than a bare timer of the same run."""
    place = Place(tmp_path / "data.json", clock=utc_now)
    soon = [f"soon-{n}" for n in range(8)]
    with place.store.transaction(lambda state: UnitOfWork(state, utc_now(), place.limits)) as uow:
        for name in [*soon, *(f"vm-{n}" for n in range(5000))]:
            inventory.add(uow, ALICE, name, None)
        for n in range(5000):
            booking.book(uow, BOB, f"vm-{n}", 1 + n / 1000)
    place.scheduler.start()
    late, bare, all_free = {}, {}, threading.Event()

    def note(commit):
        for event in commit.events:
            if event.kind == "expired":
                late[event.vm_id] = utc_now() - event.until
        if len(late) == len(soon):
            all_free.set()

    place.store.subscribe(note)
    for n, name in enumerate(soon):
        end = place.book(name, (0.5 + n / 10) / 3600).booking.expires_at
        wait = (end - utc_now()).total_seconds()
        threading.Timer(wait, lambda name=name, end=end: bare.update({name: utc_now() - end})).start()
    assert all_free.wait(60)
    place.close()
    assert min(late.values()) >= timedelta(0), "never early"
    extra = sorted(late[name] - bare.get(name, timedelta(0)) for name in soon)
    assert extra[len(soon) // 4] < timedelta(milliseconds=100)


def test_a_booking_without_an_end_gets_one_at_the_next_sweep_where_the_start_could_not(place, monkeypatch):
    with place.store.transaction(unit) as uow:
        uow.vms["vm"] = replace(uow.vms["vm"], booking=Booking(BOB))
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("writev"))
        place.scheduler.catch_up()
    assert place.store.snapshot.vms["vm"].booking.expires_at is None
    place.scheduler.sweep()
    assert place.scheduler.next_deadline == NOON + timedelta(hours=24)


def test_the_timers_look_at_the_clock_again_every_few_seconds():
    timers = ClockSafeScheduler()
    timers.start(paused=True)
    assert timers._process_jobs() <= LONGEST_SLEEP
    timers.resume()
    timers.add_job(lambda: None, "date", run_date=utc_now() + timedelta(days=1))
    assert timers._process_jobs() <= LONGEST_SLEEP
    timers.shutdown()
