"""POST /edit-vm with `id`: the machine has another name, and its former names lead to it."""

import pytest

from support.answers import done, refusal


@pytest.fixture
def renamed(alice, vm):
    """Return the names of a machine, (former, present)."""
    new = f"{vm}-new"
    done(alice.edit_vm(vm, id=new))
    return vm, new


def test_the_answer_is_the_machine_under_its_new_name(alice, bob, vm):
    booked = done(bob.book(vm, note="mine"))
    answer = done(alice.edit_vm(vm, id=f"{vm}-new", description="new"))
    assert answer["version"] > booked["version"]
    expected = {"id": f"{vm}-new", "former_ids": [vm], "description": "new", "version": answer["version"]}
    assert answer == booked | expected == bob.vm(f"{vm}-new")
    assert bob.vm(vm) is None


def test_the_place_on_the_board_and_in_the_group_stays(alice, make_vm, make_group):
    vms = [make_vm() for _ in range(3)]
    group = make_group(*vms)
    before = [vm["id"] for vm in alice.state()["vms"]]
    done(alice.edit_vm(vms[1], id=f"{vms[1]}-new"))
    renamed = {vms[1]: f"{vms[1]}-new"}
    assert [vm["id"] for vm in alice.state()["vms"]] == [renamed.get(vm, vm) for vm in before]
    assert alice.group(group)["vm_ids"] == [renamed.get(vm, vm) for vm in vms]


def test_calls_take_the_former_name(alice, bob, carol, renamed, make_group):
    old, new = renamed
    assert done(bob.book(old, heartbeat_minutes=30))["id"] == new
    assert done(bob.renew(old))["id"] == new
    assert done(bob.change_note(old, "x"))["id"] == new
    done(bob.heartbeat(old))
    done(carol.join(old))
    assert carol.queue(new) == ["carol@example.com"]
    done(carol.leave(old))
    booked_at = bob.vm(new)["booked_at"]
    [free] = done(bob.post("/cancel", {"vm_ids": [old], "bookings": {old: booked_at}}))["vms"]
    assert (free["id"], free["state"]) == (new, "free")
    version = free["version"]
    [edited] = done(alice.post("/edit-vm", {"vm_ids": [old], "versions": {old: version}, "description": "y"}))["vms"]
    assert (edited["id"], edited["description"]) == (new, "y")
    group = make_group(old)
    assert alice.group(group)["vm_ids"] == [new]
    done(alice.take_from_group(old))
    assert done(alice.add_to_group(group, [old]))["added"] == [new]
    done(alice.delete_vm(old))
    assert alice.vm(new) is None


def test_a_new_machine_takes_the_former_name(alice, bob, renamed):
    old, new = renamed
    done(alice.add_vm(old), 201)
    assert "former_ids" not in alice.vm(new)
    assert done(bob.book(old))["id"] == old
    done(alice.delete_vm(old, force=True))
    assert refusal(bob.book(old)) == (404, "no_such_vm")


def test_the_name_of_another_machine_is_refused(alice, make_vm):
    vm, other = make_vm(), make_vm()
    before = alice.state()
    answer = alice.edit_vm(vm, id=other.upper(), description="x")
    assert refusal(answer) == (409, "vm_exists")
    assert (answer.json()["field"], answer.json()["vm_id"]) == ("id", other)
    assert alice.state() == before


def test_only_one_machine_can_be_renamed(alice, make_vm):
    vms = [make_vm(), make_vm()]
    answer = alice.post("/edit-vm", {"vm_ids": vms, "id": "new"})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["error"] == "These go with one machine (vm_id), not with several: id."


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 65, 1, ["x"], "a/b"])
def test_the_rules_of_new_names_hold(alice, vm, name):
    answer = alice.edit_vm(vm, id=name)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "id"
    assert alice.vm(vm)


def test_null_is_no_new_name(alice, vm):
    assert done(alice.edit_vm(vm, id=None, description="x"))["id"] == vm


def test_somebody_who_has_not_seen_the_new_name_is_told(alice, vm):
    seen = alice.vm(vm)["version"]
    done(alice.edit_vm(vm, id=f"{vm}-new", version=seen))
    answer = alice.edit_vm(vm, id=f"{vm}-other", version=seen)
    assert refusal(answer) == (409, "changed")
    assert answer.json()["vm"]["id"] == f"{vm}-new"


def test_visitors_do_not_see_former_names(charlie, renamed):
    assert "former_ids" not in charlie.vm(renamed[1])


def test_the_history_has_the_new_name(alice, bob, vm):
    done(bob.book(vm))
    done(alice.edit_vm(vm, id=f"{vm}-new"))
    done(bob.cancel(vm))
    assert bob.actions(f"{vm}-new") == ["book", "cancel"]
    assert bob.actions(vm) == []


def test_only_an_admin_renames(bob, charlie, vm):
    assert refusal(bob.edit_vm(vm, id=f"{vm}-new")) == (403, "not_allowed")
    assert refusal(charlie.edit_vm(vm, id=f"{vm}-new")) == (401, "not_signed_in")
    assert bob.vm(vm)["id"] == vm
