"""Undoing a deletion: groups, the places of machines in them, and names."""

from dataclasses import replace

from loadzone.domain.loss import Loss
from loadzone.domain.records import Group
from loadzone.rules import groups
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join
from loadzone.rules.undelete import undelete_group, undelete_vms
from support.world import ALICE, BOB
from unit.deletions import back, group_back, letters, post, remove
from unit.queues import queued


def test_machines_come_back_into_their_group_at_their_old_places(perf):
    remove(perf, "a", "c")
    back(perf, "c", "a")
    assert perf.state.groups[1].vm_ids == ("a", "b", "c")
    assert {perf.vm(vm_id).group for vm_id in "abc"} == {1}


def test_a_machine_whose_group_is_gone_comes_back_without_one_and_into_it_when_that_comes_back(perf):
    remove(perf, "b")
    perf.do(groups.delete, actor=ALICE, group_id=1)
    back(perf, "b")
    assert perf.vm("b").group is None
    group_back(perf)
    assert perf.state.groups[1].vm_ids == ("a", "b", "c")
    assert perf.vm("b").group == 1


def test_a_machine_that_was_deleted_after_its_group_finds_it_again(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    remove(perf, "b")
    group_back(perf)
    assert perf.state.groups[1].vm_ids == ("a", "c")
    back(perf, "b")
    assert perf.vm("b").group == 1
    assert set(perf.state.groups[1].vm_ids) == {"a", "b", "c"}


def test_a_group_comes_back_with_its_number_name_queue_and_machines(full):
    queued(full, BOB, group_id=1)
    before = full.state.groups[1]
    full.do(groups.delete, actor=ALICE, group_id=1)
    post(full)
    group, vms, losses = group_back(full)
    assert losses == []
    assert group == replace(before, version=group.version)
    assert group.version > before.version
    assert [vm.id for vm in vms] == ["a", "b", "c"]
    assert letters(full, BOB) == []


def test_machines_that_are_in_another_group_stay_there(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(groups.create, actor=ALICE, name="Other", vm_ids=["a"])
    group, vms, _ = group_back(perf)
    assert [vm.id for vm in vms] == ["b", "c"]
    assert group.vm_ids == ("b", "c")
    assert perf.vm("a").group == 2


def test_a_waiter_who_wants_more_machines_than_there_are_now_stays_away(full):
    full.do(join, actor=BOB, group_id=1, hours=1, count=3)
    full.do(groups.delete, actor=ALICE, group_id=1)
    full.do(groups.create, actor=ALICE, name="Other", vm_ids=["a"])
    _, _, losses = group_back(full)
    assert losses == [Loss("place", BOB, "too_few", group_id=1)]


def test_the_number_of_a_deleted_group_is_not_given_away(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    assert perf.do(groups.create, actor=ALICE, name="Other").id == 2
    group_back(perf)
    assert [*perf.state.groups] == [1, 2]


def test_a_group_comes_back_to_its_place_among_the_others(perf):
    for name in ("B", "C"):
        perf.do(groups.create, actor=ALICE, name=name)
    versions = {group.id: group.version for group in perf.state.groups.values()}
    perf.do(groups.delete, actor=ALICE, group_id=2)
    group_back(perf, 2)
    assert [group.name for group in perf.state.groups.values()] == ["Perf", "B", "C"]
    assert {perf.state.groups[one].version - versions[one] for one in (1, 3)} == {0}


# Names


def test_a_group_finds_a_machine_that_was_renamed_meanwhile(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(edit, actor=ALICE, vm_id="b", name="bee")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "bee", "c")


def test_a_group_takes_no_machine_for_one_that_had_its_name_before(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(edit, actor=ALICE, vm_id="b", name="bee")
    perf.add("b")
    remove(perf, "c")
    perf.add("c")
    perf.do(edit, actor=ALICE, vm_id="c", name="sea")
    perf.add("c")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "bee")


def test_a_name_of_a_machine_that_was_deleted_before_its_group_is_not_taken_for_that_machine(perf):
    remove(perf, "c")
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.do(edit, actor=ALICE, vm_id="a", name="c")
    perf.do(edit, actor=ALICE, vm_id="c", name="a")
    back(perf, "c")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "b", "c")


def test_a_machine_that_got_the_name_of_a_deleted_one_of_its_group_is_in_it_once(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    remove(perf, "c")
    perf.do(edit, actor=ALICE, vm_id="b", name="c")
    remove(perf, "c")
    back(perf, "c")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "c")


def test_a_machine_and_a_deleted_one_that_had_its_name_find_their_group_again(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    remove(perf, "c")
    perf.do(edit, actor=ALICE, vm_id="b", name="c")
    group, _, _ = group_back(perf)
    assert group.vm_ids == ("a", "c")
    perf.do(edit, actor=ALICE, vm_id="c", name="b")
    back(perf, "c")
    assert sorted(perf.state.groups[1].vm_ids) == ["a", "b", "c"]


def test_a_machine_that_was_deleted_after_its_group_finds_its_old_place_in_it(perf):
    perf.do(groups.delete, actor=ALICE, group_id=1)
    remove(perf, "b")
    group_back(perf)
    back(perf, "b")
    assert perf.state.groups[1].vm_ids == ("a", "b", "c")


def test_a_group_whose_number_another_one_has_is_not_brought_back_over_it(perf):
    """An older version, to which a server went back for a while, does not know which numbers are taken."""
    perf.do(groups.delete, actor=ALICE, group_id=1)
    perf.state.groups[1] = Group(1, "Other", ("a",))
    assert perf.refused(undelete_group, actor=ALICE, group_id=1).code == "not_deleted"


def test_a_machine_comes_back_with_its_former_names_and_is_found_by_them(world):
    world.do(edit, actor=ALICE, vm_id="vm", name="new")
    remove(world, "new")
    assert [vm.id for vm in world.do(undelete_vms, actor=ALICE, vm_ids=["vm"])[0]] == ["new"]
    assert world.vm("new").former_ids == ("vm",)


def test_a_former_name_that_another_machine_has_by_now_stays_there(world):
    world.do(edit, actor=ALICE, vm_id="vm", name="new")
    remove(world, "new")
    world.add("vm")
    back(world, "new")
    assert world.vm("new").former_ids == ()


def test_a_machine_that_comes_back_takes_its_name_from_one_that_had_it_for_a_while(world):
    world.add("other")
    remove(world)
    world.do(edit, actor=ALICE, vm_id="other", name="vm")
    world.do(edit, actor=ALICE, vm_id="vm", name="third")
    back(world)
    assert world.vm("third").former_ids == ("other",)
