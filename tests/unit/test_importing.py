"""Imports of an inventory: the plan of changes, and that the rules for admins hold for imports too."""

import pytest

from loadzone.rules import groups, inventory, queue
from loadzone.rules.access import OPERATOR
from loadzone.rules.booking import book
from loadzone.rules.importing import Changed, Wanted, carry_out, plan
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE


def import_(world, *machines, named=(), prune=False):
    result = plan(world.state, named, machines, prune)
    world.do(carry_out, actor=OPERATOR, plan=result)
    return result


def test_the_plan_says_what_is_new_what_differs_and_what_is_left_alone(perf):
    result = plan(
        perf.state,
        ["PERF", "Empty"],
        [
            Wanted("a", {"group": "perf", "description": ""}),
            Wanted("b", {"group": "Perf", "description": "8 cores", "tags": ("x",)}),
            Wanted("new", {"group": "Other"}),
        ],
        prune=False,
    )
    assert result.groups == ("Empty", "Other")
    assert [one.id for one in result.added] == ["new"]
    assert result.changed == (
        Changed("b", {"description": "", "tags": ()}, {"description": "8 cores", "tags": ("x",)}),
    )
    assert (result.removed, result.unchanged, result.left_alone) == ((), 1, 1)


def test_an_import_changes_machines_and_makes_groups(perf):
    import_(
        perf,
        Wanted("a", {"group": "", "description": "alone now"}),
        Wanted("new", {"group": "Other", "tags": ("x",), "internal_ip": "10.0.0.1"}),
        named=["Empty"],
    )
    assert (perf.vm("a").group, perf.vm("a").description) == (None, "alone now")
    assert (perf.vm("new").group, perf.vm("new").tags, perf.vm("new").internal_ip) == (3, ("x",), "10.0.0.1")
    assert {group.name: group.vm_ids for group in perf.state.groups.values()} == {
        "Perf": ("b", "c"),
        "Empty": (),
        "Other": ("new",),
    }


def test_fields_that_it_does_not_name_stay(perf):
    perf.do(inventory.edit, actor=ALICE, vm_id="a", description="8 cores", maintenance="broken")
    perf.do(book, actor=BOB, vm_id="b", hours=1)
    import_(perf, Wanted("a", {"tags": ("x",)}), Wanted("b", {"tags": ("y",)}))
    assert (perf.vm("a").description, perf.vm("a").maintenance, perf.vm("a").group) == ("8 cores", "broken", 1)
    assert (perf.vm("b").holder, perf.vm("b").tags) == (BOB, ("y",))


def test_a_new_machine_is_held_for_the_next_waiter_of_its_group(full):
    full.do(queue.join, actor=BOB, group_id=1, hours=1)
    import_(full, Wanted("d", {"group": "Perf"}))
    assert full.vm("d").hold.email == BOB


def test_a_new_machine_that_is_out_of_service_is_held_for_nobody(full):
    full.do(queue.join, actor=BOB, group_id=1, hours=1)
    import_(full, Wanted("d", {"group": "Perf", "maintenance": "no disk yet"}))
    assert (full.vm("d").group, full.vm("d").maintenance, full.vm("d").hold) == (1, "no disk yet", None)
    assert "held" not in full.kinds()


def test_an_empty_reason_brings_a_machine_back_into_service(perf):
    perf.do(inventory.edit, actor=ALICE, vm_id="a", maintenance="broken")
    import_(perf, Wanted("a", {"maintenance": ""}))
    assert perf.vm("a").maintenance == ""


def test_pruning_deletes_machines_that_are_not_named(perf):
    result = import_(perf, Wanted("a", {}), prune=True)
    assert list(perf.state.vms) == ["a"]
    assert perf.state.groups[1].vm_ids == ("a",)
    assert (len(result.removed), result.left_alone, result.in_use) == (2, 0, [])


def test_the_plan_names_machines_that_are_in_use(perf):
    perf.do(book, actor=BOB, vm_id="a", hours=1)
    perf.do(queue.join, actor=CHARLIE, vm_id="a", hours=1)
    assert [vm.id for vm in plan(perf.state, [], [], prune=True).in_use] == ["a"]
    assert plan(perf.state, [], [], prune=False).in_use == []
    perf.refused(carry_out, actor=OPERATOR, plan=plan(perf.state, [], [], prune=True))


def test_a_machine_stays_in_its_group_if_another_has_the_same_name(perf):
    perf.do(groups.create, actor=ALICE, name="Other", vm_ids=["a"])
    perf.state.groups[2] = groups.replace(perf.state.groups[2], name="perf")
    result = import_(perf, Wanted("a", {"group": "PERF"}), Wanted("new", {"group": "PERF"}))
    assert (result.groups, result.changed) == ((), ())
    assert (perf.vm("a").group, perf.vm("new").group) == (2, 1)
    import_(perf, Wanted("a", {"group": "Perf"}), Wanted("new", {"group": "perf"}))
    assert (perf.vm("a").group, perf.vm("new").group) == (1, 2)  # an exact name means that one


@pytest.mark.parametrize("who", [BOB, None])
def test_users_and_strangers_cannot_import(perf, who):
    refusal = perf.refused(carry_out, actor=who, plan=plan(perf.state, ["New"], [], prune=False))
    assert STATUS[refusal.code] in (401, 403)
