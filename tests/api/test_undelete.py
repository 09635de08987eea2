"""POST /undelete"""

import pytest

from support.answers import done, refusal


def test_a_machine_comes_back_with_everything(alice, bob, newcomer, make_vm, make_group):
    vm, other = make_vm(), make_vm()
    group = make_group(vm, other)
    fields = {
        "description": "8 cores",
        "tags": ["linux"],
        "external_ip": "10.0.0.7",
        "ssh_user": "root",
        "ssh_port": 22,
    }
    done(alice.edit_vm(vm, **fields))
    done(bob.book(vm, note="soak"))
    done(newcomer.join(vm))
    before = alice.vm(vm)
    done(alice.delete_vm(vm, force=True))
    answer = done(alice.undelete(vm))
    assert answer["vms"] == [alice.vm(vm)]
    assert (answer["group"], answer["lost"]) == (None, [])
    assert {**alice.vm(vm), "version": 0} == {**before, "version": 0}
    assert alice.group(group)["vm_ids"] == [vm, other]
    assert bob.actions(vm) == ["book", "cancel", "book"]
    assert done(bob.cancel(vm))["held_for"] == newcomer.email


def test_several_machines_come_back_all_or_none(alice, make_vm):
    vms = [make_vm(), make_vm()]
    done(alice.post("/delete-vm", {"vm_ids": vms}))
    done(alice.add_vm(vms[1]), 201)
    answer = alice.undelete(*vms)
    assert refusal(answer) == (409, "vm_exists")
    assert answer.json()["vm_id"] == vms[1]
    assert "by now" in answer.json()["error"]
    assert alice.vm(vms[0]) is None
    done(alice.undelete(vms[0]))


def test_a_group_comes_back_with_its_queue(alice, bob, newcomer, make_vm, make_group):
    vm = make_vm()
    group = make_group(vm)
    done(bob.book(vm))
    done(newcomer.join(group))
    before = alice.group(group)
    done(alice.delete_group(group))
    answer = done(alice.undelete(group_id=group))
    assert {**answer["group"], "version": 0} == {**before, "version": 0}
    assert answer["vms"] == [alice.vm(vm)]
    assert alice.group(group) == answer["group"]


def test_a_group_whose_name_is_taken_does_not_come_back(alice, make_group):
    group = make_group()
    name = alice.group(group)["name"]
    done(alice.delete_group(group))
    done(alice.make_group(name.upper()), 201)
    answer = alice.undelete(group_id=group)
    assert refusal(answer) == (409, "name_taken")
    assert "by now" in answer.json()["error"]


def test_what_does_not_come_back_is_named(alice, newcomer, vm):
    done(newcomer.book(vm))
    done(alice.delete_vm(vm, force=True))
    done(alice.post("/users/remove", {"email": newcomer.email}))
    lost = {"what": "booking", "email": newcomer.email, "why": "unknown", "vm_id": vm, "group_id": None}
    assert done(alice.undelete(vm))["lost"] == [lost]
    assert alice.vm(vm)["state"] == "free"


def test_what_was_never_deleted_is_not_found(alice, vm, make_group):
    answer = alice.undelete("no-such-machine")
    assert refusal(answer) == (404, "not_deleted")
    assert answer.json()["error"] == (
        "A deletion can be undone for 10 minutes. “no-such-machine” was deleted earlier than that, or never."
    )
    assert "is on the board" in alice.undelete(vm).json()["error"]
    assert refusal(alice.undelete(group_id=999_999)) == (404, "not_deleted")
    assert "is on the board" in alice.undelete(group_id=make_group()).json()["error"]


def test_a_second_undo_says_that_it_is_done(alice, vm):
    done(alice.delete_vm(vm))
    done(alice.undelete(vm))
    answer = alice.undelete(vm)
    assert refusal(answer) == (404, "not_deleted")
    assert answer.json()["there"] is True


@pytest.mark.parametrize(
    "body", [{}, {"vm_ids": []}, {"vm_ids": ["a"], "group_id": 1}, {"vm_ids": "a"}, {"group_id": "1"}, {"vm_id": "a"}]
)
def test_exactly_one_of_machines_and_group_is_named(alice, body):
    assert refusal(alice.post("/undelete", body)) == (400, "bad_input")


def test_only_admins_undo(alice, bob, charlie, vm):
    done(alice.delete_vm(vm))
    assert refusal(bob.undelete(vm)) == (403, "not_allowed")
    assert refusal(charlie.undelete(vm)) == (401, "not_signed_in")


def test_a_new_group_does_not_get_the_number_of_a_deleted_one(alice, make_group):
    group = make_group()
    done(alice.delete_group(group))
    assert make_group() != group
    done(alice.undelete(group_id=group))


def test_the_file_keeps_what_was_deleted(alice, bob, server, vm):
    done(bob.book(vm))
    done(alice.delete_vm(vm, force=True))
    [kept] = [kept for kept in server.stored()["deleted"] if kept.get("vm", {}).get("id") == vm]
    assert (kept["by"], kept["vm"]["booked_by"]) == (alice.email, bob.email)
    done(alice.undelete(vm))
    assert vm not in str(server.stored().get("deleted"))
