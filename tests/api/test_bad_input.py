"""Invalid values in any field of any call are refused with 4xx and change nothing."""

import json

import pytest

from support.answers import done, refusal
from support.people import Person
from support.server import running

BAD_VALUES = {
    "missing": None,
    "null": "null",
    "true": "true",
    "zero": "0",
    "minus one": "-1",
    "a fraction": "1.5",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e308": "1e308",
    "1e999": "1e999",
    "a huge number": "9" * 400,
    "a number longer than Python reads": "9" * 5000,
    "a list": "[]",
    "a nested list": '[["a"]]',
    "an object": '{"a": 1}',
    "empty": '""',
    "spaces": '"   "',
    "very long": json.dumps("x" * 20_000),
    "a lone surrogate": '"a\\ud800b"',
    "NUL": '"a\\u0000b"',
    "a line break": '"a\\r\\nb"',
    "right to left": '"\\u202etxt.exe"',
    "an escape": '"\\u001b[31mred"',
}
REQUIRED = {
    "/auth": ["email"],
    "/me": ["language"],
    "/book": ["vm_id", "hours"],
    "/renew": ["vm_id", "hours"],
    "/cancel": ["vm_id"],
    "/heartbeat": ["vm_ids"],
    "/queue/join": ["vm_id", "hours"],
    "/queue/leave": ["vm_id"],
    "/tokens": ["name", "days"],
    "/add-vm": ["id"],
    "/edit-vm": ["vm_id"],
    "/delete-vm": ["vm_id"],
    "/groups": ["name", "vm_ids"],
    "/groups/1/add-existing-vms": ["vm_ids"],
    "/remove-vm-from-group": ["vm_id"],
    "/delete-group": ["group_id"],
    "/users/role": ["email", "role"],
    "/users/remove": ["email"],
}
OPTIONAL = {
    "/book": ["note", "force", "heartbeat_minutes", "group_id", "count", "tags"],
    "/queue/join": ["auto", "heartbeat_minutes", "group_id", "count"],
    "/queue/leave": ["email", "group_id"],
    "/renew": ["expires_at"],
    "/cancel": ["reason"],
    "/add-vm": ["group_id", "external_ip", "internal_ip", "ssh_user", "ssh_port", "description", "tags"],
    "/edit-vm": [
        "group_id",
        "external_ip",
        "internal_ip",
        "ssh_user",
        "ssh_port",
        "description",
        "tags",
        "maintenance",
    ],
    "/delete-vm": ["force"],
    "/remove-vm-from-group": ["group_id"],
    "/logout": ["everywhere"],
}
BOOLEANS = {"force", "everywhere", "auto"}
GOOD = {
    "/auth": {"email": "somebody@example.com"},
    "/book": {"vm_id": "free", "hours": 1},
    "/renew": {"vm_id": "held", "hours": 1},
    "/cancel": {"vm_id": "held"},
    "/queue/join": {"vm_id": "held", "hours": 1},
    "/queue/leave": {"vm_id": "held"},
    "/tokens": {"name": "New", "days": 1},
    "/add-vm": {"id": "new", "group_id": None},
    "/edit-vm": {"vm_id": "free"},
    "/delete-vm": {"vm_id": "held"},
    "/groups": {"name": "New", "vm_ids": ["free"]},
    "/remove-vm-from-group": {"vm_id": "free"},
    "/users/role": {"email": "bob@example.com", "role": "user"},
}
# Fields of group calls are refused in any case if the body names a machine.
GROUP_BODY = {"group_id": 1, "hours": 1}
# Values that are valid in one field and invalid in all others.
VALID = {
    ("/groups", "vm_ids"): {"a list", "missing"},
    ("/groups/1/add-existing-vms", "vm_ids"): {"a list"},
    ("/book", "hours"): {"a fraction"},
    ("/renew", "hours"): {"a fraction"},
    ("/heartbeat", "vm_ids"): {"a list"},
    ("/queue/join", "hours"): {"a fraction"},
    ("/book", "heartbeat_minutes"): {"a fraction"},
    ("/queue/join", "heartbeat_minutes"): {"a fraction"},
    **{(path, field): {"true"} for path, fields in OPTIONAL.items() for field in fields if field in BOOLEANS},
}
TEXT = {"maintenance", "note", "reason", "description", "external_ip", "internal_ip", "ssh_user"}
DANGEROUS_TEXT = {"a lone surrogate", "NUL", "an escape", "right to left", "very long"}


def body_with(path: str, field: str, value: str | None) -> str:
    """Return the JSON text of a valid body in which one field has this value, or is left out for None."""
    body = GROUP_BODY if field in ("count", "tags") and path in ("/book", "/queue/join") else GOOD.get(path, {})
    fields = {name: json.dumps(good) for name, good in body.items()}
    fields.pop(field, None)
    if value is not None:
        fields[field] = value
    return "{" + ", ".join(f'"{name}": {text}' for name, text in fields.items()) + "}"


