"""POST /groups, add-existing-vms, remove-vm-from-group, delete-group"""

import pytest

from support.answers import done, refusal
from support.inventory import machine
from support.people import Person
from support.server import ADMIN


def is_consistent(person) -> bool:
    """Return True if machines and groups agree on which machine is in which group."""
    state = person.state()
    by_machine = {(vm["group"], vm["id"]) for vm in state["vms"] if vm["group"] is not None}
    by_group = [(group["id"], vm) for group in state["groups"] for vm in group["vm_ids"]]
    return len(by_group) == len(set(by_group)) and set(by_group) == by_machine


def test_a_group_is_made_from_chosen_machines(alice, charlie, make_vm):
    one, other = make_vm(), make_vm()
    group = done(alice.make_group("Продакшн", [one, other]), 201)
    assert group.keys() >= {"id", "name", "vm_ids"}
    assert (group["name"], group["vm_ids"]) == ("Продакшн", [one, other])
    assert alice.vm(one)["group"] == alice.vm(other)["group"] == group["id"]
    assert charlie.group(group["id"]) == group
    assert is_consistent(alice)


def test_a_group_may_be_empty(alice):
    assert done(alice.make_group("Nobody here"), 201)["vm_ids"] == []


def test_machines_leave_their_former_group(alice, vm, make_group):
    before = make_group(vm)
    after = make_group(vm)
    assert alice.group(before)["vm_ids"] == []
    assert alice.vm(vm)["group"] == after
    assert is_consistent(alice)


def test_a_machine_named_twice_is_in_it_once(alice, vm):
    assert done(alice.make_group("Twice", [vm, vm]), 201)["vm_ids"] == [vm]
    assert is_consistent(alice)


@pytest.mark.parametrize("name", ["Taken Name", "taken name", "TAKEN NAME"])
def test_names_are_unique_in_any_case(alice, name):
    if not any(group["name"] == "Taken Name" for group in alice.groups()):
        done(alice.make_group("Taken Name"), 201)
    assert refusal(alice.make_group(name)) == (409, "name_taken")


def test_russian_names_are_unique_in_any_case(alice):
    done(alice.make_group("Отдел"), 201)
    assert refusal(alice.make_group("оТДЕЛ")) == (409, "name_taken")


def test_a_group_with_an_unknown_machine_is_not_made(alice, vm):
    assert refusal(alice.make_group("Never made", [vm, "no-such-machine"])) == (404, "no_such_vm")
    assert "Never made" not in [group["name"] for group in alice.groups()]
    assert alice.vm(vm)["group"] is None


@pytest.mark.parametrize("name", ["", "   ", "n" * 101, 7, None, ["a"], True, "a\x00b", "a\ud800"])
def test_a_bad_group_name_is_refused(alice, name):
    answer = alice.make_group(name)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "name"


def test_the_longest_name_is_accepted(alice):
    assert done(alice.make_group("ж" * 100), 201)["name"] == "ж" * 100


@pytest.mark.parametrize("vm_ids", ["vm", 7, None, {}, [7], [None], [["vm"]]])
def test_the_machines_are_a_list_of_ids(alice, vm_ids):
    answer = alice.make_group("Bad list", vm_ids)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"].startswith("vm_ids")
    assert "Bad list" not in [group["name"] for group in alice.groups()]


def test_a_renamed_group_keeps_its_machines_bookings_and_queue(alice, bob, carol, vm, make_group):
    group = make_group(vm)
    booked = done(bob.book(vm))
    done(carol.join(group))
    before = carol.group(group)
    renamed = done(alice.edit_group(group, name=" Load \u2713 "))
    assert renamed == before | {"name": "Load \u2713", "version": before["version"] + 1}
    assert carol.group(group) == renamed
    assert bob.vm(vm)["booked_at"] == booked["booked_at"]
    assert bob.vm(vm)["group"] == group


@pytest.mark.parametrize(("name", "status"), [("", 400), ("x" * 101, 400), (7, 400), ("Here already", 409)])
def test_a_bad_or_taken_new_name_is_refused(alice, make_group, name, status):
    if not any(group["name"] == "Here already" for group in alice.groups()):
        done(alice.make_group("Here already"), 201)
    group = make_group()
    before = alice.group(group)
    answer = alice.edit_group(group, name=name)
    assert (answer.status_code, answer.json()["field"]) == (status, "name")
    assert alice.group(group) == before


