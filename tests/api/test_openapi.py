"""GET /openapi.json is valid and complete, and agrees with the checks of requests."""

import itertools

import jsonschema_rs
import pytest
import schemathesis
from pydantic import ValidationError

from app import create_app
from loadzone.config import Config
from loadzone.web.errors import STATUS
from support.answers import done
from support.people import Person


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    data = tmp_path_factory.mktemp("app") / "data.json"
    app = create_app(Config(data=data, secret_key="a key for tests alone", max_hours=24))
    yield app
    app.extensions["loadzone"].store.close()


def test_the_document_is_valid(description):
    document = description.document
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": "/"}]
    schemathesis.openapi.from_dict(document).validate()
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        description.validator({"$ref": f"#/components/schemas/{name}"})


def test_every_route_except_static_files_is_described(app, description):
    """A route that is not described lacks @endpoint."""
    routes = {
        (method.lower(), rule.endpoint.partition(".")[2])
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = [(method, operation["operationId"]) for (method, _), operation in description.operations.items()]
    assert sorted(described) == sorted(routes)


def test_each_call_has_a_summary_and_its_error_codes(description):
    seen = set()
    for call, operation in description.operations.items():
        assert operation["summary"].endswith("."), call
        for status, answer in operation["responses"].items():
            codes = answer["description"].split(", ") if status >= "400" else []
            assert {STATUS[code] for code in codes} <= {int(status)}, call
            seen.update(codes)
    assert seen == STATUS.keys() - {"method_not_allowed", "behind"}  # these two can come from any call


def test_each_example_is_valid(description):
    """Examples of bodies and of fields are checked."""

    def examples_in(schema):
        if isinstance(schema, dict) and isinstance(schema.get("examples"), list):
            yield from ((schema, example) for example in schema["examples"])
        for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            yield from examples_in(inner)

    examples = list(examples_in(description.document))
    assert len(examples) > 30
    bad = [(schema, example) for schema, example in examples if not description.validator(schema).is_valid(example)]
    assert bad == []


def test_each_call_names_the_ways_to_authenticate(description):
    def ways(method: str, path: str) -> list[str]:
        return [name for way in description.operations[method, path]["security"] for name in way or ["nobody"]]

    assert ways("get", "/vms") == ["token", "session", "nobody"]
    assert ways("post", "/book") == ["token", "session"]
    assert ways("post", "/tokens") == ways("post", "/users/remove") == ["session"]
    assert ways("post", "/logout") == ["session", "nobody"]


def test_limits_of_the_settings_are_in_the_schemas(start):
    server = start(LOADZONE_MAX_HOURS="7.5")
    document = done(Person(server).get("/openapi.json"))
    assert document["components"]["schemas"]["Hours"]["maximum"] == 7.5


def test_an_unchanged_document_is_not_sent_again(charlie):
    first = charlie.get("/openapi.json")
    assert first.headers["Cache-Control"] == "no-cache"
    again = charlie.get("/openapi.json", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    plain = charlie.get("/openapi.json", Accept_Encoding="identity")
    assert plain.json() == first.json()
    assert plain.headers["ETag"] != first.headers["ETag"]
    assert (
        charlie.get("/openapi.json", Accept_Encoding="identity", If_None_Match=plain.headers["ETag"]).status_code == 304
    )


def test_the_document_is_made_once(app):
    client = app.test_client()
    first = client.get("/openapi.json").data
    app.extensions["openapi"] = (b"kept", b"kept")
    assert client.get("/openapi.json").data == b"kept" != first


GOOD = {
    "email": "ann@example.com",
    "emails": ["ann@example.com"],
    "language": "ru",
    "vm_id": "server-01",
    "vm_ids": ["server-01"],
    "group_id": 1,
    "hours": 1,
    "id": "server-01",
    "name": "Perf",
    "role": "user",
    "days": 1,
    "note": "load test",
}
WHITESPACE = [
    "",
    " ",
    "a",
    " a ",
    "\u3000",
    "\u00a0a",
    "\ufeff",
    "я" * 32,
    "🙂" * 64,
    "a\n",
    "\n",
    "a\tb",
    "a\x7fb",
    "a\x85",
    "\u2028",
]
LONG = [
    letter * n for letter in "a🙂" for n in (1, 31, 32, 33, 64, 65, 100, 101, 200, 201, 255, 256, 500, 501, 1000, 1001)
]
INVISIBLE = [
    "a\u202eb",
    "a\u2066b",
    "\u200bzero",
    "a\u2069",
    "a\u200eb",
    "a\u00adb",
    "a\U000e0041b",
    "\u200d",
    "\u3164",
    "👩\u200d💻",
]
IDS = ["сервер-01", "数据库_2", "e\u0301", "..", "a b", "a/b", "½", "Ⅷ", "٣", "a\u200db", "हिन्दी"]  # fmt: skip
IDS += [".", "...", "-", "-a", "a-", "a\u034f", "\ufe0f"]
EMAILS = [
    "Ann@Example.COM",
    " ann@example.com\n",
    "a@b",
    "a@-b",
    "a@b.",
    "ann",
    "a@b c",
    "é@b.c",
    "\u212aate@example.com",
]
EMAILS += ["a" * 64 + "@b.c", "a" * 65 + "@b.c", "a@" + "b" * 63 + ".c", "a@" + "b" * 64 + ".c", "a@b" + ".c" * 126]
HOSTS = ["-x", "x-", "192.0.2.7", "[::1]:80", "fe80::1%eth0", "host name", "host/path", "хост"]
NUMBERS = [
    -1,
    0,
    1,
    1.0,
    1.5,
    23.9,
    24,
    24.1,
    365,
    366,
    1000,
    1001,
    1440,
    1440.1,
    0.01,
    0.009,
    2**53,
    2**53 + 1,
    5e-324,
]
OTHERS = [None, True, False, {}, [], "1", "ru", "de", "admin", "root"]
LISTS = [["a", "a"], [""], ["a"] * 20, ["a"] * 21, ["a"] * 5000, ["a"] * 5001, [None], [1], [" "], ["a\n"], "a"]
VALUES = [*WHITESPACE, *LONG, *INVISIBLE, *IDS, *EMAILS, *HOSTS, *NUMBERS, *OTHERS, *LISTS]
VALUES += ["2026-11-24T12:00:00Z", "2026-11-24T12:00:00.123456789+03:00", "2026-13-24T12:00:00Z", "tomorrow"]
LEFT_OUT = object()


def bodies_of(model):
    """Yield bodies in which one field has an unusual value, valid or not, for each way to name the target."""
    good = {name: GOOD[name] for name, field in model.model_fields.items() if field.is_required()}
    targets = [{}, *({name: GOOD[name]} for name in ("vm_id", "vm_ids", "group_id") if name in model.model_fields)]
    for name, base, value in itertools.product(model.model_fields, targets, [*VALUES, LEFT_OUT]):
        body = {**good, **base, name: value}
        yield {key: value for key, value in body.items() if value is not LEFT_OUT}
    for base in targets:
        yield {**good, **base, "unknown": ["to", "us"]}
    yield {}


def test_the_schemas_and_the_checks_agree(app, description):
    models = {view.spec.body for view in app.view_functions.values() if hasattr(view, "spec")} - {None}
    disagreed = []
    for model in models:
        schema = description.validator({"$ref": f"#/components/schemas/{model.__name__}"})
        for body in bodies_of(model):
            try:
                model.model_validate(body)
                accepted = body.get("hours", 1) <= 24  # the maximum is checked by the rules
            except ValidationError:
                accepted = False
            if schema.is_valid(body) is not accepted:
                disagreed.append((model.__name__, body, f"accepted: {accepted}"))
    assert disagreed == []
