"""Who loses a held machine by no fault of their own is first again; and no renewal while others wait."""

from dataclasses import replace
from datetime import timedelta

from records import Waiter
from rules.booking import book, cancel, renew
from rules.queue import join, leave
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued, waiting


def test_what_an_admin_takes_by_force_costs_nobody_the_place(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    queued(taken, CHARLIE, vm_id="vm")
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert (taken.vm().booked_by, taken.vm().hold, waiting(taken.vm())) == (ALICE, None, [BOB, CHARLIE])
    assert (taken.vm().queue[0].since, taken.vm().queue[0].hours) == (NOON, 2)
    assert [(event.kind, event.by, event.to) for event in taken.events] == [
        ("hold_taken", ALICE, BOB),
        ("booked", ALICE, None),
        ("waited_for", BOB, ALICE),
    ]
    taken.do(cancel, actor=ALICE, vm_id="vm")
    assert holds(taken) == {"vm": (BOB, True)}


def test_who_came_from_the_groups_queue_is_first_there_again(full):
    queued(full, BOB, CHARLIE, group_id=1)
    free(full, "a")
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert (full.vm("a").queue, waiting(full.state.groups[1])) == ((), [BOB, CHARLIE])
    free(full, "b")
    assert holds(full) == {"b": (BOB, True)}


def test_nobody_is_put_back_beside_themselves(full):
    queued(full, CHARLIE, BOB, group_id=1)
    free(full, "a")
    queued(full, CHARLIE, group_id=1)
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert waiting(full.state.groups[1]) == [CHARLIE, BOB]


def test_being_put_back_the_queue_may_be_longer_than_ten(taken):
    queued(taken, BOB, vm_id="vm")
    free(taken, "vm")
    ten = tuple(Waiter(f"p{n}@example.com", 1, NOON + timedelta(hours=1)) for n in range(10))
    taken.state.vms["vm"] = replace(taken.vm(), queue=ten)
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert waiting(taken.vm())[:2] == [BOB, "p0@example.com"]
    assert len(taken.vm().queue) == 11
    assert taken.refused(join, actor=CHARLIE, vm_id="vm", hours=1).code == "queue_full"


def test_force_takes_no_booking_and_nothing_is_told_where_nothing_was_held(taken):
    assert taken.refused(book, actor=ALICE, vm_id="vm", hours=1, force=True).code == "vm_taken"
    free(taken, "vm")
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert taken.kinds() == ["booked"]


def test_while_somebody_waits_nobody_renews_but_an_admin(full):
    queued(full, BOB, group_id=1)
    queued(full, ALICE, vm_id="a")
    refusal = full.refused(renew, actor=CHARLIE, vm_id="a", hours=1)
    assert (refusal.code, refusal.status, refusal.facts["n"]) == ("others_wait", 409, 2)
    assert full.refused(renew, actor=CHARLIE, vm_id="b", hours=1).facts["n"] == 1
    end = full.vm("a").expires_at
    assert full.do(renew, actor=ALICE, vm_id="a", hours=1).expires_at == end + timedelta(hours=1)


def test_ones_own_waiting_is_no_reason(full):
    queued(full, CHARLIE, group_id=1)
    full.do(renew, actor=CHARLIE, vm_id="a", hours=1)
    assert full.kinds() == ["renewed"]


def test_when_nobody_waits_any_more_it_is_renewed(taken):
    queued(taken, BOB, vm_id="vm")
    taken.do(leave, actor=BOB, vm_id="vm")
    taken.do(renew, actor=CHARLIE, vm_id="vm", hours=1)
    assert taken.kinds() == ["renewed"]
