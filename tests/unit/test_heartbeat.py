"""Heartbeats of jobs: a booking, or a place in a queue, ends when its job goes silent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.records import Waiter
from loadzone.rules.booking import beat, book, renew
from loadzone.rules.expiry import settle
from loadzone.rules.queue import forget_silent, join
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import holds, queued, waiting


@pytest.fixture
def with_job(world):
    """Return the world with a booking of bob's for eight hours, whose job must report every ten minutes."""
    world.do(book, actor=BOB, vm_id="vm", hours=8, via="nightly", heartbeat_minutes=10)
    return world


def settled(world):
    world.do(settle, vm_ids=list(world.state.vms))
    return [kind for kind in world.kinds() if kind != "reminder"]


def test_a_booking_whose_job_goes_silent_ends_and_says_why(with_job):
    assert with_job.next_deadline(with_job.vm()) == NOON + timedelta(minutes=10)
    with_job.later(minutes=10, milliseconds=-1)
    assert settled(with_job) == []
    with_job.later(milliseconds=1)
    assert settled(with_job) == ["silent"]
    (event,) = with_job.events
    assert (event.to, event.via, event.vm_id, event.until) == (BOB, "nightly", "vm", with_job.now)
    assert event.hours == pytest.approx(1 / 6)
    assert with_job.vm() == replace(with_job.vm(), booking=None, freed_at=with_job.now)
    assert with_job.history() == ["book", "release"]


