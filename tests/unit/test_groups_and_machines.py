from dataclasses import replace

import pytest

from loadzone.domain.records import MOST, Group
from loadzone.rules import groups, inventory, queue
from loadzone.rules.booking import book
from support.world import ALICE, BOB

ADMIN_RULES = [
    (groups.create, {"name": "new"}),
    (groups.edit, {"group_id": 1, "name": "x"}),
    (groups.add_vms, {"group_id": 1, "vm_ids": ["vm"]}),
    (groups.remove_vm, {"vm_id": "vm"}),
    (groups.delete, {"group_id": 1}),
    (inventory.add, {"vm_id": "new", "group_id": None}),
    (inventory.edit, {"vm_id": "vm", "description": "x"}),
    (inventory.delete, {"vm_id": "vm"}),
]


@pytest.fixture
def grouped(world):
    world.add("a", "b")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b"])
    return world


@pytest.mark.parametrize(("rule", "arguments"), ADMIN_RULES)
def test_only_admins_change_the_inventory(grouped, rule, arguments):
    assert grouped.refused(rule, actor=BOB, **arguments).code == "not_allowed"
    assert grouped.refused(rule, actor=None, **arguments).code == "not_signed_in"


def test_a_new_group_takes_its_machines_out_of_their_old_groups(grouped):
    group = grouped.do(groups.create, actor=ALICE, name="Other", vm_ids=["b", "vm", "b"])
    assert group.vm_ids == ("b", "vm")
    assert grouped.state.groups[1].vm_ids == ("a",)
    assert grouped.vm("b").group == group.id


def test_after_the_greatest_number_a_free_one_is_used(grouped):
    """A file with a greater number could not be read again."""
    grouped.state.groups[MOST] = Group(MOST, "by hand")
    assert grouped.do(groups.create, actor=ALICE, name="next").id == 2


def test_a_name_is_taken_whatever_its_case(grouped):
    refusal = grouped.refused(groups.create, actor=ALICE, name="PERF")
    assert (refusal.code, refusal.facts["name"]) == ("name_taken", "Perf")


@pytest.mark.parametrize("name", ["PERF", "Ｐｅｒｆ", "Pe\u200drf", "\u200cPerf"])
def test_a_name_that_looks_like_another_is_taken(grouped, name):
    assert grouped.refused(groups.create, actor=ALICE, name=name).code == "name_taken"


def test_a_group_is_renamed_and_keeps_the_rest(grouped):
    grouped.do(queue.join, actor=BOB, group_id=1, hours=1)
    before = grouped.state.groups[1]
    group = grouped.do(groups.edit, actor=ALICE, group_id=1, name="Load")
    assert group == replace(before, name="Load", version=before.version + 1)
    [event] = grouped.events
    assert (event.kind, event.group, event.was) == ("group_renamed", "Load", "Perf")
    assert grouped.do(groups.create, actor=ALICE, name="Perf").id == 2, "the old name is free"


def test_a_group_can_be_spelled_anew_but_not_take_the_name_of_another(grouped):
    grouped.do(groups.create, actor=ALICE, name="Load")
    assert grouped.do(groups.edit, actor=ALICE, group_id=1, name="PERF").name == "PERF"
    assert grouped.refused(groups.edit, actor=ALICE, group_id=1, name="load").code == "name_taken"


def test_a_group_that_keeps_its_name_is_told_of_to_nobody(grouped):
    for name in ("Perf", None):
        grouped.do(groups.edit, actor=ALICE, group_id=1, name=name)
        assert grouped.events == []
    assert grouped.refused(groups.edit, actor=ALICE, group_id=7, name="x").code == "no_such_group"


def test_a_group_with_an_unknown_machine_is_not_created(world):
    assert world.refused(groups.create, actor=ALICE, name="New", vm_ids=["vm", "nowhere"]).code == "no_such_vm"


def test_adding_returns_the_machines_that_were_not_in_it_before(grouped):
    added, group = grouped.do(groups.add_vms, actor=ALICE, group_id=1, vm_ids=["a", "vm"])
    assert (added, group.vm_ids) == (["vm"], ("a", "b", "vm"))


def test_adding_an_unknown_machine_adds_none(grouped):
    grouped.refused(groups.add_vms, actor=ALICE, group_id=1, vm_ids=["vm", "nowhere"])
    assert grouped.vm().group is None


def test_a_machine_is_taken_out_of_the_group_it_is_in(grouped):
    grouped.do(groups.remove_vm, actor=ALICE, vm_id="a")
    assert (grouped.vm("a").group, grouped.state.groups[1].vm_ids) == (None, ("b",))


def test_a_machine_is_not_taken_out_of_another_group_or_of_none(grouped):
    grouped.do(groups.create, actor=ALICE, name="Other")
    assert grouped.refused(groups.remove_vm, actor=ALICE, vm_id="a", group_id=2).code == "not_in_group"
    assert grouped.refused(groups.remove_vm, actor=ALICE, vm_id="vm").code == "not_in_group"
    assert grouped.refused(groups.remove_vm, actor=ALICE, vm_id="a", group_id=77).code == "no_such_group"


def test_the_machines_of_a_deleted_group_stay(grouped):
    grouped.do(groups.delete, actor=ALICE, group_id=1)
    assert not grouped.state.groups
    assert {vm.group for vm in grouped.state.vms.values()} == {None}


def test_a_machine_is_added_into_its_group(grouped):
    vm = grouped.do(inventory.add, actor=ALICE, vm_id="c", group_id=1, description="fast", tags=("x",))
    assert (vm.group, vm.description, vm.tags) == (1, "fast", ("x",))
    assert grouped.state.groups[1].vm_ids == ("a", "b", "c")


def test_a_machine_is_not_added_twice_nor_into_an_unknown_group(grouped):
    assert grouped.refused(inventory.add, actor=ALICE, vm_id="a", group_id=None).code == "vm_exists"
    assert grouped.refused(inventory.add, actor=ALICE, vm_id="c", group_id=9).code == "no_such_group"


def test_editing_moves_between_groups(grouped):
    grouped.do(inventory.edit, actor=ALICE, vm_id="vm", group_id=1)
    assert grouped.state.groups[1].vm_ids == ("a", "b", "vm")
    grouped.do(inventory.edit, actor=ALICE, vm_id="vm", group_id=None)
    assert (grouped.vm().group, grouped.state.groups[1].vm_ids) == (None, ("a", "b"))


def test_an_edit_that_changes_nothing_notifies_nobody(grouped):
    grouped.do(inventory.edit, actor=ALICE, vm_id="a", description="", group_id=1)
    assert grouped.events == []


def test_deleting_a_machine_takes_it_out_of_its_group(grouped):
    grouped.do(inventory.delete, actor=ALICE, vm_id="a")
    assert "a" not in grouped.state.vms
    assert grouped.state.groups[1].vm_ids == ("b",)


def test_a_booked_machine_is_deleted_only_by_force_and_its_holder_is_notified(grouped):
    grouped.do(book, actor=BOB, vm_id="a", hours=1)
    refusal = grouped.refused(inventory.delete, actor=ALICE, vm_id="a")
    assert (refusal.code, refusal.facts["holder"]) == ("vm_taken", BOB)
    grouped.do(inventory.delete, actor=ALICE, vm_id="a", force=True)
    (event,) = grouped.events
    assert (event.kind, event.by, event.to) == ("vm_deleted", ALICE, BOB)
    assert grouped.history(BOB) == ["book", "cancel"]
    assert "a" not in grouped.state.vms
