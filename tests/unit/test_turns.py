"""A machine that comes free is held for the next waiter, then taken, passed on or lapsed; with `auto` it is booked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.records import Hold
from loadzone.rules import groups
from loadzone.rules.booking import book, cancel, renew
from loadzone.rules.expiry import settle
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join, leave
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued, waiting

QUARTER = timedelta(minutes=15)


def run_out(world):
    world.later(hours=5)
    world.do(settle, vm_ids=["vm"])


# Held


def released_by_its_holder(world):
    world.do(cancel, actor=CHARLIE, vm_id="vm")


def released_by_an_admin(world):
    world.do(cancel, actor=ALICE, vm_id="vm")


@pytest.mark.parametrize("end", [released_by_its_holder, released_by_an_admin, run_out])
def test_a_machine_that_comes_free_is_held_for_the_first_who_is_notified(taken, end):
    queued(taken, BOB, ALICE, vm_id="vm")
    end(taken)
    hold = Hold(BOB, 2, NOON, until=taken.now + QUARTER)
    assert (taken.vm().hold, taken.vm().holder, waiting(taken.vm())) == (hold, None, [ALICE])
    event = taken.events[-1]
    assert (event.kind, event.to, event.vm_id, event.until, event.hours) == ("held", BOB, "vm", hold.until, 2)
    assert event.booked_at == NOON, "the time of joining, which the links in the letter name"


def test_the_settings_say_how_long_it_is_held(taken):
    taken.limits = replace(taken.limits, hold_minutes=0.5)
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    assert taken.vm().hold.until == taken.now + timedelta(seconds=30)


def test_nobody_else_can_book_a_held_machine(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    for who, force in ((CHARLIE, False), (CHARLIE, True), (ALICE, False)):
        refusal = taken.refused(book, actor=who, vm_id="vm", hours=1, force=force)
        assert (refusal.code, STATUS[refusal.code]) == ("vm_held", 409)
        assert (refusal.facts["holder"], refusal.facts["until"]) == (BOB, taken.vm().hold.until)


def test_the_person_it_is_held_for_can_book_it_for_other_hours(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    vm = taken.do(book, actor=BOB, vm_id="vm", hours=5, note="at last")
    assert (vm.holder, vm.booking.expires_at, vm.booking.note, vm.hold) == (
        BOB,
        taken.now + timedelta(hours=5),
        "at last",
        None,
    )
    assert taken.kinds() == ["booked"]


def test_a_held_machine_can_be_neither_renewed_nor_released(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    assert taken.refused(renew, actor=BOB, vm_id="vm", hours=1).code == "not_booked"
    assert taken.refused(cancel, actor=BOB, vm_id="vm").code == "not_booked"


# Passed on, lapsed


def test_passing_gives_it_to_the_next(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    taken.do(leave, actor=BOB, vm_id="vm")
    assert (holds(taken), waiting(taken.vm())) == ({"vm": (ALICE, True)}, [])
    taken.do(leave, actor=ALICE, vm_id="vm")
    assert taken.vm().stands_free
    assert taken.refused(leave, actor=ALICE, vm_id="vm").code == "not_in_queue"


def test_an_admin_can_pass_for_somebody_who_is_notified(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    assert taken.refused(leave, actor=CHARLIE, vm_id="vm", email=BOB).code == "not_allowed"
    taken.do(leave, actor=ALICE, vm_id="vm", email=BOB)
    assert taken.vm().stands_free
    assert [(event.kind, event.to) for event in taken.told()] == [("queue_removed", BOB)]


def test_a_machine_not_taken_in_time_passes_on_and_both_are_notified(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    until = taken.vm().hold.until
    assert taken.next_deadline(taken.vm()) == until
    taken.now = until - timedelta(milliseconds=1)
    taken.do(settle, vm_ids=["vm"])
    assert (holds(taken), taken.events) == ({"vm": (BOB, True)}, [])
    taken.now = until
    taken.do(settle, vm_ids=["vm"])
    assert [(event.kind, event.to, event.until) for event in taken.events] == [
        ("hold_lapsed", BOB, until),
        ("held", ALICE, until + QUARTER),
    ]
    assert waiting(taken.vm()) == []


def test_after_the_last_hold_has_lapsed_the_machine_is_free(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    taken.later(minutes=15)
    taken.do(settle, vm_ids=["vm"])
    assert taken.vm().stands_free
    assert taken.next_deadline(taken.vm()) is None


def test_a_hold_that_has_run_out_does_not_wait_for_the_timer(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    taken.later(minutes=15)
    refusal = taken.refused(book, actor=BOB, vm_id="vm", hours=1)
    assert (refusal.code, refusal.facts["holder"]) == ("vm_held", ALICE)
    assert taken.do(book, actor=ALICE, vm_id="vm", hours=1).holder == ALICE


# With auto


def test_with_auto_it_is_booked_at_once_for_the_hours_asked(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=3, auto=True)
    taken.do(join, actor=ALICE, vm_id="vm", hours=1)
    free(taken, "vm")
    assert (taken.vm().holder, taken.vm().booking.expires_at) == (BOB, NOON + timedelta(hours=3))
    assert taken.history(BOB) == ["book"]
    assert [(event.kind, event.to) for event in taken.events if event.to != CHARLIE] == [
        ("booked", None),
        ("auto_booked", BOB),
        ("waited_for", BOB),
    ]
    assert (taken.events[2].until, taken.events[3].by) == (taken.vm().booking.expires_at, ALICE)


def test_auto_books_for_no_longer_than_the_settings_now_allow(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=20, auto=True)
    taken.limits = replace(taken.limits, max_hours=3, max_ahead_hours=2)
    free(taken, "vm")
    assert taken.vm().booking.expires_at == NOON + timedelta(hours=2)


def test_a_job_served_with_auto_must_go_on_reporting(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=3, auto=True, heartbeat_minutes=10)
    free(taken, "vm")
    assert (taken.vm().booking.heartbeat_minutes, taken.vm().booking.heartbeat_at) == (10, NOON)


def test_several_who_wait_with_auto_are_served_one_after_the_other(taken):
    for who in (BOB, ALICE):
        taken.do(join, actor=who, vm_id="vm", hours=1, auto=True)
    holders = []
    for _ in range(3):
        taken.later(hours=4)
        taken.do(settle, vm_ids=["vm"])
        holders.append(taken.vm().holder)
    assert holders == [BOB, ALICE, None]


# The machine's own queue and its group's


@pytest.mark.parametrize("first", ["group", "own"])
def test_the_longest_waiter_is_served_first_whether_for_the_group_or_for_the_machine(full, first):
    places = {"group": {"group_id": 1}, "own": {"vm_id": "b"}}
    order = ["group", "own"] if first == "group" else ["own", "group"]
    for who, place in zip((BOB, ALICE), order, strict=True):
        queued(full, who, **places[place])
    free(full, "b")
    assert holds(full) == {"b": (BOB, True)}
    full.do(leave, actor=BOB, vm_id="b")
    assert holds(full) == {"b": (ALICE, True)}


def test_a_waiter_for_another_machine_is_not_served(full):
    queued(full, BOB, vm_id="a")
    queued(full, ALICE, group_id=1)
    free(full, "b")
    assert holds(full) == {"b": (ALICE, True)}
    assert waiting(full.vm("a")) == [BOB]


def test_a_hold_from_the_groups_queue_can_be_passed_at_the_machine_or_at_the_group(full):
    for place in ({"vm_id": "a"}, {"group_id": 1}):
        queued(full, BOB, group_id=1)
        if full.vm("a").holder:
            free(full, "a")
        assert holds(full) == {"a": (BOB, True)}
        full.do(leave, actor=BOB, **place)
        assert holds(full) == {}


def test_leaving_the_group_does_not_pass_on_a_hold_from_the_machines_own_queue(full):
    queued(full, BOB, vm_id="a")
    free(full, "a")
    assert full.refused(leave, actor=BOB, group_id=1).code == "not_in_queue"
    assert holds(full) == {"a": (BOB, True)}


def test_a_machine_that_comes_into_a_group_is_held_for_its_next_waiter(full):
    queued(full, BOB, group_id=1)
    full.add("new", group_id=1)
    assert holds(full) == {"new": (BOB, True)}
    queued(full, ALICE, group_id=1)
    full.add("elsewhere")
    full.do(groups.add_vms, actor=ALICE, group_id=1, vm_ids=["elsewhere"])
    assert holds(full) == {"new": (BOB, True), "elsewhere": (ALICE, True)}


def test_a_holder_whose_machine_comes_into_a_group_is_notified_that_somebody_waits(full):
    queued(full, BOB, group_id=1)
    full.add("new")
    full.do(book, actor=CHARLIE, vm_id="new", hours=1)
    full.do(edit, actor=ALICE, vm_id="new", group_id=1)
    assert ("waited_for", CHARLIE) in [(event.kind, event.to) for event in full.events]


def test_a_hold_forgets_its_group_when_the_machine_leaves_it(full):
    queued(full, BOB, group_id=1)
    free(full, "a")
    until = full.vm("a").hold.until
    full.do(edit, actor=ALICE, vm_id="a", group_id=None)
    assert (full.vm("a").hold.until, full.vm("a").hold.group) == (until, None)
    full.do(leave, actor=BOB, vm_id="a")
    assert holds(full) == {}


def test_a_silent_job_is_not_served_even_before_its_place_is_removed(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10)
    taken.later(minutes=10)
    taken.do(join, actor=ALICE, vm_id="vm", hours=1)
    taken.do(cancel, actor=CHARLIE, vm_id="vm")
    assert holds(taken) == {"vm": (ALICE, True)}


@pytest.mark.parametrize(("rule", "arguments"), [(cancel, {}), (renew, {"hours": 1})])
def test_a_request_about_an_ended_booking_does_not_touch_the_next_one(taken, rule, arguments):
    taken.do(join, actor=BOB, vm_id="vm", hours=1, auto=True)
    taken.later(hours=4)
    assert taken.refused(rule, actor=ALICE, vm_id="vm", **arguments).code == "not_booked"
    taken.do(settle, vm_ids=["vm"])
    assert taken.vm().holder == BOB
