"""A machine is found by any name that is the same, in every call. A new call that names machines needs a row here."""

import itertools

import pytest

from support.answers import done, refusal

# The calls in an order in which each is possible; `{vm}` is another way to write the machine's name.
CALLS = [
    ("/book", {"vm_id": "{vm}", "hours": 1, "heartbeat_minutes": 60}),
    ("/renew", {"vm_id": "{vm}", "hours": 1}),
    ("/heartbeat", {"vm_ids": ["{vm}"]}),
    ("/note", {"vm_id": "{vm}", "note": "load test"}),
    ("/hand-over", {"vm_id": "{vm}", "email": "bob@example.com"}),
    ("/cancel", {"vm_id": "{vm}"}),
    ("/queue/join", {"vm_id": "{vm}", "hours": 1}),
    ("/queue/leave", {"vm_id": "{vm}"}),
    ("/groups", {"name": "Of {vm}", "vm_ids": ["{vm}"]}),
    ("/remove-vm-from-group", {"vm_id": "{vm}"}),
    ("/groups/{group_id}/add-existing-vms", {"vm_ids": ["{vm}"]}),
    ("/edit-vm", {"vm_id": "{vm}", "description": "8 cores"}),
    ("/delete-vm", {"vm_id": "{vm}"}),
    ("/undelete", {"vm_ids": ["{vm}"]}),
]
_numbers = itertools.count(1)


@pytest.fixture
def name(alice):
    number = next(_numbers)
    done(alice.add_vm(f"stage-é{number}"), 201)
    return f"stage-é{number}"


def filled(body, name):
    """Return the body with the name in full width, in upper case, and with an invisible mark in it."""
    other = name.upper().replace("S", "Ｓ").replace("-", "-\u034f")
    return {
        key: [other] if isinstance(value, list) else value.format(vm=other) if isinstance(value, str) else value
        for key, value in body.items()
    }


def test_these_are_all_calls_that_name_machines(description):
    schemas = description.document["components"]["schemas"]
    named = set()
    for path, call in description.document["paths"].items():
        body = call.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        fields = schemas[body["$ref"].rpartition("/")[2]]["properties"] if body else {}
        named |= {path} if {"vm_id", "vm_ids"} & fields.keys() else set()
    assert named == {path for path, _ in CALLS}


@pytest.mark.usefixtures("bob")
def test_every_call_finds_the_machine_by_a_name_that_is_the_same(alice, name):
    group = 0
    for path, body in CALLS:
        answer = alice.post(path.format(group_id=group), filled(body, name))
        assert answer.ok, (path, answer.text)
        assert answer.json().get("id", name) in (name, group) or path == "/groups"
        group = answer.json()["id"] if path == "/groups" else group
    assert alice.vm(name)["description"] == "8 cores"
    assert set(alice.actions(name)) == {"book", "renew", "hand_over"}


def test_what_the_caller_has_seen_counts_however_the_machine_is_written(alice, name):
    other, booked = name.upper(), done(alice.book(name))
    old = {"booked_at": "2020-01-01T00:00:00Z", "expires_at": "2020-01-01T00:00:00Z", "version": booked["version"] - 1}
    calls = [
        ("/renew", {"vm_ids": [other], "hours": 1, "ends": {other: old["expires_at"]}}),
        ("/cancel", {"vm_ids": [other], "bookings": {other: old["booked_at"]}}),
        ("/edit-vm", {"vm_id": other, "version": old["version"], "description": "x"}),
        ("/edit-vm", {"vm_ids": [other], "versions": {other: old["version"]}, "description": "x"}),
        ("/delete-vm", {"vm_id": other, "version": old["version"], "force": True}),
        ("/delete-vm", {"vm_ids": [other], "versions": {other: old["version"]}, "force": True}),
    ]
    for path, body in calls:
        assert refusal(alice.post(path, body)) == (409, "changed"), path
    body = {"vm_ids": [other], "bookings": {other: old["booked_at"]}, "force": True}
    assert refusal(alice.post("/delete-vm", body)) == (409, "vm_taken")
    done(alice.post("/renew", {"vm_ids": [other], "hours": 1, "ends": {other.lower(): booked["expires_at"]}}))
    done(alice.post("/cancel", {"vm_ids": [other], "bookings": {other: booked["booked_at"]}}))


def test_tags_that_are_the_same_are_one_as_it_is_written_first(alice, name):
    same = ["Debian", "gpu", "debian", "ＧＰＵ", "arm", "De\u034fbian"]
    assert done(alice.edit_vm(name, tags=same))["tags"] == ["Debian", "gpu", "arm"]
    assert done(alice.add_vm(f"{name}-2", tags=same), 201)["tags"] == ["Debian", "gpu", "arm"]
    assert done(alice.edit_vm(name, tags=["ARM"], add_tags=same))["tags"] == ["ARM", "Debian", "gpu"]


def test_a_refusal_names_the_machine_as_it_is_called_here(alice, name):
    answer = alice.add_vm(name.upper())
    assert refusal(answer) == (409, "vm_exists")
    assert f"“{name}”" in answer.json()["error"]


@pytest.mark.parametrize("vm_id", ["-x", "--help", "-", ".", ".."])
def test_a_new_name_that_a_shell_takes_for_something_else_is_refused(alice, vm_id):
    answer = alice.add_vm(vm_id)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["reason"] == "vm_id_start"
    assert "option" in answer.json()["error"]


@pytest.mark.parametrize("invisible", ["\u034f", "\u3164", "\u115f", "\uffa0", "\ufe0f", "\u17b4", "\U000e0101"])
def test_a_new_name_with_something_invisible_is_refused(alice, invisible):
    for vm_id in (f"vm{invisible}", invisible):
        assert refusal(alice.add_vm(vm_id)) == (400, "bad_input")
    assert refusal(alice.make_group(invisible)) == (400, "bad_input")