def test_a_booking_whose_job_reports_lasts_its_hours(with_job):
    for _ in range(8 * 60 // 9):
        with_job.later(minutes=9)
        with_job.do(beat, actor=BOB, vm_ids=["vm"])
        assert with_job.events == []
        assert settled(with_job) == []
    with_job.now = NOON + timedelta(hours=8)
    assert settled(with_job) == ["expired"]


def test_a_heartbeat_notifies_nobody_and_writes_only_its_time(with_job):
    before = with_job.vm()
    with_job.later(minutes=5)
    with_job.do(beat, actor=BOB, vm_ids=["vm"])
    assert with_job.vm() == replace(before, booking=replace(before.booking, heartbeat_at=with_job.now))
    assert (with_job.events, with_job.history()) == ([], ["book"])


def test_a_booking_that_needs_no_heartbeat_is_left_as_it_is(world):
    booked = world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.later(minutes=5)
    world.do(beat, actor=BOB, vm_ids=["vm"])
    assert world.vm() == booked


def test_if_one_is_not_the_callers_booking_no_heartbeat_is_written(with_job):
    with_job.add("free", "other")
    with_job.do(book, actor=CHARLIE, vm_id="other", hours=1, heartbeat_minutes=10)
    with_job.later(minutes=5)
    for wrong, code, status in [("free", "not_booked", 409), ("other", "not_allowed", 403), ("x", "no_such_vm", 404)]:
        refusal = with_job.refused(beat, actor=BOB, vm_ids=["vm", wrong])
        assert (refusal.code, STATUS[refusal.code], refusal.facts["vm_id"]) == (code, status, wrong)
    assert with_job.refused(beat, actor=ALICE, vm_ids=["vm"]).code == "not_allowed", "an admin is not the job"
    assert with_job.refused(beat, actor=None, vm_ids=["vm"]).code == "not_signed_in"


def test_a_heartbeat_that_comes_too_late_is_refused(with_job):
    with_job.later(minutes=10)
    assert with_job.refused(beat, actor=BOB, vm_ids=["vm"]).code == "not_booked"


def test_the_next_waiter_gets_the_machine_of_a_silent_job_at_once(with_job):
    queued(with_job, ALICE, CHARLIE, vm_id="vm")
    with_job.now = NOON + timedelta(minutes=10)
    assert settled(with_job) == ["silent", "held"]
    assert holds(with_job) == {"vm": (ALICE, True)}


def test_the_machine_of_a_silent_job_can_be_booked_before_the_timer_runs(with_job):
    with_job.later(minutes=10)
    assert with_job.do(book, actor=CHARLIE, vm_id="vm", hours=1).holder == CHARLIE
    assert with_job.kinds() == ["silent", "booked"]


def test_a_renewal_is_not_a_heartbeat(with_job):
    with_job.later(minutes=9)
    with_job.do(renew, actor=BOB, vm_id="vm", hours=1)
    with_job.later(minutes=1)
    assert settled(with_job) == ["silent"]


def test_the_next_booking_needs_no_heartbeat(with_job):
    with_job.later(minutes=10)
    vm = with_job.do(book, actor=CHARLIE, vm_id="vm", hours=1)
    assert (vm.booking.via, vm.booking.heartbeat_minutes, vm.booking.heartbeat_at) == ("", None, None)
    with_job.later(minutes=30)
    assert settled(with_job) == []


def test_a_booking_that_ends_before_its_heartbeat_is_due_expires(world):
    world.do(book, actor=BOB, vm_id="vm", hours=0.1, heartbeat_minutes=60)
    world.later(hours=3)
    assert settled(world) == ["expired"]


# While the server could not hear


@pytest.mark.parametrize("away", [timedelta(hours=10), timedelta(days=-1)], ids=["paused", "clock set back"])
def test_only_the_time_in_which_the_server_could_hear_counts_as_silence(world, away):
    world.add("other")
    world.do(book, actor=BOB, vm_id="vm", hours=20, heartbeat_minutes=10)
    world.do(book, actor=CHARLIE, vm_id="other", hours=20)
    world.do(join, actor=BOB, vm_id="other", hours=1, heartbeat_minutes=10)
    world.later(minutes=8)
    world.now += away
    world.unheard = away
    world.later(minutes=2, milliseconds=-1)
    world.do(forget_silent)
    assert settled(world) == []
    assert (world.vm().holder, waiting(world.vm("other"))) == (BOB, [BOB])
    assert world.next_deadline(world.vm()) == world.now + timedelta(milliseconds=1)
    world.later(milliseconds=1)
    assert settled(world) == ["silent"]
    world.do(forget_silent)
    assert waiting(world.vm("other")) == []


def test_a_sign_of_life_after_a_pause_counts_from_then(with_job):
    with_job.later(minutes=9)
    with_job.now += timedelta(hours=3)
    with_job.unheard = timedelta(hours=3)
    with_job.do(beat, actor=BOB, vm_ids=["vm"])
    with_job.later(minutes=9)
    assert settled(with_job) == []
    with_job.later(minutes=1)
    assert settled(with_job) == ["silent"]


# Places in a queue


def test_the_place_of_a_silent_job_is_removed(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.do(join, actor=ALICE, vm_id="vm", hours=1)
    taken.later(minutes=9)
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.later(minutes=9)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB, ALICE]
    taken.later(minutes=1)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [ALICE]


def test_a_machine_kept_for_a_silent_job_passes_on(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=2, heartbeat_minutes=10)
    full.do(join, actor=ALICE, group_id=1, hours=1)
    full.later(hours=1)
    full.do(join, actor=BOB, group_id=1, hours=1, count=2, heartbeat_minutes=10)
    full.do(settle, vm_ids=["a"])
    assert (full.vm("a").hold.email, full.vm("a").hold.until) == (BOB, None)
    full.later(minutes=10)
    full.do(forget_silent)
    assert (full.vm("a").hold.email, full.vm("a").hold.until) == (ALICE, full.now + timedelta(minutes=15))
    assert full.state.groups[1].queue == ()


def test_a_place_that_a_person_took_over_needs_no_heartbeat(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.later(hours=3)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB]


def test_a_silent_job_that_joined_a_persons_place_does_not_end_it(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.later(hours=3)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB]


def test_in_an_old_file_the_heartbeat_of_a_place_counts_from_its_beginning(taken):
    old = Waiter(BOB, 1.0, NOON, heartbeat_minutes=10)
    taken.state.vms["vm"] = replace(taken.vm(), queue=(old,))
    taken.later(minutes=10, milliseconds=-1)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB]
    taken.later(milliseconds=1)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == []
