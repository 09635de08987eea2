"""Joining and leaving the queue of a machine or of a group. test_turns.py tests whose turn it is."""

from datetime import timedelta

import pytest

from loadzone.rules import groups, people
from loadzone.rules.booking import book
from loadzone.rules.inventory import delete, edit
from loadzone.rules.queue import join, leave, position
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import waiting


def crowd(world, number):
    """Sign in this many more people and return their addresses."""
    for n in range(number):
        world.do(people.sign_in, email=f"p{n}@example.com", session="s")
    return [f"p{n}@example.com" for n in range(number)]


def test_a_person_who_joins_is_last_and_learns_the_place(taken):
    assert taken.do(join, actor=BOB, vm_id="vm", hours=2) == ("ok", 1)
    taken.later(minutes=1)
    assert taken.do(join, actor=ALICE, vm_id="vm", hours=3, auto=True) == ("ok", 2)
    first, second = taken.vm().queue
    assert (first.email, first.hours, first.auto, first.since) == (BOB, 2, False, NOON)
    assert (second.email, second.hours, second.auto, second.since) == (ALICE, 3, True, NOON + timedelta(minutes=1))
    assert position(taken.vm(), CHARLIE) == 0


def test_joining_again_keeps_place_and_time_and_takes_the_new_options(taken):
    for who in (BOB, ALICE):
        taken.do(join, actor=who, vm_id="vm", hours=2)
    taken.later(minutes=1)
    assert taken.do(join, actor=BOB, vm_id="vm", hours=5, auto=True) == ("already_in_queue", 1)
    assert waiting(taken.vm()) == [BOB, ALICE]
    first = taken.vm().queue[0]
    assert (first.hours, first.auto, first.since) == (5, True, NOON)


def test_joining_again_does_not_change_the_number_of_machines(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=2)
    full.do(join, actor=BOB, group_id=1, hours=1, count=3)
    assert [waiter.count for waiter in full.state.groups[1].queue] == [2]


def test_a_free_machine_is_held_at_once(world):
    assert world.do(join, actor=BOB, vm_id="vm", hours=2) == ("ok", 0)
    assert (world.vm().hold.email, world.vm().hold.until) == (BOB, NOON + timedelta(minutes=15))
    assert world.vm().queue == ()
    assert world.do(join, actor=BOB, vm_id="vm", hours=2) == ("already_in_queue", 0)
    assert world.vm().queue == ()


def test_with_auto_a_free_machine_is_booked_at_once(world):
    assert world.do(join, actor=BOB, vm_id="vm", hours=2, auto=True) == ("ok", 0)
    assert (world.vm().holder, world.vm().booking.expires_at) == (BOB, NOON + timedelta(hours=2))


def test_at_a_group_any_free_machine_is_held(perf):
    perf.do(book, actor=CHARLIE, vm_id="a", hours=1)
    assert perf.do(join, actor=BOB, group_id=1, hours=2) == ("ok", 0)
    assert [vm.hold and (vm.hold.email, vm.hold.group) for vm in perf.state.vms.values()] == [None, (BOB, 1), None]


def test_a_person_can_wait_at_a_machine_and_at_its_group_but_once_each(full):
    for _ in range(2):
        full.do(join, actor=BOB, vm_id="a", hours=1)
        full.do(join, actor=BOB, group_id=1, hours=1)
    assert (waiting(full.vm("a")), waiting(full.state.groups[1])) == ([BOB], [BOB])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"actor": None, "vm_id": "vm"}, "not_signed_in"),
        ({"vm_id": "nowhere"}, "no_such_vm"),
        ({"group_id": 7}, "no_such_group"),
        ({"vm_id": "vm", "hours": 25}, "bad_input"),
        ({"vm_id": "vm", "hours": 0}, "bad_input"),
        ({"vm_id": "vm", "count": 2}, "group_too_small"),
    ],
)
def test_a_bad_request_to_join_is_refused(taken, arguments, code):
    assert taken.refused(join, **{"actor": BOB, "hours": 1, **arguments}).code == code


def test_more_machines_than_the_group_has_cannot_be_waited_for(full):
    refusal = full.refused(join, actor=BOB, group_id=1, hours=1, count=4)
    assert (refusal.code, refusal.facts["n"], refusal.facts["count"]) == ("group_too_small", 3, 4)
    assert full.do(join, actor=BOB, group_id=1, hours=1, count=3) == ("ok", 1)


