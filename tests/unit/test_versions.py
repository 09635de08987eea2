"""Versions grow with each edit and with nothing else; a rule that brings an old one is refused."""

import re

import pytest

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.rules import booking, groups, inventory, queue
from loadzone.schemas.refusal_text import sentence
from support.world import ALICE, BOB, CHARLIE


@pytest.fixture
def grouped(world):
    world.add("a", "b")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b"])
    return world


def versions(world):
    return {**{vm.id: vm.version for vm in world.state.vms.values()}, **{g.id: g.version for g in groups_of(world)}}


def groups_of(world):
    return world.state.groups.values()


EDITS = [
    (inventory.edit, {"vm_id": "a", "description": "x"}, {"a"}),
    (inventory.edit, {"vm_id": "a", "external_ip": "192.0.2.1"}, {"a"}),
    (inventory.edit, {"vm_id": "a", "add_tags": ("x",)}, {"a"}),
    (inventory.edit, {"vm_id": "a", "maintenance": "disk swap"}, {"a"}),
    (inventory.edit, {"vm_id": "a", "group_id": None, "description": "x", "maintenance": "y"}, {"a", 1}),
    (inventory.edit, {"vm_id": "vm", "group_id": 1}, {"vm", 1}),
    (inventory.edit_all, {"vm_ids": ["a", "vm"], "maintenance": "disk swap"}, {"a", "vm"}),
    (inventory.add, {"vm_id": "c", "group_id": 1}, {1}),
    (inventory.delete, {"vm_id": "a"}, {1}),
    (groups.edit, {"group_id": 1, "name": "Load"}, {1}),
    (groups.add_vms, {"group_id": 1, "vm_ids": ["vm"]}, {"vm", 1}),
    (groups.remove_vm, {"vm_id": "a"}, {"a", 1}),
    (groups.delete, {"group_id": 1}, {"a", "b"}),
]


@pytest.mark.parametrize(("rule", "arguments", "grown"), EDITS)
def test_an_edit_adds_one_to_what_it_changes(grouped, rule, arguments, grown):
    before = versions(grouped)
    grouped.do(rule, actor=ALICE, **arguments)
    after = versions(grouped)
    assert {key: after[key] - before[key] for key in before.keys() & after.keys() if after[key] != before[key]} == (
        dict.fromkeys(grown, 1)
    )


def test_bookings_and_queues_leave_versions_as_they_are(grouped):
    before = versions(grouped)
    grouped.do(booking.book, actor=BOB, vm_id="a", hours=1, note="mine")
    grouped.do(booking.renew, actor=BOB, vm_id="a", hours=1)
    grouped.do(queue.join, actor=CHARLIE, vm_id="a", hours=1)
    grouped.do(booking.book, actor=BOB, vm_id="b", hours=1)
    grouped.do(queue.join, actor=CHARLIE, group_id=1, hours=1)
    grouped.do(booking.cancel, actor=BOB, vm_id="a")
    grouped.do(inventory.edit, actor=ALICE, vm_id="a", description="", tags=())
    assert versions(grouped) == before


def test_versions_are_in_the_file_only_where_there_was_an_edit(grouped):
    old, removed = re.subn(rb',"version":\d+', b"", written(grouped))
    assert removed == len(versions(grouped))
    state, repairs = read_state(old)
    assert repairs == []
    assert {vm.version for vm in state.vms.values()} == {group.version for group in state.groups.values()} == {0}
    grouped.state = state
    assert b"version" not in written(grouped)


def written(world):
    encoder = StateEncoder()
    encoder.mark_all(world.state)
    return encoder.encode(world.state)


def test_what_comes_again_under_an_old_name_or_number_has_another_version(grouped):
    """A dialog that is open for a deleted group must not act on a new group that got its number."""
    seen = versions(grouped)
    grouped.do(groups.delete, actor=ALICE, group_id=1)
    grouped.later(minutes=10)  # its deletion can be undone until then
    grouped.do(inventory.delete, actor=ALICE, vm_id="a")
    grouped.state.revision += 2
    grouped.do(inventory.add, actor=ALICE, vm_id="a", group_id=None)
    assert grouped.do(groups.create, actor=ALICE, name="New").id == 1
    assert grouped.refused(groups.delete, actor=ALICE, group_id=1, version=seen[1]).code == "changed"
    assert grouped.refused(inventory.delete, actor=ALICE, vm_id="a", version=seen["a"]).code == "changed"


OLD = [
    (inventory.edit, {"vm_id": "a", "version": 0, "tags": ("b",)}, "a"),
    (inventory.edit_all, {"vm_ids": ["b", "a"], "versions": {"a": 0}, "maintenance": "x"}, "a"),
    (inventory.delete, {"vm_id": "a", "version": 0}, "a"),
    (inventory.delete_all, {"vm_ids": ["b", "a"], "versions": {"a": 0}}, "a"),
    (groups.remove_vm, {"vm_id": "a", "version": 0}, "a"),
    (groups.create, {"name": "New", "vm_ids": ["a"], "versions": {"a": 0}}, "a"),
    (groups.add_vms, {"group_id": 1, "vm_ids": ["vm", "a"], "versions": {"a": 0}}, "a"),
    (groups.add_vms, {"group_id": 1, "vm_ids": ["vm"], "version": 0}, 1),
    (groups.edit, {"group_id": 1, "name": "Load", "version": 0}, 1),
    (groups.delete, {"group_id": 1, "version": 0}, 1),
]


@pytest.mark.parametrize(("rule", "arguments", "changed"), OLD)
def test_an_old_version_is_refused_with_the_present_record(grouped, rule, arguments, changed):
    refusal = grouped.refused(rule, actor=ALICE, **arguments)
    assert refusal.code == "changed"
    if changed == "a":
        assert (refusal.facts["vm_id"], refusal.facts["vm"]) == ("a", grouped.vm("a"))
    else:
        assert (refusal.facts["group_id"], refusal.facts["group"]) == (1, grouped.state.groups[1])