def all_state(alice: Person) -> tuple:
    return alice.state(), done(alice.users()), done(alice.tokens())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("bad")) as server:
        alice = Person(server, "alice@example.com").sign_in()
        done(alice.add_vm("free"), 201)
        done(alice.add_vm("held"), 201)
        done(alice.make_group("First", ["free"]), 201)
        done(Person(server, "bob@example.com").sign_in().book("held"))
        yield server


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in REQUIRED.items() for field in fields])
def test_a_bad_value_in_a_required_field_is_refused(alice, path, field):
    before = all_state(alice)
    for name, value in BAD_VALUES.items():
        if name in VALID.get((path, field), ()):
            continue
        answer = alice.post_raw(path, body_with(path, field, value))
        assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code} {answer.text}"
        refusal(answer)
        assert all_state(alice) == before, f"{name} changed something"
    assert alice.is_signed_in()


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, fields in OPTIONAL.items() for field in fields if field in TEXT]
)
def test_a_bad_value_in_a_text_field_is_refused(alice, path, field):
    before = alice.state()
    for name in BAD_VALUES.keys() - {"missing", "null", "empty", "spaces", "a line break"}:
        answer = alice.post_raw(path, body_with(path, field, BAD_VALUES[name]))
        assert refusal(answer) == (400, "bad_input"), name
        assert alice.state() == before, f"{name} changed something"


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, fields in OPTIONAL.items() for field in fields if field not in TEXT]
)
def test_a_bad_value_in_an_optional_field_is_refused(alice, path, field):
    before = alice.state()
    for name in BAD_VALUES.keys() - {"missing", "null", "a list"} - VALID.get((path, field), set()):
        answer = alice.post_raw(path, body_with(path, field, BAD_VALUES[name]))
        assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code} {answer.text}"
        refusal(answer)
        assert alice.state() == before, f"{name} changed something"
    assert alice.is_signed_in()


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/book", {"hours": 1}),
        ("/book", {"hours": 1, "vm_id": "free", "group_id": 1}),
        ("/book", {"hours": 1, "vm_id": None, "group_id": None}),
        ("/queue/join", {"hours": 1}),
        ("/queue/join", {"hours": 1, "vm_id": "held", "group_id": 1}),
        ("/queue/leave", {}),
        ("/queue/leave", {"vm_id": "held", "group_id": 1}),
    ],
)
def test_a_body_names_either_a_machine_or_a_group(alice, path, more):
    before = all_state(alice)
    assert refusal(alice.post(path, more)) == (400, "bad_input")
    assert all_state(alice) == before


@pytest.mark.parametrize(
    ("path", "more"), [("/book", {"count": 2}), ("/book", {"tags": ["linux"]}), ("/queue/join", {"count": 2})]
)
def test_fields_of_group_calls_are_refused_for_one_machine(alice, path, more):
    before = all_state(alice)
    answer = alice.post(path, {"vm_id": "free", "hours": 1, **more})
    assert refusal(answer) == (400, "bad_input")
    assert next(iter(more)) in answer.json()["error"]
    assert all_state(alice) == before


def test_duplicate_fields_are_refused_without_a_server_error(alice):
    answer = alice.post_raw("/book", '{"vm_id": "no-such-machine", "vm_id": "neither", "hours": 1}')
    assert answer.status_code in (400, 404)


def test_the_smallest_number_of_hours_does_no_harm(alice):
    answer = alice.book("free", 5e-324)
    assert answer.status_code in (200, 400)
    if answer.ok:
        alice.cancel("free")


def test_the_log_has_no_stack_trace(alice, server):
    """This test is last in the file: all requests above went to this server."""
    alice.post_raw("/book", "NaN")
    assert "Traceback" not in server.log


def test_all_fields_that_are_wrong_are_named_at_once(alice, vm):
    wrong = {"description": "d" * 501, "external_ip": "a b", "tags": ["", "t" * 33], "group_id": "1"}
    answer = alice.edit_vm(vm, **wrong).json()
    named = [answer, *answer["others"]]
    assert {mistake["field"].split(".")[0] for mistake in named} == set(wrong)
    assert all(mistake["reason"] for mistake in named)
    assert next(mistake["max"] for mistake in named if mistake["field"] == "description") == 500


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "A tag is too long: at most 32 characters each."),
        ("ru", "Слишком длинная метка: не больше 32 символов в каждой."),
    ],
)
@pytest.mark.parametrize("field", ["tags", "add_tags", "remove_tags"])
def test_one_tag_is_too_long_and_not_the_field(alice, vm, field, language, sentence):
    answer = alice.post("/edit-vm", {"vm_id": vm, field: ["fits", "t" * 33]}, Accept_Language=language)
    told = answer.json()
    assert (told["field"], told["reason"], told["max"], told["tag"]) == (f"{field}.1", "too_long", 32, True)
    assert told["error"] == sentence


def test_of_many_wrong_values_only_some_are_named(alice):
    answer = alice.post("/book", {"vm_ids": [1] * 4000, "hours": 1})
    assert refusal(answer) == (400, "bad_input")
    assert len(answer.json()["others"]) < 20


def test_a_single_mistake_comes_alone(alice, vm):
    assert "others" not in alice.edit_vm(vm, description="d" * 501).json()
