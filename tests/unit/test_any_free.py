"""Booking any free machines of a group: as many as asked for or none, those free for longest first."""

from datetime import timedelta

import pytest

from loadzone.rules.booking import book, book_any, cancel
from loadzone.rules.groups import create
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued, waiting


def booked(world, actor=BOB, **arguments):
    return [vm.id for vm in world.do(book_any, actor=actor, **{"group_id": 1, "hours": 1, **arguments})]


def use(world, *vm_ids):
    """Let charlie book and release these machines, one per minute."""
    for vm_id in vm_ids:
        world.do(book, actor=CHARLIE, vm_id=vm_id, hours=1)
        world.later(minutes=1)
        world.do(cancel, actor=CHARLIE, vm_id=vm_id)


def test_one_of_the_group_is_booked_for_the_hours_asked(perf):
    (vm,) = perf.do(book_any, actor=BOB, group_id=1, hours=2, note="soak", via="nightly", heartbeat_minutes=10)
    assert (vm.holder, vm.booking.expires_at, vm.booking.note) == (BOB, NOON + timedelta(hours=2), "soak")
    assert (vm.booking.via, vm.booking.heartbeat_minutes, vm.booking.heartbeat_at) == ("nightly", 10, NOON)
    assert perf.vm(vm.id) == vm
    assert perf.history() == ["book"]


def test_never_used_machines_come_first_then_those_free_for_longest(perf):
    use(perf, "c", "a")
    assert [booked(perf) for _ in range(3)] == [["b"], ["c"], ["a"]]


def test_several_are_booked_together(perf):
    use(perf, "a", "c", "b")
    assert booked(perf, count=2) == ["a", "c"]
    assert perf.kinds() == ["booked", "booked"]
    assert perf.history() == ["book", "book"]


def test_if_too_few_are_free_none_is_booked(full):
    full.do(cancel, actor=CHARLIE, vm_id="a")
    refusal = full.refused(book_any, actor=BOB, group_id=1, hours=1, count=2)
    assert (refusal.code, STATUS[refusal.code]) == ("not_enough_free", 409)
    assert refusal.facts == {"free": 1, "count": 2, "until": NOON + timedelta(hours=2)}


def test_if_no_booking_will_end_the_refusal_names_no_time(perf):
    perf.do(edit, actor=ALICE, vm_id="a", maintenance="disk swap")
    assert perf.refused(book_any, actor=BOB, group_id=1, hours=1, count=3).facts == {
        "free": 2,
        "count": 3,
        "until": None,
    }


def test_a_machine_must_have_all_tags_whatever_their_case(perf):
    for vm_id, tags in (("a", ("GPU",)), ("b", ("gpu", "SSD")), ("c", ())):
        perf.do(edit, actor=ALICE, vm_id=vm_id, tags=tags)
    assert booked(perf, tags=("Gpu", "ssd")) == ["b"]
    assert (
        perf.refused(book_any, actor=BOB, group_id=1, hours=1, tags=("ssd",)).facts["until"]
        == perf.vm("b").booking.expires_at
    )
    assert booked(perf, tags=("gpu",)) == ["a"]
    assert perf.refused(book_any, actor=BOB, group_id=1, hours=1, tags=("arm",)).facts["until"] is None


def test_only_machines_of_that_group_are_booked(perf):
    perf.add("elsewhere")
    perf.do(create, actor=ALICE, name="Other", vm_ids=["elsewhere"])
    assert booked(perf, count=3) == ["a", "b", "c"]
    assert booked(perf, group_id=2) == ["elsewhere"]


def test_an_ended_booking_is_free_before_the_timer_runs(full):
    full.later(hours=1)
    assert booked(full) == ["a"]
    assert full.kinds() == ["expired", "booked"]


def test_machines_held_for_others_are_not_free_and_those_held_for_oneself_come_first(full):
    queued(full, BOB, ALICE, group_id=1)
    free(full, "c", "a")
    assert holds(full) == {"c": (BOB, True), "a": (ALICE, True)}
    free(full, "b")
    assert full.refused(book_any, actor=BOB, group_id=1, hours=1, count=3).facts["free"] == 2
    assert booked(full, actor=CHARLIE) == ["b"]
    assert booked(full) == ["c"]
    assert holds(full) == {"a": (ALICE, True)}


def test_a_machine_held_for_oneself_is_taken_before_a_never_used_one(perf):
    perf.do(join, actor=BOB, vm_id="c", hours=1)
    assert booked(perf) == ["c"]


def test_a_machine_kept_for_oneself_can_be_booked_at_once(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=2)
    free(full, "b")
    assert full.refused(book_any, actor=BOB, group_id=1, hours=1, count=2).facts["free"] == 1
    assert booked(full) == ["b"]
    assert waiting(full.state.groups[1]) == [BOB]


def test_an_admin_gets_no_more_than_others(full):
    queued(full, BOB, group_id=1)
    free(full, "a")
    assert full.refused(book_any, actor=ALICE, group_id=1, hours=1).facts["free"] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"actor": None}, "not_signed_in"),
        ({"group_id": 9}, "no_such_group"),
        ({"hours": 25}, "bad_input"),
        ({"count": 4}, "not_enough_free"),
    ],
)
def test_a_bad_request_is_refused(perf, arguments, code):
    assert perf.refused(book_any, **{"actor": BOB, "group_id": 1, "hours": 1, **arguments}).code == code


def test_if_one_cannot_be_booked_none_is(perf):
    perf.limits = type(perf.limits)(admins=(ALICE,), max_hours=24, max_ahead_hours=2)
    assert perf.refused(book_any, actor=BOB, group_id=1, hours=3, count=2).code == "too_far_ahead"


def test_machines_booked_from_the_queue_by_this_very_call_are_not_booked_again(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=2, auto=True)
    free(full, "c")
    full.later(hours=1)
    refusal = full.refused(book_any, actor=BOB, group_id=1, hours=1)
    assert (refusal.code, refusal.facts["free"]) == ("not_enough_free", 0)