def test_existing_machines_are_added(alice, make_vm, make_group):
    old, new, from_elsewhere = make_vm(), make_vm(), make_vm()
    elsewhere, group = make_group(from_elsewhere), make_group(old)
    answer = done(alice.add_to_group(group, [old, new, from_elsewhere]))
    assert answer["added"] == [new, from_elsewhere], "a machine already in the group is not counted as added"
    assert answer["group"] == alice.group(group)
    assert answer["group"]["vm_ids"] == [old, new, from_elsewhere]
    assert alice.group(elsewhere)["vm_ids"] == []
    assert is_consistent(alice)


def test_adding_an_unknown_machine_adds_none(alice, vm, make_group):
    group = make_group()
    assert refusal(alice.add_to_group(group, [vm, "no-such-machine"])) == (404, "no_such_vm")
    assert alice.group(group)["vm_ids"] == []


def test_adding_to_an_unknown_group_is_refused(alice, vm):
    assert refusal(alice.add_to_group(99999, [vm])) == (404, "no_such_group")
    assert alice.add_to_group("one", [vm]).status_code in (400, 404)
    assert refusal(alice.add_to_group(10**30, [vm]))[0] in (400, 404)


def test_a_machine_is_taken_out_of_the_group_named(alice, vm, make_group):
    group = make_group(vm)
    assert done(alice.take_from_group(vm, group_id=group)) == {"status": "ok"}
    assert alice.vm(vm)["group"] is None
    assert alice.group(group)["vm_ids"] == []


def test_a_machine_is_taken_out_of_its_present_group_if_none_is_named(alice, vm, make_group):
    group = make_group(vm)
    done(alice.take_from_group(vm))
    assert alice.group(group)["vm_ids"] == []
    assert is_consistent(alice)


def test_a_machine_that_is_not_in_the_group_cannot_be_taken_out(alice, vm, make_group):
    mine, other = make_group(vm), make_group()
    assert refusal(alice.take_from_group(vm, group_id=other)) == (409, "not_in_group")
    assert alice.vm(vm)["group"] == mine
    done(alice.take_from_group(vm))
    assert refusal(alice.take_from_group(vm)) == (409, "not_in_group")
    assert refusal(alice.take_from_group(vm, group_id=99999)) == (404, "no_such_group")
    assert refusal(alice.take_from_group("no-such-machine")) == (404, "no_such_vm")


def test_deleting_a_group_keeps_its_machines(alice, bob, make_vm, make_group):
    free, held = make_vm(), make_vm()
    group = make_group(free, held)
    booked = done(bob.book(held))
    assert done(alice.delete_group(group)) == {"status": "ok"}
    assert alice.group(group) is None
    assert alice.vm(free)["group"] is None
    assert alice.vm(held) == booked | {"group": None, "version": booked["version"] + 1}
    assert is_consistent(alice)


def test_an_unknown_group_cannot_be_deleted(alice):
    assert refusal(alice.delete_group(99999)) == (404, "no_such_group")
    assert refusal(alice.delete_group("1")) == (400, "bad_input")


def test_only_an_admin_changes_groups(alice, bob, charlie, vm, make_group):
    group = make_group(vm)
    before = alice.state()
    for person, refused in ((bob, (403, "not_allowed")), (charlie, (401, "not_signed_in"))):
        assert refusal(person.make_group("Never made", [vm])) == refused
        assert refusal(person.edit_group(group, name="Never")) == refused
        assert refusal(person.add_to_group(group, [vm])) == refused
        assert refusal(person.take_from_group(vm)) == refused
        assert refusal(person.delete_group(group)) == refused
    assert alice.state() == before


def test_a_group_of_any_number_can_be_addressed_everywhere(start):
    last = 2**53
    server = start({"vms": [machine("a")], "groups": [{"id": last, "name": "by hand", "vm_ids": []}], "users": {}})
    alice = Person(server, ADMIN).sign_in()
    assert done(alice.add_to_group(last, ["a"]))["added"] == ["a"]
    done(alice.take_from_group("a", group_id=last))
    done(alice.edit_vm("a", group_id=last))
    assert done(alice.make_group("next"), 201)["id"] == 1
    server.restart()
    done(alice.delete_group(last))
    assert refusal(alice.add_to_group(last + 1, ["a"])) == (404, "not_found")
    assert refusal(alice.delete_group(last + 1)) == (400, "bad_input")
