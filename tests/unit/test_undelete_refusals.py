"""Undoing a deletion: what is refused, and how long a deletion is kept."""

from datetime import timedelta

import pytest

from loadzone.rules import groups
from loadzone.rules.deletions import forget_old
from loadzone.rules.inventory import edit
from loadzone.rules.undelete import undelete_group, undelete_vms
from support.world import ALICE, BOB
from unit.deletions import back, remove


def facts_of(refusal):
    return {name: fact for name, fact in refusal.facts.items() if fact not in (None, False)}


def test_a_name_that_was_taken_meanwhile_is_refused_and_nothing_comes_back(world):
    world.add("other")
    remove(world, "other", "vm")
    world.add("VM")
    refusal = world.refused(undelete_vms, actor=ALICE, vm_ids=["other", "vm"])
    assert (refusal.code, facts_of(refusal)) == ("vm_exists", {"vm_id": "VM", "undo": True})


def test_a_group_whose_name_was_taken_meanwhile_is_refused(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(groups.create, actor=ALICE, name="perf")
    refusal = perf.refused(undelete_group, actor=ALICE, group_id=1)
    assert (refusal.code, refusal.facts["name"], refusal.facts["what"]) == ("name_taken", "perf", "undo")


def test_after_ten_minutes_it_is_too_late(world):
    remove(world)
    world.later(minutes=10)
    refusal = world.refused(undelete_vms, actor=ALICE, vm_ids=["vm"])
    assert (refusal.code, facts_of(refusal)) == ("not_deleted", {"vm_id": "vm", "n": 10})
    world.now -= timedelta(milliseconds=1)
    back(world)


def test_after_ten_minutes_it_is_too_late_for_a_group(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.later(minutes=10)
    refusal = perf.refused(undelete_group, actor=ALICE, group_id=1)
    assert (refusal.code, facts_of(refusal)) == ("not_deleted", {"group_id": 1, "n": 10})


def test_what_is_there_cannot_be_brought_back(perf):
    refusal = perf.refused(undelete_vms, actor=ALICE, vm_ids=["a"])
    assert (refusal.code, facts_of(refusal)) == ("not_deleted", {"vm_id": "a", "there": True, "n": 10})
    refusal = perf.refused(undelete_group, actor=ALICE, group_id=1)
    assert (refusal.code, refusal.facts["there"]) == ("not_deleted", True)


def test_a_name_that_a_machine_has_now_means_no_deleted_one_that_had_it_before(perf):
    perf.do(edit, actor=ALICE, vm_id="a", name="bee")
    remove(perf, "bee")
    perf.add("a")
    remove(perf, "a")
    back(perf, "a")
    refusal = perf.refused(undelete_vms, actor=ALICE, vm_ids=["a"])
    assert (refusal.code, refusal.facts["there"]) == ("not_deleted", True)


def test_a_second_undo_finds_nothing(world):
    remove(world)
    back(world)
    assert world.refused(undelete_vms, actor=ALICE, vm_ids=["vm"]).facts["there"] is True


@pytest.mark.parametrize(("who", "code"), [(BOB, "not_allowed"), (None, "not_signed_in")])
def test_only_admins_undo(perf, who, code):
    remove(perf, "a")
    perf.do(groups.delete, actor=ALICE, group_id=1)
    assert perf.refused(undelete_vms, actor=who, vm_ids=["a"]).code == code
    assert perf.refused(undelete_group, actor=who, group_id=1).code == code


def test_a_name_is_found_in_another_spelling(world):
    remove(world)
    assert [vm.id for vm in world.do(undelete_vms, actor=ALICE, vm_ids=["VM"])[0]] == ["vm"]


def test_of_two_deletions_of_one_name_the_latest_is_undone(world):
    remove(world)
    world.add("vm")
    world.do(edit, actor=ALICE, vm_id="vm", description="the second one")
    remove(world)
    back(world)
    assert world.vm().description == "the second one"


# What is kept


def test_what_is_too_old_is_forgotten_with_the_next_deletion_and_by_the_clean_up(world):
    world.add("a", "b")
    remove(world, "a")
    world.later(minutes=9)
    remove(world, "b")
    assert [*world.state.deleted] == ["a", "b"]
    world.later(minutes=1)
    remove(world, "vm")
    assert [*world.state.deleted] == ["b", "vm"]
    world.later(minutes=10)
    world.do(forget_old)
    assert world.state.deleted == {}


def test_a_name_that_was_deleted_twice_is_kept_as_long_as_its_last_deletion(world):
    remove(world)
    world.add("vm", "other")
    world.later(minutes=5)
    remove(world, "other")
    remove(world)
    world.later(minutes=6)
    world.do(forget_old)
    assert [*world.state.deleted] == ["other", "vm"]
