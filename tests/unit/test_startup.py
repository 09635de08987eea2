"""Repairs at the start: queues at free machines, holds and bookings that ran out, jobs that could not report."""

from dataclasses import replace
from datetime import timedelta

from loadzone.domain.records import Waiter
from loadzone.rules.booking import book
from loadzone.rules.expiry import listen_again, set_right, settle
from loadzone.rules.queue import forget_silent, join
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued, waiting

QUARTER = timedelta(minutes=15)


def test_a_free_machine_that_somebody_waits_for_is_held_at_the_start(full):
    later, sooner = Waiter(BOB, 1.0, NOON), Waiter(ALICE, 1.0, NOON - timedelta(minutes=1))
    full.state.vms["a"] = replace(full.vm("a"), booking=None, queue=(later,))
    full.state.groups[1] = replace(full.state.groups[1], queue=(sooner,))
    full.do(set_right)
    assert (holds(full), waiting(full.vm("a"))) == ({"a": (ALICE, True)}, [BOB])


def test_the_start_changes_nothing_if_all_is_right(full):
    queued(full, BOB, group_id=1)
    queued(full, ALICE, vm_id="c")
    free(full, "a")
    before = full.state.copy()
    full.do(set_right)
    assert (full.state, full.events) == (before, [])


def test_a_hold_that_ran_out_while_the_server_was_down_passes_on_at_the_start(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    taken.later(days=2)
    taken.do(listen_again)
    taken.do(set_right)
    taken.do(settle, vm_ids=["vm"])
    assert (taken.kinds(), holds(taken)) == (["hold_lapsed", "held"], {"vm": (ALICE, True)})
    assert taken.vm().hold.until == taken.now + QUARTER


def test_bookings_and_holds_that_ran_out_pass_on_in_the_order_of_their_ends(full):
    queued(full, BOB, group_id=1)
    full.do(join, actor=ALICE, group_id=1, hours=2, count=2)
    free(full, "a")
    full.later(days=1)
    full.do(settle, vm_ids=["c", "b", "a"])
    events = [(event.kind, event.vm_id) for event in full.events if event.kind != "reminder"]
    assert events == [("hold_lapsed", "a"), ("expired", "b"), ("expired", "c"), ("held", "a"), ("held", "b")]
    assert full.vm("c").stands_free


def test_jobs_have_their_whole_heartbeat_time_again_after_the_start(full):
    full.do(join, actor=BOB, group_id=1, hours=1, heartbeat_minutes=10)
    full.do(join, actor=ALICE, vm_id="a", hours=1, heartbeat_minutes=10)
    full.do(join, actor=BOB, vm_id="a", hours=1)
    full.add("vm")
    full.do(book, actor=CHARLIE, vm_id="vm", hours=20, heartbeat_minutes=10)
    full.now = NOON + timedelta(minutes=50)
    full.do(listen_again)
    assert full.vm("vm").booking.heartbeat_at == full.now
    full.later(minutes=9)
    full.do(forget_silent)
    full.do(settle, vm_ids=["vm"])
    assert (full.vm("vm").holder, waiting(full.vm("a"))) == (CHARLIE, [ALICE, BOB])
    assert waiting(full.state.groups[1]) == [BOB]
    full.later(minutes=1)
    full.do(forget_silent)
    full.do(settle, vm_ids=["vm"])
    assert (full.kinds(), waiting(full.vm("a")), waiting(full.state.groups[1])) == (["silent"], [BOB], [])


def test_giving_jobs_their_time_again_changes_nothing_else(full):
    queued(full, BOB, group_id=1)
    before = full.state.copy()
    full.do(listen_again)
    assert full.state == before
