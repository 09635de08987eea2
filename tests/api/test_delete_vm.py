"""POST /delete-vm"""

import pytest

from support.answers import done, refusal


def test_a_free_machine_is_deleted(alice, vm, server):
    assert done(alice.delete_vm(vm)) == {"status": "ok"}
    assert alice.vm(vm) is None
    assert vm not in [stored["id"] for stored in server.stored()["vms"]]


def test_a_deleted_machine_leaves_its_group(alice, vm, make_group):
    group = make_group(vm)
    done(alice.delete_vm(vm))
    assert alice.group(group)["vm_ids"] == []


def test_a_booked_machine_is_deleted_only_by_force(alice, bob, vm):
    booked = done(bob.book(vm))
    answer = alice.delete_vm(vm)
    assert refusal(answer) == (409, "vm_taken")
    assert (answer.json()["holder"], answer.json()["until"]) == ("bob@example.com", booked["expires_at"])
    assert bob.vm(vm) == booked
    assert refusal(alice.delete_vm(vm, force=False)) == (409, "vm_taken")
    done(alice.delete_vm(vm, force=True))
    assert bob.vm(vm) is None
    assert refusal(bob.renew(vm)) == (404, "no_such_vm")


def test_the_id_of_a_deleted_machine_can_be_used_again(alice, bob, vm):
    bob.book(vm)
    done(alice.delete_vm(vm, force=True))
    assert done(alice.add_vm(vm), 201)["state"] == "free"


@pytest.mark.parametrize("force", ["yes", 1, 0, [], {}])
def test_force_is_true_or_false(alice, bob, vm, force):
    booked = done(bob.book(vm))
    assert refusal(alice.delete_vm(vm, force=force)) == (400, "bad_input")
    assert bob.vm(vm) == booked


def test_an_unknown_machine_cannot_be_deleted(alice):
    assert refusal(alice.delete_vm("no-such-machine")) == (404, "no_such_vm")


def test_only_an_admin_deletes(bob, charlie, vm):
    assert refusal(bob.delete_vm(vm)) == (403, "not_allowed")
    assert refusal(charlie.delete_vm(vm)) == (401, "not_signed_in")
    assert bob.vm(vm)["state"] == "free"
