"""An admin books for somebody else, whose holds and limits count."""

from datetime import timedelta

import pytest

from loadzone.rules.booking import book, book_all, book_any
from loadzone.rules.groups import create
from loadzone.rules.people import sign_in
from loadzone.rules.queue import join
from support.world import ALICE, BOB, CHARLIE, NOON, World
from unit.queues import free, holds, queued


def books(world, rule=book, **more):
    return world.do(rule, actor=ALICE, **{"hours": 2, "email": BOB, **more})


def test_the_person_has_it_and_is_told_by_whom_until_when_and_what_for(world):
    vm = books(world, vm_id="vm", note="soak", via="nightly")
    assert (vm.holder, vm.booking.via) == (BOB, ""), "the token is not bob's"
    assert world.kinds() == ["booked", "booked_for"]
    booked, told = world.events
    assert (booked.by, booked.via, booked.receiver) == (ALICE, "nightly", BOB)
    assert (told.by, told.to, told.until, told.note) == (ALICE, BOB, NOON + timedelta(hours=2), "soak")
    assert told.booked_at == vm.booking.booked_at
    [line] = world.state.users[BOB].bookings
    assert (line.action, line.person) == ("book", ALICE)
    assert world.history(ALICE) == []


@pytest.mark.parametrize("rule", [book, book_all, book_any])
def test_a_member_books_for_nobody_else(world, rule):
    world.do(create, actor=ALICE, name="Perf", vm_ids=["vm"])
    what = {book: {"vm_id": "vm"}, book_all: {"vm_ids": ["vm"]}, book_any: {"group_id": 1}}[rule]
    assert world.refused(rule, actor=BOB, hours=1, email=CHARLIE, **what).code == "not_allowed"
    assert world.refused(rule, actor=ALICE, hours=1, email="nobody@example.com", **what).code == "no_such_user"
    world.do(rule, actor=BOB, hours=1, email=BOB, **what)
    assert (world.vm().holder, world.kinds()) == (BOB, ["booked"])


def test_several_and_any_free_ones(perf):
    assert {vm.holder for vm in books(perf, book_all, vm_ids=["a", "b"])} == {BOB}
    assert [vm.holder for vm in books(perf, book_any, group_id=1, count=1)] == [BOB]


def test_the_hold_of_the_person_counts_and_not_the_admins(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    assert books(taken, vm_id="vm").holder == BOB


@pytest.mark.parametrize("first", [ALICE, "dora@example.com"])
def test_what_is_held_for_another_or_for_the_admin_takes_force(taken, first):
    taken.do(sign_in, email=first, session="s")
    queued(taken, first, vm_id="vm")
    free(taken, "vm")
    assert taken.refused(book, actor=ALICE, vm_id="vm", hours=1, email=BOB).code == "vm_held"
    assert books(taken, vm_id="vm", force=True, held_for=first).holder == BOB
    assert [waiter.email for waiter in taken.vm().queue] == [first], "the place comes back"


def test_any_free_one_is_one_that_is_held_for_the_person(full):
    queued(full, ALICE, vm_id="a")
    queued(full, BOB, vm_id="b")
    free(full, "a", "b")
    assert holds(full) == {"a": (ALICE, True), "b": (BOB, True)}
    assert [vm.id for vm in books(full, book_any, group_id=1)] == ["b"]


def test_the_person_leaves_the_queue_of_the_machine(world):
    world.do(book, actor=CHARLIE, vm_id="vm", hours=1)
    world.do(join, actor=BOB, vm_id="vm", hours=1)
    world.later(hours=1)
    books(world, vm_id="vm")
    assert (world.vm().holder, world.vm().queue) == (BOB, ())


def test_the_limit_of_the_person_counts_and_force_goes_over_it():
    world = World(max_machines=1)
    world.add("a", "b", "c")
    world.do(book, actor=ALICE, vm_id="a", hours=1)
    books(world, vm_id="b")
    for rule, what in ((book, {"vm_id": "c"}), (book_all, {"vm_ids": ["c"]})):
        refusal = world.refused(rule, actor=ALICE, hours=1, email=BOB, **what)
        assert (refusal.code, refusal.facts["email"], refusal.facts["used"]) == ("over_limit", BOB, 1)
    assert books(world, vm_id="c", force=True).holder == BOB
