"""Every hostile value in every field of every body is refused with a sentence, and the file does not change.

The fields come from the models in requests.py, by way of the routes, so that new fields are tested at once.
"""

import json
import re
import tempfile
from pathlib import Path

import pytest

from app import create_app
from loadzone.config import Config
from loadzone.domain.refusal import Refusal
from loadzone.schemas import requests
from loadzone.schemas.field_types import VM_ID_MAX
from loadzone.schemas.validation import read
from support.answers import done, refusal
from support.people import Person
from support.server import ADMIN, running

LONG = "x" * 10_000
DEEP = 5000
HOSTILE = {
    "null": "null",
    "true": "true",
    "minus one": "-1",
    "minus zero": "-0",
    "minus zero as a fraction": "-0.0",
    "a huge negative number": "-1e308",
    "a huge number": "1e308",
    "a number beyond floats": "1e999",
    "a number longer than Python reads": "9" * 5000,
    "not a number": "NaN",
    "infinity": "Infinity",
    "minus infinity": "-Infinity",
    "a list": "[]",
    "a list of lists": "[[[]]]",
    "a list of null": "[null]",
    "a list of long texts": json.dumps([LONG]),
    "too long a list": json.dumps(["a"] * 6000),
    "an object": '{"a": "b"}',
    "a deeply nested list": "[" * DEEP + "]" * DEEP,
    "a deeply nested object": '{"a":' * DEEP + "1" + "}" * DEEP,
    "a long text": json.dumps(LONG),
    "a lone surrogate": '"a\\ud800b"',
    "a lone surrogate in a list": '["\\udfff"]',
    "NUL": '"a\\u0000b"',
    "line breaks": '"a\\r\\nBcc: eve@example.com"',
    "an escape sequence": '"\\u001b]0;x\\u0007"',
    "right to left": '"\\u202efdp.exe"',
    "invisible characters": '"a\\u200bb\\u200f"',
    "an invisible tag character": '"a\\udb40\\udc41"',
    "markup": '"<img src=x onerror=alert(1)>"',
    "a script's URL": '"javascript:alert(1)"',
    "a path": '"../../etc/passwd\\u0000"',
    "a hexadecimal number": "0x1",
    "single quotes": "'a'",
    "no value": "",
}
# Values that are valid in no field.
NEVER = {"not a number", "infinity", "minus infinity", "a number beyond floats", "a number longer than Python reads"}
NEVER |= {
    "a lone surrogate",
    "a lone surrogate in a list",
    "a deeply nested list",
    "a deeply nested object",
    "an object",
    "a list of null",
}
NEVER |= {
    "a long text",
    "a list of long texts",
    "too long a list",
    "a hexadecimal number",
    "single quotes",
    "no value",
    "twice",
}
GOOD = {
    "email": "somebody@example.com",
    "emails": ["somebody@example.com"],
    "language": "en",
    "vm_id": "no-such-machine",
    "vm_ids": ["no-such-machine"],
    "hours": 1,
    "id": "new",
    "name": "New",
    "role": "user",
    "group_id": 4711,
    "days": 1,
    "note": "load test",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("hostile")) as server:
        yield server


def _bodies() -> list[tuple[str, type[requests.RequestBody]]]:
    """Return each path with the model of its body."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(secret_key="a key for tests alone", data=Path(folder) / "data.json"))
        app.extensions["loadzone"].store.close()
    specs = {rule.rule: getattr(app.view_functions[rule.endpoint], "spec", None) for rule in app.url_map.iter_rules()}
    return [(re.sub("<.*?>", "1", path), spec.body) for path, spec in specs.items() if spec and spec.body]


def good(model: type[requests.RequestBody], field: str) -> dict[str, str]:
    """Return the JSON text of each field of a valid body. The machines and people in it do not exist."""
    names = [name for name, one in model.model_fields.items() if one.is_required()]
    if issubclass(model, requests.Target) and field not in model.WAYS:
        names.append(model.ONLY_WITH.get(field, model.WAYS[0]))
    return {name: json.dumps(GOOD[name]) for name in names}


FIELDS = [(path, model, field) for path, model in _bodies() for field in model.model_fields]


def with_hostile_values(model: type[requests.RequestBody], field: str) -> dict[str, str]:
    """Return the JSON of whole bodies, by what is wrong with the field."""
    body = good(model, field)
    twice = ", ".join(f'"{name}": {text}' for name, text in [*body.items(), (field, body.get(field, "null"))] * 2)
    bodies_of = {name: {**body, field: text} for name, text in HOSTILE.items()}
    raws = {name: ", ".join(f'"{key}": {text}' for key, text in body.items()) for name, body in bodies_of.items()}
    return {name: f"{{{raw}}}" for name, raw in {**raws, "twice": twice}.items()}


@pytest.mark.parametrize(("path", "model", "field"), FIELDS, ids=[f"{path} {field}" for path, _, field in FIELDS])
def test_a_hostile_field_does_no_harm(server, alice, path, model, field):
    before = server.data.read_bytes()
    for name, raw in with_hostile_values(model, field).items():
        answer = alice.post_raw(path, raw)
        assert answer.status_code < 500, f"{name}: {answer.text}"
        if name not in NEVER and is_accepted(model, raw):
            before = server.data.read_bytes()
            continue
        assert refusal(answer)[0] in (400, 413), name
        assert server.data.read_bytes() == before, f"{name} changed the file"
    assert "Traceback" not in server.log


def is_accepted(model: type[requests.RequestBody], raw: str) -> bool:
    """Return True if the model accepts the body: null where it means "none", an old machine with an unusual name, ….

    test_openapi.py compares what is accepted with the schemas.
    """
    try:
        read(model, raw.encode())
    except Refusal:
        return False
    return True


@pytest.mark.parametrize(
    "path",
    [
        "/tokens/" + "x" * 5000,
        "/tokens/%00",
        "/tokens/%ff%fe",
        "/tokens/%f0%9f%98%80",
        "/tokens/..%2f..%2fdata.json",
        "/groups/99999999999999999999/add-existing-vms",
        "/groups/-1/add-existing-vms",
        "/groups/1e3/add-existing-vms",
        "/link/" + "x" * 5000,
        "/link/%00",
        "/link/a.b.c",
        "/link/%ff",
        "/static/../app.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/..//..//etc/passwd",
        "//evil.example/",
        "/\\evil.example",
    ],
    ids=lambda path: path[:30],
)
def test_a_hostile_path_does_no_harm(server, alice, path):
    before = server.data.read_bytes()
    for method in ("GET", "POST", "DELETE"):
        answer = alice.request(method, path, json={"vm_ids": []} if method == "POST" else None)
        assert 400 <= answer.status_code < 500, f"{method} {answer.status_code}"
        assert "root:" not in answer.text
        assert "Location" not in answer.headers
    assert server.data.read_bytes() == before
    assert "Traceback" not in server.log


@pytest.mark.parametrize("value", ["%00", "%ff", "a" * 6000, "%0d%0aX: y", "a%20b", "%e2%80%ae@example.com"])
def test_a_hostile_query_does_no_harm(alice, value):
    assert refusal(alice.get(f"/tokens?email={value}")) == (400, "bad_input")


def test_the_longest_id_is_accepted_and_a_longer_one_is_refused(server):
    alice = Person(server, ADMIN).sign_in()
    assert refusal(alice.add_vm("x" * (VM_ID_MAX + 1)))[0] == 400
    assert done(alice.add_vm("x" * VM_ID_MAX), 201)