def test_an_empty_group_can_be_waited_for(world):
    world.do(groups.create, actor=ALICE, name="New")
    assert world.do(join, actor=BOB, group_id=1, hours=1) == ("ok", 1)
    assert world.refused(join, actor=CHARLIE, group_id=1, hours=1, count=2).code == "group_too_small"
    world.do(edit, actor=ALICE, vm_id="vm", group_id=1)
    assert world.vm().hold.email == BOB


def test_ten_wait_for_a_machine_and_no_eleventh(taken):
    for who in crowd(taken, 10):
        taken.do(join, actor=who, vm_id="vm", hours=1)
    refusal = taken.refused(join, actor=BOB, vm_id="vm", hours=1)
    assert (refusal.code, STATUS[refusal.code], refusal.facts["max"]) == ("queue_full", 409, 10)
    assert taken.do(join, actor="p9@example.com", vm_id="vm", hours=2) == ("already_in_queue", 10)


def test_a_groups_queue_has_ten_places_for_each_of_its_machines(full):
    for who in crowd(full, 30):
        full.do(join, actor=who, group_id=1, hours=1)
    assert full.refused(join, actor=BOB, group_id=1, hours=1).facts["max"] == 30


def test_leaving_lets_the_others_move_up(taken):
    for who in (BOB, ALICE):
        taken.do(join, actor=who, vm_id="vm", hours=1)
    taken.do(leave, actor=BOB, vm_id="vm")
    assert waiting(taken.vm()) == [ALICE]
    assert taken.told() == []


def test_a_person_who_does_not_wait_cannot_leave(full):
    full.do(join, actor=BOB, vm_id="a", hours=1)
    for arguments in ({"group_id": 1}, {"vm_id": "b"}):
        refusal = full.refused(leave, actor=BOB, **arguments)
        assert (refusal.code, refusal.facts["email"]) == ("not_in_queue", BOB)
    assert full.refused(leave, actor=BOB, vm_id="nowhere").code == "no_such_vm"
    assert full.refused(leave, actor=None, vm_id="a").code == "not_signed_in"


def test_an_admin_removes_others_and_they_are_notified(full):
    full.do(join, actor=BOB, vm_id="a", hours=1)
    full.do(join, actor=BOB, group_id=1, hours=1)
    assert full.refused(leave, actor=CHARLIE, vm_id="a", email=BOB).code == "not_allowed"
    full.do(leave, actor=ALICE, vm_id="a", email=BOB)
    (event,) = full.events
    assert (event.kind, event.by, event.to, event.vm_id) == ("queue_removed", ALICE, BOB, "a")
    full.do(leave, actor=ALICE, group_id=1, email=BOB)
    (event,) = full.events
    assert (event.kind, event.to, event.group_id, event.group) == ("queue_removed", BOB, 1, "Perf")
    assert (full.vm("a").queue, full.state.groups[1].queue) == ((), ())
    assert full.refused(leave, actor=ALICE, group_id=1, email=BOB).code == "not_in_queue"


