"""Jobs give signs of life: a booking, or a place in a queue, whose job went silent ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.records import Waiter
from loadzone.rules.booking import beat, book, renew
from loadzone.rules.expiry import next_deadline, settle
from loadzone.rules.queue import forget_silent, join
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import holds, queued, waiting


@pytest.fixture
def kept(world):
    """The machine is bob's for eight hours, as long as his job is heard every ten minutes."""
    world.do(book, actor=BOB, vm_id="vm", hours=8, via="nightly", heartbeat_minutes=10)
    return world


def settled(world):
    world.do(settle, vm_ids=list(world.state.vms))
    return [kind for kind in world.kinds() if kind != "reminder"]


def test_a_booking_whose_job_is_not_heard_ends_and_says_why(kept):
    assert next_deadline(kept.vm(), kept.limits) == NOON + timedelta(minutes=10)
    kept.later(minutes=10, milliseconds=-1)
    assert settled(kept) == []
    kept.later(milliseconds=1)
    assert settled(kept) == ["silent"]
    (event,) = kept.events
    assert (event.to, event.via, event.vm_id, event.until) == (BOB, "nightly", "vm", kept.now)
    assert event.hours == pytest.approx(1 / 6)
    assert kept.vm() == replace(kept.vm(), booking=None, freed_at=kept.now)
    assert kept.history() == ["book", "release"]


def test_as_long_as_it_is_heard_it_keeps_its_hours(kept):
    for _ in range(8 * 60 // 9):
        kept.later(minutes=9)
        kept.do(beat, actor=BOB, vm_ids=["vm"])
        assert kept.events == []
        assert settled(kept) == []
    kept.now = NOON + timedelta(hours=8)
    assert settled(kept) == ["expired"]


def test_a_sign_of_life_is_silent_and_writes_nothing_but_its_time(kept):
    before = kept.vm()
    kept.later(minutes=5)
    kept.do(beat, actor=BOB, vm_ids=["vm"])
    assert kept.vm() == replace(before, booking=replace(before.booking, heartbeat_at=kept.now))
    assert (kept.events, kept.history()) == ([], ["book"])


def test_a_booking_that_needs_none_is_left_as_it_is(world):
    booked = world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.later(minutes=5)
    world.do(beat, actor=BOB, vm_ids=["vm"])
    assert world.vm() == booked


def test_where_one_is_not_the_callers_booking_none_is_written(kept):
    kept.add("free", "other")
    kept.do(book, actor=CHARLIE, vm_id="other", hours=1, heartbeat_minutes=10)
    kept.later(minutes=5)
    for wrong, code, status in [("free", "not_booked", 409), ("other", "not_allowed", 403), ("x", "no_such_vm", 404)]:
        refusal = kept.refused(beat, actor=BOB, vm_ids=["vm", wrong])
        assert (refusal.code, STATUS[refusal.code], refusal.facts["vm_id"]) == (code, status, wrong)
    assert kept.refused(beat, actor=ALICE, vm_ids=["vm"]).code == "not_allowed", "an admin is not the job"
    assert kept.refused(beat, actor=None, vm_ids=["vm"]).code == "not_signed_in"


def test_a_sign_of_life_that_comes_too_late_is_told_so(kept):
    kept.later(minutes=10)
    assert kept.refused(beat, actor=BOB, vm_ids=["vm"]).code == "not_booked"


def test_who_waits_gets_the_machine_of_a_dead_job_at_once(kept):
    queued(kept, ALICE, CHARLIE, vm_id="vm")
    kept.now = NOON + timedelta(minutes=10)
    assert settled(kept) == ["silent", "held"]
    assert holds(kept) == {"vm": (ALICE, True)}


def test_it_does_not_wait_for_the_timer(kept):
    kept.later(minutes=10)
    assert kept.do(book, actor=CHARLIE, vm_id="vm", hours=1).holder == CHARLIE
    assert kept.kinds() == ["silent", "booked"]


def test_a_renewal_is_no_sign_of_life_and_leaves_the_job_what_it_needs(kept):
    kept.later(minutes=9)
    kept.do(renew, actor=BOB, vm_id="vm", hours=1)
    kept.later(minutes=1)
    assert settled(kept) == ["silent"]


def test_the_next_booking_knows_nothing_of_the_job(kept):
    kept.later(minutes=10)
    vm = kept.do(book, actor=CHARLIE, vm_id="vm", hours=1)
    assert (vm.booking.via, vm.booking.heartbeat_minutes, vm.booking.heartbeat_at) == ("", None, None)
    kept.later(minutes=30)
    assert settled(kept) == []


def test_a_booking_that_ends_before_its_job_could_be_missed_has_ended(world):
    world.do(book, actor=BOB, vm_id="vm", hours=0.1, heartbeat_minutes=60)
    world.later(hours=3)
    assert settled(world) == ["expired"]


# Places in a queue


def test_the_place_of_a_job_that_is_not_heard_goes(taken):
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


def test_what_is_kept_for_a_job_that_is_not_heard_passes_on(full):
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


def test_a_place_that_a_person_took_over_needs_no_signs_of_life(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.later(hours=3)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB]


def test_a_job_that_joins_a_persons_place_does_not_take_it_with_it(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.later(hours=3)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB]


def test_a_place_of_an_old_file_was_heard_when_it_was_taken(taken):
    old = Waiter(BOB, 1.0, NOON, heartbeat_minutes=10)
    taken.state.vms["vm"] = replace(taken.vm(), queue=(old,))
    taken.later(minutes=10, milliseconds=-1)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == [BOB]
    taken.later(milliseconds=1)
    taken.do(forget_silent)
    assert waiting(taken.vm()) == []
