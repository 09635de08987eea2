"""POST /edit-vm"""

import pytest

from support.answers import done, refusal


def test_named_fields_change_and_the_others_stay(alice, make_vm):
    vm = make_vm(description="before", tags=["a"], external_ip="192.0.2.1")
    edited = done(alice.edit_vm(vm, description="after", internal_ip="10.1.1.1", ssh_user="ubuntu", ssh_port=2222))
    assert (edited["description"], edited["internal_ip"]) == ("after", "10.1.1.1")
    assert (edited["ssh_user"], edited["ssh_port"]) == ("ubuntu", 2222)
    assert (edited["tags"], edited["external_ip"]) == (["a"], "192.0.2.1")
    assert alice.vm(vm) == edited


def test_fields_can_be_emptied(alice, make_vm):
    vm = make_vm(description="before", tags=["a"], external_ip="192.0.2.1")
    edited = done(alice.edit_vm(vm, description="", tags=[], external_ip=""))
    assert (edited["description"], edited["tags"], edited["external_ip"]) == ("", [], "")


def test_a_machine_moves_to_another_group_and_out_of_it(alice, make_vm, make_group):
    vm = make_vm()
    one, other = make_group(vm), make_group()
    assert done(alice.edit_vm(vm, group_id=other))["group"] == other
    assert alice.group(one)["vm_ids"] == []
    assert alice.group(other)["vm_ids"] == [vm]
    assert done(alice.edit_vm(vm, group_id=None))["group"] is None
    assert alice.group(other)["vm_ids"] == []


def test_a_machine_keeps_its_group_if_none_is_named(alice, vm, make_group):
    group = make_group(vm)
    assert done(alice.edit_vm(vm, description="x"))["group"] == group


def test_an_edit_keeps_the_booking(alice, bob, vm):
    booked = done(bob.book(vm, note="mine"))
    assert done(alice.edit_vm(vm, description="x")) == booked | {"description": "x", "version": booked["version"] + 1}


def test_an_edit_without_effect_does_not_change_the_revision(alice, make_vm):
    vm = make_vm(description="same")
    revision = alice.state()["revision"]
    done(alice.edit_vm(vm, description="same"))
    assert alice.state()["revision"] == revision


def test_an_edit_cannot_change_the_booking(alice, bob, vm):
    booked = done(bob.book(vm))
    done(alice.edit_vm(vm, booked_by=None, expires_at=None, state="free"))
    assert bob.vm(vm) == booked


def test_an_unknown_group_or_machine_is_refused(alice, vm):
    assert refusal(alice.edit_vm(vm, group_id=99999, description="lost")) == (404, "no_such_group")
    assert alice.vm(vm)["description"] == ""
    assert refusal(alice.edit_vm("no-such-machine", description="x")) == (404, "no_such_vm")


@pytest.mark.parametrize(
    ("field", "value"),
    [("description", None), ("description", "d" * 501), ("tags", None), ("tags", [None]), ("group_id", "1")],
)
def test_a_bad_field_is_named(alice, vm, field, value):
    before = alice.vm(vm)
    answer = alice.edit_vm(vm, **{field: value})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"].startswith(field)
    assert alice.vm(vm) == before


def test_only_an_admin_edits(bob, charlie, vm):
    before = bob.vm(vm)
    assert refusal(bob.edit_vm(vm, description="x")) == (403, "not_allowed")
    assert refusal(charlie.edit_vm(vm, description="x")) == (401, "not_signed_in")
    assert bob.vm(vm) == before


def test_user_and_port_can_be_emptied_and_set_on_several_machines(alice, vm, make_vm):
    other = make_vm()
    for fields in ({"ssh_user": "ubuntu", "ssh_port": 2222}, {"ssh_user": "", "ssh_port": None}):
        done(alice.post("/edit-vm", {"vm_ids": [vm, other], **fields}))
        for vm_id in (vm, other):
            assert {name: alice.vm(vm_id)[name] for name in fields} == fields


@pytest.mark.parametrize("user", ["-oProxyCommand=x", "a b", "a;b", "$(id)", "a/b", "имя", "a\n", "x" * 65])
def test_a_user_that_a_shell_takes_for_something_else_is_refused(alice, vm, user):
    assert refusal(alice.edit_vm(vm, ssh_user=user)) == (400, "bad_input")
