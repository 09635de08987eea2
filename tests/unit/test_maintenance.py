"""A machine out of service: nobody gets it, its holder keeps it until the end, and waiters are notified."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.rules.booking import book, book_any, cancel, renew
from loadzone.rules.expiry import settle
from loadzone.rules.inventory import delete, edit
from loadzone.rules.queue import join, leave
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued, waiting


def take_out(world, vm_id="vm", reason="disk swap"):
    return world.do(edit, actor=ALICE, vm_id=vm_id, maintenance=reason)


def bring_back(world, vm_id="vm"):
    return world.do(edit, actor=ALICE, vm_id=vm_id, maintenance=None)


def notified(world):
    return [(event.kind, event.to) for event in world.events]


@pytest.mark.parametrize("who", [BOB, ALICE])
@pytest.mark.parametrize("force", [False, True])
def test_nobody_can_book_it_and_the_refusal_names_the_reason(world, who, force):
    assert take_out(world).maintenance == "disk swap"
    refusal = world.refused(book, actor=who, vm_id="vm", hours=1, force=force)
    assert (refusal.code, STATUS[refusal.code]) == ("in_maintenance", 409)
    assert (refusal.facts["vm_id"], refusal.facts["reason"]) == ("vm", "disk swap")


def test_everybody_is_notified_once_of_its_beginning_and_end(world):
    take_out(world)
    (event,) = world.events
    assert (event.kind, event.by, event.to, event.vm_id, event.reason) == (
        "maintenance_began",
        ALICE,
        None,
        "vm",
        "disk swap",
    )
    take_out(world)
    assert world.events == []
    assert bring_back(world).maintenance == ""
    (event,) = world.events
    assert (event.kind, event.by, event.vm_id) == ("maintenance_ended", ALICE, "vm")
    bring_back(world)
    assert world.events == []


def test_everybody_is_notified_of_another_reason(world):
    take_out(world)
    take_out(world, reason="fire")
    assert [(event.kind, event.reason) for event in world.events] == [("maintenance_began", "fire")]


def test_other_edits_leave_it_as_it_is(world):
    take_out(world)
    vm = world.do(edit, actor=ALICE, vm_id="vm", description="new")
    assert (vm.maintenance, world.kinds()) == ("disk swap", ["vm_edited"])


def test_only_admins_take_a_machine_out_of_service(world):
    assert world.refused(edit, actor=BOB, vm_id="vm", maintenance="mine").code == "not_allowed"


def test_a_booking_in_force_stays_until_its_end_and_its_holder_is_notified(taken):
    booked = taken.vm()
    assert take_out(taken) == replace(booked, maintenance="disk swap", version=booked.version + 1)
    assert [(event.to, event.until) for event in taken.events] == [(CHARLIE, booked.booking.expires_at)]
    assert taken.refused(renew, actor=CHARLIE, vm_id="vm", hours=1).code == "in_maintenance"
    assert taken.do(renew, actor=ALICE, vm_id="vm", hours=1).booking.expires_at == NOON + timedelta(hours=5)
    taken.later(hours=5)
    taken.do(settle, vm_ids=["vm"])
    assert (taken.vm().holder, taken.vm().maintenance) == (None, "disk swap")
    assert taken.refused(book, actor=CHARLIE, vm_id="vm", hours=1).code == "in_maintenance"


def test_a_booked_machine_out_of_service_is_refused_as_taken(taken):
    take_out(taken)
    assert taken.refused(book, actor=BOB, vm_id="vm", hours=1).code == "vm_taken"


def test_waiters_are_notified_and_served_when_it_is_back(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    take_out(taken)
    assert notified(taken)[0] == ("maintenance_began", CHARLIE)
    assert sorted(notified(taken)[1:]) == [("waiting_maintenance", ALICE), ("waiting_maintenance", BOB)]
    assert {event.reason for event in taken.events} == {"disk swap"}
    free(taken, "vm")
    assert (holds(taken), waiting(taken.vm())) == ({}, [BOB, ALICE])
    taken.later(hours=1)
    bring_back(taken)
    assert notified(taken) == [("maintenance_ended", None), ("held", BOB)]
    assert (taken.vm().hold.until, waiting(taken.vm())) == (taken.now + timedelta(minutes=15), [ALICE])


def test_people_can_join_and_leave_its_queue_meanwhile(world):
    take_out(world)
    assert world.do(join, actor=BOB, vm_id="vm", hours=1, auto=True) == ("ok", 1)
    world.do(join, actor=CHARLIE, vm_id="vm", hours=1)
    world.do(leave, actor=CHARLIE, vm_id="vm")
    bring_back(world)
    assert (world.vm().holder, world.vm().queue) == (BOB, ())


def test_bringing_it_back_while_it_is_booked_changes_nothing_for_waiters(taken):
    queued(taken, BOB, vm_id="vm")
    take_out(taken)
    bring_back(taken)
    assert (taken.vm().holder, waiting(taken.vm())) == (CHARLIE, [BOB])


def test_the_person_it_was_held_for_is_first_in_the_queue_again_and_notified(taken):
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    take_out(taken)
    assert (taken.vm().hold, waiting(taken.vm())) == (None, [BOB, ALICE])
    assert sorted(notified(taken)[1:]) == [("waiting_maintenance", ALICE), ("waiting_maintenance", BOB)]
    bring_back(taken)
    assert holds(taken) == {"vm": (BOB, True)}


def test_a_person_from_the_groups_queue_is_first_there_again(full):
    queued(full, BOB, ALICE, group_id=1)
    free(full, "a")
    take_out(full, "a")
    assert notified(full) == [("maintenance_began", None), ("waiting_maintenance", BOB)]
    assert (full.vm("a").queue, waiting(full.state.groups[1])) == ((), [BOB, ALICE])
    free(full, "b")
    assert holds(full) == {"b": (BOB, True)}


def test_a_kept_machine_is_kept_no_more_and_the_place_stays(full):
    full.do(join, actor=BOB, group_id=1, hours=2, count=2)
    free(full, "a")
    assert holds(full) == {"a": (BOB, False)}
    take_out(full, "a")
    assert (holds(full), waiting(full.state.groups[1])) == ({}, [BOB])
    free(full, "b")
    bring_back(full, "a")
    assert holds(full) == {"a": (BOB, True), "b": (BOB, True)}


def test_a_group_skips_it(perf):
    take_out(perf, "a")
    assert perf.do(join, actor=BOB, group_id=1, hours=1) == ("ok", 0)
    assert holds(perf) == {"b": (BOB, True)}
    assert [vm.id for vm in perf.do(book_any, actor=CHARLIE, group_id=1, hours=1)] == ["c"]
    assert perf.refused(book_any, actor=CHARLIE, group_id=1, hours=1).facts["free"] == 0


def test_a_machine_can_be_brought_back_and_moved_into_a_group_at_once(full):
    full.add("new")
    take_out(full, "new")
    queued(full, BOB, group_id=1)
    full.do(edit, actor=ALICE, vm_id="new", group_id=1, maintenance=None)
    assert holds(full) == {"new": (BOB, True)}


def test_it_can_be_released_and_deleted(taken):
    queued(taken, BOB, vm_id="vm")
    take_out(taken)
    taken.do(cancel, actor=CHARLIE, vm_id="vm")
    taken.do(delete, actor=ALICE, vm_id="vm")
    assert ("queue_gone", BOB) in notified(taken)


def test_a_machine_moved_into_a_group_and_taken_out_at_once_is_held_for_nobody(full):
    full.add("new")
    queued(full, BOB, group_id=1)
    full.do(edit, actor=ALICE, vm_id="new", group_id=1, maintenance="disk swap")
    assert full.kinds() == ["vm_edited", "maintenance_began", "vm_moved"]
    assert (holds(full), waiting(full.state.groups[1])) == ({}, [BOB])