def test_people_can_name_themselves_when_leaving(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.do(leave, actor=BOB, vm_id="vm", email=BOB)
    assert (taken.vm().queue, taken.told()) == ((), [])


def test_the_holder_is_notified_once_that_somebody_waits(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    (event,) = taken.told()
    assert (event.kind, event.by, event.to, event.vm_id) == ("waited_for", BOB, CHARLIE, "vm")
    assert event.until == taken.vm().booking.expires_at
    taken.do(join, actor=ALICE, vm_id="vm", hours=1)
    taken.do(join, actor=BOB, vm_id="vm", hours=2)
    assert taken.told() == []


def test_every_holder_in_the_group_is_notified(full):
    full.do(join, actor=BOB, group_id=1, hours=1)
    assert [(event.kind, event.vm_id) for event in full.told()] == [("waited_for", vm_id) for vm_id in "abc"]


def test_a_holder_cannot_wait_for_their_own_machine(world):
    """Otherwise a holder could stay first for ever."""
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    refusal = world.refused(join, actor=BOB, vm_id="vm", hours=1)
    assert (refusal.code, STATUS[refusal.code], refusal.facts) == ("is_yours", 409, {"vm_id": "vm"})


def test_the_next_holder_is_notified_when_the_booking_begins(taken):
    for who in (BOB, ALICE):
        taken.do(join, actor=who, vm_id="vm", hours=1)
    taken.later(hours=4)
    taken.do(book, actor=BOB, vm_id="vm", hours=1)
    notified = [event for event in taken.events if event.kind == "waited_for"]
    assert [(event.by, event.to) for event in notified] == [(ALICE, BOB)]


def test_booking_a_machine_ends_the_wait_for_it_but_not_for_its_group(full):
    full.do(join, actor=BOB, vm_id="a", hours=1)
    full.do(join, actor=BOB, group_id=1, hours=1)
    full.later(hours=1)
    full.do(book, actor=BOB, vm_id="a", hours=1)
    assert (full.vm("a").holder, waiting(full.vm("a")), waiting(full.state.groups[1])) == (BOB, [], [BOB])


def test_deleting_a_machine_notifies_those_who_wait_for_it(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.do(delete, actor=ALICE, vm_id="vm", force=True)
    gone = [event for event in taken.events if event.kind == "queue_gone"]
    assert [(event.by, event.to, event.vm_id) for event in gone] == [(ALICE, BOB, "vm")]


def test_deleting_a_machine_notifies_the_person_it_is_held_for(world):
    world.do(join, actor=BOB, vm_id="vm", hours=1)
    world.do(delete, actor=ALICE, vm_id="vm")
    assert [(event.kind, event.to) for event in world.events] == [("vm_deleted", None), ("queue_gone", BOB)]


def test_deleting_a_group_notifies_those_who_wait_for_it(full):
    for who in (BOB, ALICE):
        full.do(join, actor=who, group_id=1, hours=1)
    full.do(groups.delete, actor=ALICE, group_id=1)
    gone = [event for event in full.events if event.kind == "queue_gone"]
    assert [(event.to, event.group_id, event.group) for event in gone] == [(BOB, 1, "Perf"), (ALICE, 1, "Perf")]


def test_a_hold_from_the_groups_queue_stays_when_the_group_is_deleted(perf):
    perf.do(join, actor=BOB, group_id=1, hours=1)
    until = perf.vm("a").hold.until
    perf.do(groups.delete, actor=ALICE, group_id=1)
    assert (perf.vm("a").hold.email, perf.vm("a").hold.until, perf.vm("a").hold.group) == (BOB, until, None)
    assert perf.do(book, actor=BOB, vm_id="a", hours=1).holder == BOB


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        (delete, {"vm_id": "c", "force": True}),
        (groups.create, {"name": "Other", "vm_ids": ["c"]}),
        (groups.remove_vm, {"vm_id": "c"}),
        (edit, {"vm_id": "c", "group_id": None}),
    ],
)
def test_a_waiter_for_more_than_the_group_still_has_is_notified_and_blocks_nobody(full, rule, arguments):
    full.do(join, actor=BOB, group_id=1, hours=1, count=3)
    full.do(join, actor=ALICE, group_id=1, hours=1, count=2)
    full.later(hours=1)
    full.do(edit, actor=ALICE, vm_id="a", description="its booking is over")
    assert full.vm("a").hold.email == BOB
    full.do(rule, actor=ALICE, **arguments)
    gone = [event for event in full.events if event.kind == "queue_gone"]
    assert [(event.by, event.to, event.group_id) for event in gone] == [(ALICE, BOB, 1)]
    assert (full.vm("a").hold.email, waiting(full.state.groups[1])) == (ALICE, [ALICE])


def test_a_waiter_for_one_machine_keeps_waiting_when_the_group_is_emptied(full):
    full.do(join, actor=BOB, group_id=1, hours=1)
    full.do(join, actor=ALICE, group_id=1, hours=1, count=2)
    for vm_id in "abc":
        full.do(groups.remove_vm, actor=ALICE, vm_id=vm_id)
    assert waiting(full.state.groups[1]) == [BOB]


def test_a_removed_person_loses_all_places_and_holds(full):
    for place in ({"vm_id": "a"}, {"vm_id": "b"}, {"group_id": 1}):
        full.do(join, actor=BOB, hours=1, **place)
    full.do(join, actor=ALICE, vm_id="a", hours=1)
    full.later(hours=1)
    full.do(edit, actor=ALICE, vm_id="a", description="its booking is over")
    assert full.vm("a").hold.email == BOB
    full.do(people.remove, actor=ALICE, email=BOB)
    assert full.vm("a").hold.email == ALICE
    assert (waiting(full.vm("b")), waiting(full.state.groups[1])) == ([], [])


def test_the_machine_of_a_removed_holder_is_held_for_the_next_waiter(taken):
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    taken.do(people.remove, actor=ALICE, email=CHARLIE)
    assert taken.vm().hold.email == BOB
