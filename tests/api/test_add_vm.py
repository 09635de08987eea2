"""POST /add-vm"""

import pytest

from support.answers import done, refusal


def test_an_admin_adds_a_machine(alice, charlie, server):
    added = done(
        alice.add_vm(
            "new-1", description="8 cores", tags=["linux", "docker"], external_ip="192.0.2.5", internal_ip="::1"
        ),
        201,
    )
    assert (added["id"], added["group"], added["state"]) == ("new-1", None, "free")
    assert (added["description"], added["tags"]) == ("8 cores", ["linux", "docker"])
    assert (added["external_ip"], added["internal_ip"]) == ("192.0.2.5", "::1")
    assert alice.vm("new-1") == added
    assert charlie.vm("new-1")["state"] == "free"
    assert server.stored_vm("new-1")["description"] == "8 cores"


def test_a_machine_is_added_to_a_group(alice, make_group):
    group = make_group()
    assert done(alice.add_vm("new-2", group), 201)["group"] == group
    assert alice.group(group)["vm_ids"] == ["new-2"]


def test_optional_fields_are_empty_by_default(alice):
    added = done(alice.post("/add-vm", {"id": "new-3", "group_id": None}), 201)
    assert (added["description"], added["tags"], added["external_ip"], added["internal_ip"]) == ("", [], "", "")


def test_an_id_that_exists_is_refused(alice, vm):
    assert refusal(alice.add_vm(vm, description="another")) == (409, "vm_exists")
    assert alice.vm(vm)["description"] == ""


def test_an_unknown_group_is_refused_and_nothing_is_made(alice):
    assert refusal(alice.add_vm("new-4", 99999)) == (404, "no_such_group")
    assert alice.vm("new-4") is None


@pytest.mark.parametrize(
    "vm_id", ["a", "x" * 64, "сервер-01", "数据库_2", "10.0.0.1", ".x", "a-", "__proto__", "constructor"]
)
def test_an_id_has_letters_of_any_script_digits_and_three_signs(alice, vm_id):
    assert done(alice.add_vm(vm_id), 201)["id"] == vm_id
    assert alice.vm(vm_id)["state"] == "free"
    done(alice.delete_vm(vm_id))


@pytest.mark.parametrize(
    "vm_id",
    [
        "",
        "x" * 65,
        " ",
        "two words",
        "a/b",
        "a\nb",
        "a\x00b",
        "<b>",
        "vm?",
        "a:b",
        "\u202eevil",
        "a\u200fb",
        "🎉",
        "a\ud800",
    ],
)
def test_an_id_with_other_characters_is_refused(alice, vm_id):
    revision = alice.state()["revision"]
    answer = alice.add_vm(vm_id)
    assert refusal(answer) == (400, "bad_input")
    assert alice.state()["revision"] == revision


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 7),
        ("id", None),
        ("id", ["a"]),
        ("group_id", "1"),
        ("group_id", 1.5),
        ("group_id", True),
        ("group_id", []),
        ("description", 7),
        ("description", "d" * 501),
        ("tags", "linux"),
        ("tags", [7]),
        ("tags", ["t" * 33]),
        ("tags", [f"tag-{n}" for n in range(21)]),
        ("external_ip", 7),
        ("internal_ip", ["10.0.0.1"]),
        ("external_ip", "-oProxyCommand"),
        ("ssh_port", "22"),
    ],
)
def test_a_bad_field_is_named(alice, field, value):
    answer = alice.post("/add-vm", {"id": "never-made", "group_id": None, field: value})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"].startswith(field)
    assert alice.vm("never-made") is None


def test_the_longest_description_and_the_most_tags_are_fine(alice):
    tags = [f"{n:032}" for n in range(20)]
    added = done(alice.add_vm("new-5", description="о" * 500, tags=tags), 201)
    assert added["description"] == "о" * 500
    assert added["tags"] == tags


def test_only_an_admin_adds(bob, charlie):
    assert refusal(bob.add_vm("never-made")) == (403, "not_allowed")
    assert refusal(charlie.add_vm("never-made")) == (401, "not_signed_in")
    assert bob.vm("never-made") is None
