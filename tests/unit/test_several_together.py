"""Waiting for several machines of a group: they are given together, and kept until the last one comes free."""

from datetime import timedelta

from loadzone.rules import groups
from loadzone.rules.booking import book, cancel
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join, leave
from support.world import ALICE, BOB, CHARLIE
from unit.queues import free, holds, queued, waiting

QUARTER = timedelta(minutes=15)


def test_several_machines_are_kept_until_all_can_be_held_together(full):
    full.do(join, actor=BOB, group_id=1, hours=2, count=2)
    queued(full, ALICE, group_id=1)
    free(full, "a")
    assert (holds(full), waiting(full.state.groups[1])) == ({"a": (BOB, False)}, [BOB, ALICE])
    assert full.kinds() == ["released"], "it is nobody's turn yet"
    assert full.next_deadline(full.vm("a")) is None
    free(full, "b")
    assert (holds(full), waiting(full.state.groups[1])) == ({"a": (BOB, True), "b": (BOB, True)}, [ALICE])
    assert [(event.kind, event.vm_id) for event in full.events] == [("released", "b"), ("held", "a"), ("held", "b")]
    assert full.vm("a").hold.until == full.vm("b").hold.until == full.now + QUARTER
    free(full, "c")
    assert holds(full)["c"] == (ALICE, True)


def test_only_an_admin_can_book_a_machine_kept_for_somebody_else_and_only_by_force(full):
    full.do(join, actor=BOB, group_id=1, hours=2, count=2)
    free(full, "a")
    refusal = full.refused(book, actor=CHARLIE, vm_id="a", hours=1)
    assert (refusal.code, refusal.facts["holder"], refusal.facts["until"]) == ("vm_held", BOB, None)
    full.do(book, actor=ALICE, vm_id="a", hours=1, force=True)
    assert (full.vm("a").holder, waiting(full.state.groups[1])) == (ALICE, [BOB])
    assert full.state.groups[1].queue[0].count == 2, "the place is unchanged"


def test_with_auto_several_are_booked_together(full):
    full.do(join, actor=BOB, group_id=1, hours=2, count=3, auto=True)
    free(full, "c", "a")
    assert [full.vm(vm_id).holder for vm_id in "abc"] == [None, CHARLIE, None]
    full.later(minutes=7)
    free(full, "b")
    ends = {(full.vm(vm_id).holder, full.vm(vm_id).booking.expires_at) for vm_id in "abc"}
    assert ends == {(BOB, full.now + timedelta(hours=2))}
    assert full.kinds().count("auto_booked") == 3


def test_enough_free_machines_are_held_at_once(perf):
    assert perf.do(join, actor=BOB, group_id=1, hours=2, count=3) == ("ok", 0)
    assert holds(perf) == dict.fromkeys("abc", (BOB, True))


def test_leaving_passes_on_all_that_was_kept(full):
    full.do(join, actor=BOB, group_id=1, hours=2, count=3)
    queued(full, ALICE, group_id=1)
    free(full, "a", "b")
    queued(full, CHARLIE, vm_id="b")
    assert holds(full) == {"a": (BOB, False), "b": (BOB, False)}
    full.do(leave, actor=BOB, group_id=1)
    assert holds(full) == {"a": (ALICE, True), "b": (CHARLIE, True)}


def test_leaving_at_the_machine_does_not_give_up_a_machine_kept_from_the_groups_queue(full):
    full.do(join, actor=BOB, group_id=1, hours=2, count=2)
    free(full, "a")
    assert full.refused(leave, actor=BOB, vm_id="a").code == "not_in_queue"


def test_machines_held_together_are_taken_or_passed_one_by_one(perf):
    perf.do(join, actor=BOB, group_id=1, hours=2, count=3)
    perf.do(book, actor=BOB, vm_id="a", hours=1)
    perf.do(leave, actor=BOB, vm_id="b")
    assert (perf.vm("a").holder, perf.vm("b").stands_free, holds(perf)) == (BOB, True, {"c": (BOB, True)})


def test_a_kept_machine_that_leaves_the_group_is_kept_no_more(full):
    queued(full, BOB, group_id=1, count=2)
    queued(full, ALICE, vm_id="a")
    free(full, "a")
    assert holds(full) == {"a": (BOB, False)}
    full.do(groups.remove_vm, actor=ALICE, vm_id="a")
    assert (holds(full), waiting(full.state.groups[1])) == ({"a": (ALICE, True)}, [BOB])


def test_nothing_is_kept_for_a_waiter_for_more_than_can_come(perf):
    perf.do(edit, actor=ALICE, vm_id="c", maintenance="broken")
    perf.do(join, actor=BOB, group_id=1, hours=1, count=3)
    assert holds(perf) == {}
    perf.do(book, actor=CHARLIE, vm_id="a", hours=1)
    perf.do(cancel, actor=CHARLIE, vm_id="a")
    perf.do(edit, actor=ALICE, vm_id="c", maintenance=None)
    assert holds(perf) == {"a": (BOB, True), "b": (BOB, True), "c": (BOB, True)}


def test_kept_machines_pass_on_once_one_of_the_group_goes_out_of_service(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=3)
    queued(full, ALICE, group_id=1)
    free(full, "a", "b")
    assert holds(full) == {"a": (BOB, False), "b": (BOB, False)}
    full.do(edit, actor=ALICE, vm_id="c", maintenance="broken")
    assert list(holds(full).values()) == [(ALICE, True)]
    assert waiting(full.state.groups[1]) == [BOB]


def test_machines_of_the_waiter_do_not_count_among_those_that_can_come(perf):
    perf.do(book, actor=BOB, vm_id="a", hours=1)
    perf.do(join, actor=BOB, group_id=1, hours=1, count=3)
    assert holds(perf) == {}
    perf.do(cancel, actor=BOB, vm_id="a")
    assert holds(perf) == {"a": (BOB, True), "b": (BOB, True), "c": (BOB, True)}