@pytest.mark.parametrize(("rule", "arguments", "changed"), OLD)
def test_the_present_version_and_none_are_accepted(grouped, rule, arguments, changed):
    present = versions(grouped)
    newer = {name: present[changed] if name == "version" else value for name, value in arguments.items()}
    if "versions" in newer:
        newer["versions"] = {vm_id: present[vm_id] for vm_id in newer["vm_ids"]}
    grouped.do(rule, actor=ALICE, **newer)


# Tags


def test_tags_are_added_and_removed_beside_the_others(world):
    world.do(inventory.edit, actor=ALICE, vm_id="vm", tags=("Linux", "gpu"))
    assert world.do(inventory.edit, actor=ALICE, vm_id="vm", add_tags=("linux", "arm", "ARM")).tags == (
        "Linux",
        "gpu",
        "arm",
    )
    assert world.do(inventory.edit, actor=ALICE, vm_id="vm", remove_tags=("LINUX", "none")).tags == ("gpu", "arm")
    assert world.do(
        inventory.edit, actor=ALICE, vm_id="vm", tags=("x", "y"), add_tags=("z",), remove_tags=("y",)
    ).tags == (
        "x",
        "z",
    )


def test_a_tag_is_written_in_another_way_by_removing_and_adding_it(world):
    world.do(inventory.edit, actor=ALICE, vm_id="vm", tags=("debian", "gpu"))
    edited = world.do(inventory.edit, actor=ALICE, vm_id="vm", add_tags=("Debian",), remove_tags=("debian",))
    assert edited.tags == ("gpu", "Debian")


def test_tags_of_several_machines_are_all_changed_or_none(world):
    world.add("full")
    world.do(inventory.edit, actor=ALICE, vm_id="full", tags=tuple(f"t{n}" for n in range(20)))
    refusal = world.refused(inventory.edit_all, actor=ALICE, vm_ids=["vm", "full"], add_tags=("more",))
    assert (refusal.code, refusal.facts["field"], refusal.facts["vm_id"]) == ("bad_input", "add_tags", "full")
    assert sentence(refusal.code, refusal.facts, "en").startswith("full would have more than 20 tags")
    assert "full" in sentence(refusal.code, refusal.facts, "ru")
    vms = world.do(inventory.edit_all, actor=ALICE, vm_ids=["vm", "full"], add_tags=("more",), remove_tags=("t0",))
    assert [vm.tags[-1] for vm in vms] == ["more", "more"]


# Bookings that are not the ones that the caller has seen


def test_only_the_booking_that_was_seen_is_released(world):
    first = world.do(booking.book, actor=BOB, vm_id="vm", hours=1).booking
    world.later(minutes=1)
    world.do(booking.cancel, actor=BOB, vm_id="vm", booked_at=first.booked_at)
    world.do(booking.book, actor=BOB, vm_id="vm", hours=1)
    for rule, seen in (
        (booking.cancel, {"vm_id": "vm", "booked_at": first.booked_at}),
        (booking.cancel_all, {"vm_ids": ["vm"], "bookings": {"vm": first.booked_at}}),
    ):
        refusal = world.refused(rule, actor=ALICE, **seen)
        assert (refusal.code, refusal.facts["vm"]) == ("changed", world.vm())


def test_only_the_booking_that_was_seen_ends_with_a_deleted_machine(world):
    seen = world.do(booking.book, actor=BOB, vm_id="vm", hours=1).booking.booked_at
    world.later(minutes=61)
    world.do(booking.book, actor=CHARLIE, vm_id="vm", hours=1)
    for rule, arguments in (
        (inventory.delete, {"vm_id": "vm", "booked_at": seen}),
        (inventory.delete_all, {"vm_ids": ["vm"], "bookings": {"vm": seen}}),
        (inventory.delete_all, {"vm_ids": ["vm"], "bookings": {}}),
    ):
        refusal = world.refused(rule, actor=ALICE, force=True, **arguments)
        assert (refusal.code, refusal.facts["holder"]) == ("vm_taken", CHARLIE)
    present = world.vm().booking.booked_at
    world.do(inventory.delete_all, actor=ALICE, vm_ids=["vm"], force=True, bookings={"vm": present})


def test_only_the_end_that_was_seen_is_moved(world):
    seen = world.do(booking.book, actor=BOB, vm_id="vm", hours=1).booking.expires_at
    [renewed] = world.do(booking.renew_all, actor=BOB, vm_ids=["vm"], hours=1, ends={"vm": seen})
    refusal = world.refused(booking.renew_all, actor=BOB, vm_ids=["vm"], hours=1, ends={"vm": seen})
    assert (refusal.code, refusal.facts["expires_at"]) == ("changed", renewed.booking.expires_at)


def test_force_takes_a_machine_only_from_whoever_it_was_seen_to_be_held_for(world):
    world.do(booking.book, actor=ALICE, vm_id="vm", hours=1)
    for waiter in (BOB, CHARLIE):
        world.do(queue.join, actor=waiter, vm_id="vm", hours=1)
    world.do(booking.cancel, actor=ALICE, vm_id="vm")
    world.do(queue.leave, actor=BOB, vm_id="vm")
    refusal = world.refused(booking.book, actor=ALICE, vm_id="vm", hours=1, force=True, held_for=BOB)
    assert (refusal.code, refusal.facts["holder"]) == ("vm_held", CHARLIE)
    world.do(booking.book, actor=ALICE, vm_id="vm", hours=1, force=True, held_for=CHARLIE)
