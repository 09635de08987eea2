"""`version`: an edit that was meant for an older state is refused with 409 `changed` and the present record."""

import pytest

from support.answers import done, refusal
from support.listener import Listener
from support.people import Person
from support.server import ADMIN


def test_the_second_of_two_edits_of_one_view_is_refused(alice, make_vm):
    """Two tabs, Edit, tags a and then tags b: the first must not be lost."""
    vm = make_vm()
    seen = alice.vm(vm)["version"]
    first = done(alice.edit_vm(vm, tags=["a"], version=seen))
    answer = alice.edit_vm(vm, tags=["b"], version=seen)
    assert refusal(answer) == (409, "changed")
    assert answer.json()["vm"] == first == alice.vm(vm)
    assert vm in answer.json()["error"]
    assert done(alice.edit_vm(vm, tags=["a", "b"], version=first["version"]))["tags"] == ["a", "b"]


def test_tags_can_be_added_without_knowing_the_others(alice, make_vm):
    vm = make_vm(tags=["old"])
    done(alice.edit_vm(vm, add_tags=["a"]))
    assert done(alice.edit_vm(vm, add_tags=["b"], remove_tags=["old"]))["tags"] == ["a", "b"]


def test_a_client_that_brings_no_version_is_served_as_before(alice, make_vm):
    vm = make_vm()
    done(alice.edit_vm(vm, tags=["a"]))
    assert done(alice.edit_vm(vm, tags=["b"]))["tags"] == ["b"]


def test_the_version_is_everywhere_where_the_record_is(alice, bob, charlie, make_vm, make_group):
    vm = make_vm()
    group = make_group(vm)
    with Listener(bob) as listener:
        edited = done(alice.edit_vm(vm, description="x", group_id=None))
        change = listener.wait_for_change(alice.state()["revision"])
    assert edited["version"] == alice.vm(vm)["version"] == change["vms"][0]["version"] > 0
    [told] = [one for one in change["groups"] if one["id"] == group]
    assert told["version"] == bob.group(group)["version"] == charlie.group(group)["version"] > 0
    assert "version" not in charlie.vm(vm), "visitors see nothing of a machine that they do not need"


def test_a_booking_leaves_the_version(alice, bob, vm):
    before = bob.vm(vm)["version"]
    assert done(bob.book(vm))["version"] == before
    assert done(bob.cancel(vm))["version"] == before


def test_versions_survive_a_restart(start):
    server = start()
    alice = Person(server, ADMIN).sign_in()
    done(alice.add_vm("a"), 201)
    group = done(alice.make_group("Perf", ["a"]), 201)
    before = alice.state()
    server.restart()
    assert alice.state() == before
    assert alice.group(group["id"])["version"] > 0


def test_groups_have_versions_too(alice, make_vm, make_group):
    vm, other = make_vm(), make_vm()
    group = make_group(vm)
    seen = alice.group(group)["version"]
    present = done(alice.post(f"/groups/{group}/add-existing-vms", {"vm_ids": [other], "version": seen}))["group"]
    for call, body in (
        (f"/groups/{group}/add-existing-vms", {"vm_ids": [], "version": seen}),
        ("/delete-group", {"group_id": group, "version": seen}),
    ):
        answer = alice.post(call, body)
        assert refusal(answer) == (409, "changed")
        assert answer.json()["group"] == present
    done(alice.post("/delete-group", {"group_id": group, "version": present["version"]}))


# Several machines


def test_several_machines_are_edited_at_once(alice, make_vm, make_group):
    one, other = make_vm(tags=["a"]), make_vm()
    group = make_group()
    body = {"vm_ids": [one, other], "group_id": group, "maintenance": "rack move", "add_tags": ["rack 7"]}
    vms = done(alice.post("/edit-vm", body))["vms"]
    assert [vm["id"] for vm in vms] == [one, other]
    assert [vm["tags"] for vm in vms] == [["a", "rack 7"], ["rack 7"]]
    assert {(vm["group"], vm["maintenance"]) for vm in vms} == {(group, "rack move")}
    assert alice.group(group)["vm_ids"] == [one, other]
    back = done(alice.post("/edit-vm", {"vm_ids": [one, other], "maintenance": None, "description": "new"}))["vms"]
    assert {(vm["maintenance"], vm["description"], vm["group"]) for vm in back} == {(None, "new", group)}


def test_of_several_edits_all_happen_or_none(alice, make_vm):
    one, other = make_vm(), make_vm()
    seen = {vm: alice.vm(vm)["version"] for vm in (one, other)}
    present = done(alice.edit_vm(other, description="newer"))
    for call, body in (
        ("/edit-vm", {"maintenance": "x"}),
        ("/delete-vm", {}),
        ("/groups", {"name": "Never made"}),
    ):
        answer = alice.post(call, {"vm_ids": [one, other], "versions": seen, **body})
        assert refusal(answer) == (409, "changed")
        assert answer.json()["vm"] == present
    assert alice.vm(one)["maintenance"] is None
    assert refusal(alice.post("/edit-vm", {"vm_ids": [one, "nowhere"], "maintenance": "x"})) == (404, "no_such_vm")
    assert alice.vm(one)["maintenance"] is None


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"external_ip": "192.0.2.1"}, "of_one"),
        ({"version": 1}, "of_one"),
        ({"vm_id": "x", "vm_ids": None, "versions": {"x": 1}}, "of_several"),
        ({"vm_id": "x"}, "one_of"),
        ({"versions": [1]}, "table"),
    ],
)
def test_fields_of_one_machine_do_not_go_with_several(alice, vm, more, reason):
    answer = alice.post("/edit-vm", {"vm_ids": [vm], **more})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["reason"] == reason


# Bookings


def test_a_release_means_the_booking_that_was_seen(alice, bob, vm):
    first = done(bob.book(vm))
    done(bob.cancel(vm, booked_at=first["booked_at"]))
    second = done(bob.book(vm))
    answer = alice.cancel(vm, booked_at=first["booked_at"])
    assert refusal(answer) == (409, "changed")
    assert answer.json()["vm"] == second
    answer = alice.post("/cancel", {"vm_ids": [vm], "bookings": {vm: first["booked_at"]}})
    assert refusal(answer) == (409, "changed")
    done(alice.post("/cancel", {"vm_ids": [vm], "bookings": {vm: second["booked_at"]}}))


def test_several_renewals_from_two_tabs_count_once(bob, make_vm):
    vms = [make_vm(), make_vm()]
    ends = {vm: done(bob.book(vm))["expires_at"] for vm in vms}
    done(bob.post("/renew", {"vm_ids": vms, "hours": 1, "ends": ends}))
    answer = bob.post("/renew", {"vm_ids": vms, "hours": 1, "ends": ends})
    assert refusal(answer) == (409, "changed")
    assert answer.json()["vm"]["expires_at"] == bob.vm(vms[0])["expires_at"]
