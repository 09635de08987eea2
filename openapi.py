"""The API's description, OpenAPI 3.1, made of what each endpoint says of itself and of the models that check it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Flask
from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from werkzeug.routing import Rule

import answers
from compression import BEST, squeezed
from endpoint import BINARY, HTML, Said
from errors import is_by_hand
from i18n import SERVER
from records import MOST
from rules.refusal import STATUS

VERSION = "1.0"
JSON = "application/json"
REF = "#/components/schemas/{model}"
SESSION = "What POST /auth sets; over https it is named `__Host-session`"
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token made in the page: lz_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": SESSION},
}
TAGS = {"api": "Machines", "people_api": "People", "pages": "Pages"}
PATH_KINDS = {int: {"type": "integer", "minimum": 0, "maximum": MOST}, str: {"type": "string", "minLength": 1}}
IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
TEXT = {"schema": {"type": "string"}}
ETAG = {"ETag": {"required": True, **TEXT}}
# What an answer of this status always brings.
HEADERS = {
    304: ETAG,
    401: {"WWW-Authenticate": {"required": True, **TEXT}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
}
PAGES_ALONE = {"link_void"}  # what is said to people alone, whatever they ask for
DESCRIPTION = """Teams share virtual machines.

Fields that are not known are ignored, types are not bent. Times are ISO 8601 in UTC. A program brings a token
(`Authorization: Bearer lz_…`), a browser its session's cookie; roles, tokens, removing people and signing out are for
browsers alone.

Errors carry a sentence for people, in the language that `Accept-Language` asks for, and a code for programs. Any call
may be answered 500 `broken`, for a fault of the server; a method that a path does not have, 405 `method_not_allowed`.
"""


class Untitled(GenerateJsonSchema):
    """Without a title for each field that says its name once more."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def description_of(app: Flask) -> tuple[bytes, bytes]:
    """The document as JSON, plain and as gzip; made once."""
    if "openapi" not in app.extensions:
        plain = orjson.dumps(describe(app))
        app.extensions["openapi"] = plain, squeezed(plain, BEST)
    return app.extensions["openapi"]


def describe(app: Flask) -> dict[str, Any]:
    """The whole document."""
    schemas, components = _schemas(app)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for rule, method, view in _operations(app):
        paths[re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule)][method] = _operation(rule, method, view, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "LoadZone", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in TAGS.values()],
        "paths": dict(paths),
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Any]]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "said"):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method.lower(), view


def _schemas(app: Flask) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of every model by (model, mode), and the components they refer to."""
    models: dict[Any, tuple] = {(answers.Refusal, "serialization"): ()}
    for _, _, view in _operations(app):
        said: Said = view.said
        for model, mode in ((said.body, "validation"), (said.gives, "serialization")):
            if model and not isinstance(model, str):
                models[model, mode] = ()
    inputs = [(model, mode, TypeAdapter(model)) for model, mode in models]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF, schema_generator=Untitled)
    components = definitions["$defs"]
    components["Hours"]["maximum"] = app.extensions["loadzone"].config.max_hours
    return schemas, components


def _operation(rule: Rule, method: str, view: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    said: Said = view.said
    operation = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": (view.__doc__ or "").strip().split("\n")[0],
        "tags": [TAGS[view.__module__]],
        "parameters": [*_path_parameters(said), *_query_parameters(said), *([IF_NONE_MATCH] if said.tagged else [])],
        "responses": {**_answers(said, schemas), **_refusals(said, method, rule.endpoint.partition(".")[0])},
        "security": _security(said),
    }
    if said.body:
        content = {JSON: {"schema": schemas[said.body, "validation"]}}
        operation["requestBody"] = {"required": _needs_body(said), "content": content}
    return operation


def _needs_body(said: Said) -> bool:
    """Whether none at all, which is read as an empty object, will not do."""
    try:
        said.body.model_validate({})
    except ValidationError:
        return True
    return False


def _path_parameters(said: Said) -> Iterator[dict[str, Any]]:
    for name, kind in said.path.items():
        yield {"name": name, "in": "path", "required": True, "schema": PATH_KINDS[kind]}


def _query_parameters(said: Said) -> Iterator[dict[str, Any]]:
    fields = said.query.model_json_schema(schema_generator=Untitled)["properties"] if said.query else {}
    for name, field in fields.items():
        [schema] = [kind for kind in field["anyOf"] if kind["type"] != "null"]  # where it is None, it is not there
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _security(said: Said) -> list[dict[str, list]]:
    """Either of these; nothing at all for what strangers may do."""
    ways = [name for name in SECURITY if name != "token" or said.by_token]
    return [*({name: []} for name in ways), *([{}] if said.who == "all" else [])]


def _answers(said: Said, schemas: dict[Any, Any]) -> dict[str, Any]:
    if isinstance(said.gives, str):
        content = {said.gives: {} if said.gives == BINARY else TEXT}
    else:
        content = {JSON: {"schema": schemas[said.gives, "serialization"]}}
    done = {"description": "done", "content": content}
    if not said.tagged:
        return {str(said.status): done}
    return {str(said.status): {**done, "headers": ETAG}, "304": {"description": "unchanged", "headers": HEADERS[304]}}


def _refusals(said: Said, method: str, blueprint: str) -> dict[str, Any]:
    """By status, with the codes that stand for it."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(_codes(said, method)):
        by_status[STATUS[code]].append(code)
    may_be_page = is_by_hand(method.upper(), blueprint)
    return {str(status): _refusal(status, by_status[status], may_be_page) for status in sorted(by_status)}


def _codes(said: Said, method: str) -> Iterator[str]:
    yield from (*said.refuses, "bad_token", "token_expired")
    if said.path:
        yield "not_found"
    if said.body or said.query:
        yield "bad_input"
    if said.body:
        yield "too_large"
    if method != "get":
        yield from ("other_origin", "cannot_save")
        if said.gives != HTML:  # that is a form's
            yield "not_json"
    if said.who != "all":
        yield "not_signed_in"
    if said.who == "admin":
        yield "not_allowed"
    if not said.by_token:
        yield "not_with_token"


def _refusal(status: int, codes: list[str], may_be_page: bool) -> dict[str, Any]:
    schema = {"allOf": [{"$ref": REF.format(model="Refusal")}, {"properties": {"code": {"enum": codes}}}]}
    examples = {code: {"value": {"error": _sentence(code), "code": code}} for code in codes}
    content = {} if PAGES_ALONE.issuperset(codes) else {JSON: {"schema": schema, "examples": examples}}
    if may_be_page:
        content[HTML] = TEXT
    headers = {"headers": HEADERS[status]} if status in HEADERS else {}
    return {"description": ", ".join(codes), "content": content, **headers}


def _sentence(code: str) -> str:
    """What is said with it in English, with the names of what it is about."""
    entry = SERVER["en"].get(f"error.{code}") or SERVER["en"][f"error.{code}.request"]
    return entry if isinstance(entry, str) else entry["other"]
