"""Every field of every body against every hostile value: refused with a sentence, and not a byte of the file changes.

Fields and bodies are those of the models in requests.py, by way of the routes: what is new there is tested by that.
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
    "minus zero, a fraction": "-0.0",
    "the least": "-1e308",
    "the most": "1e308",
    "more than the most": "1e999",
    "a number longer than Python reads": "9" * 5000,
    "not a number": "NaN",
    "infinity": "Infinity",
    "minus infinity": "-Infinity",
    "a list": "[]",
    "a list of lists": "[[[]]]",
    "a list of null": "[null]",
    "a list of long ones": json.dumps([LONG]),
    "too long a list": json.dumps(["a"] * 6000),
    "an object": '{"a": "b"}',
    "a deep list": "[" * DEEP + "]" * DEEP,
    "a deep object": '{"a":' * DEEP + "1" + "}" * DEEP,
    "a long text": json.dumps(LONG),
    "half a pair": '"a\\ud800b"',
    "half a pair in a list": '["\\udfff"]',
    "NUL": '"a\\u0000b"',
    "line ends": '"a\\r\\nBcc: eve@example.com"',
    "an escape": '"\\u001b]0;x\\u0007"',
    "right to left": '"\\u202efdp.exe"',
    "a mark that is not seen": '"a\\u200bb\\u200f"',
    "a tag that is not seen": '"a\\udb40\\udc41"',
    "markup": '"<img src=x onerror=alert(1)>"',
    "a script's address": '"javascript:alert(1)"',
    "a path": '"../../etc/passwd\\u0000"',
    "another base": "0x1",
    "single quotes": "'a'",
    "nothing": "",
}
# What is right in no field at all.
NEVER = {"not a number", "infinity", "minus infinity", "more than the most", "a number longer than Python reads"}
NEVER |= {"half a pair", "half a pair in a list", "a deep list", "a deep object", "an object", "a list of null"}
NEVER |= {"a long text", "a list of long ones", "too long a list", "another base", "single quotes", "nothing", "twice"}
GOOD = {
    "email": "somebody@example.com",
    "language": "en",
    "vm_id": "no-such-machine",
    "vm_ids": ["no-such-machine"],
    "hours": 1,
    "id": "new",
    "name": "New",
    "role": "user",
    "group_id": 4711,
    "days": 1,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("hostile")) as server:
        yield server


def _bodies() -> list[tuple[str, type[requests.RequestBody]]]:
    """Each path with the model of its body."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(secret_key="a key for tests alone", data=Path(folder) / "data.json"))
        app.extensions["loadzone"].store.close()
    said = {rule.rule: getattr(app.view_functions[rule.endpoint], "spec", None) for rule in app.url_map.iter_rules()}
    return [(re.sub("<.*?>", "1", path), one.body) for path, one in said.items() if one and one.body]


def good(model: type[requests.RequestBody], field: str) -> dict[str, str]:
    """As JSON text by field: a body that is right but that nothing of what it names is there."""
    names = [name for name, one in model.model_fields.items() if one.is_required()]
    if issubclass(model, requests.Target) and field not in model.ways():
        names.append("group_id" if field in model.OF_GROUPS else model.ways()[0])
    return {name: json.dumps(GOOD[name]) for name in names}


FIELDS = [(path, model, field) for path, model in _bodies() for field in model.model_fields]


def with_hostile_values(model: type[requests.RequestBody], field: str) -> dict[str, str]:
    """The JSON of whole bodies, by what is wrong with the field."""
    body = good(model, field)
    twice = ", ".join(f'"{name}": {text}' for name, text in [*body.items(), (field, body.get(field, "null"))] * 2)
    bodies_of = {name: {**body, field: text} for name, text in HOSTILE.items()}
    raws = {name: ", ".join(f'"{key}": {text}' for key, text in body.items()) for name, body in bodies_of.items()}
    return {name: f"{{{raw}}}" for name, raw in {**raws, "twice": twice}.items()}


@pytest.mark.parametrize(("path", "model", "field"), FIELDS, ids=[f"{path} {field}" for path, _, field in FIELDS])
def test_a_field_takes_no_harm(server, alice, path, model, field):
    before = server.data.read_bytes()
    for name, raw in with_hostile_values(model, field).items():
        answer = alice.post_raw(path, raw)
        assert answer.status_code < 500, f"{name}: {answer.text}"
        if name not in NEVER and is_good(model, raw):
            before = server.data.read_bytes()
            continue
        assert refusal(answer)[0] in (400, 413), name
        assert server.data.read_bytes() == before, f"{name} changed the file"
    assert "Traceback" not in server.log


def is_good(model: type[requests.RequestBody], raw: str) -> bool:
    """Null where it means none, a machine of an old file that has an odd name, … (test_openapi.py says which)."""
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
def test_a_path_takes_no_harm(server, alice, path):
    before = server.data.read_bytes()
    for method in ("GET", "POST", "DELETE"):
        answer = alice.request(method, path, json={"vm_ids": []} if method == "POST" else None)
        assert 400 <= answer.status_code < 500, f"{method} {answer.status_code}"
        assert "root:" not in answer.text
        assert "Location" not in answer.headers
    assert server.data.read_bytes() == before
    assert "Traceback" not in server.log


@pytest.mark.parametrize("value", ["%00", "%ff", "a" * 6000, "%0d%0aX: y", "a%20b", "%e2%80%ae@example.com"])
def test_a_query_takes_no_harm(alice, value):
    assert refusal(alice.get(f"/tokens?email={value}")) == (400, "bad_input")


def test_what_it_is_about_is_bounded_by_length_and_not_by_luck(server):
    alice = Person(server, ADMIN).sign_in()
    assert refusal(alice.add_vm("x" * (VM_ID_MAX + 1)))[0] == 400
    assert done(alice.add_vm("x" * VM_ID_MAX), 201)
