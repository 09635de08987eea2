"""The API's description, OpenAPI 3.1, made of what each endpoint says of itself and of the models that check it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from flask import Flask
from pydantic import TypeAdapter
from werkzeug.routing import Rule

import answers
from endpoint import Said
from rules.refusal import STATUS

VERSION = "1.0"
JSON = "application/json"
REF = "#/components/schemas/{model}"
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token made in the page: lz_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": "What POST /auth sets"},
}
TAGS = {"api": "Machines", "people_api": "People", "pages": "Pages"}
PATH_KINDS = {int: {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}, str: {"type": "string", "minLength": 1}}
DESCRIPTION = (
    "Teams share virtual machines. Fields that are not known are ignored, types are not bent. "
    "Times are ISO 8601 in UTC. Errors carry a sentence for people and a code for programs."
)


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
        for model, mode in ((said.body, "validation"), (said.query, "validation"), (said.gives, "serialization")):
            if model and not isinstance(model, str):
                models[model, mode] = ()
    inputs = [(model, mode, TypeAdapter(model)) for model, mode in models]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF)
    return schemas, definitions["$defs"]


def _operation(rule: Rule, method: str, view: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    said: Said = view.said
    operation = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": (view.__doc__ or "").strip().split("\n")[0],
        "tags": [TAGS[view.__module__]],
        "parameters": [*_path_parameters(said), *_query_parameters(said, schemas)],
        "responses": {str(said.status): _answer(said, schemas), **_refusals(said, method)},
        "security": [{name: []} for name in SECURITY] + ([{}] if said.who == "all" else []),
    }
    if said.body:
        content = {JSON: {"schema": schemas[said.body, "validation"]}}
        operation["requestBody"] = {"required": _needs_body(said), "content": content}
    return operation


def _needs_body(said: Said) -> bool:
    return any(field.is_required() for field in said.body.model_fields.values())


def _path_parameters(said: Said) -> Iterator[dict[str, Any]]:
    for name, kind in said.path.items():
        yield {"name": name, "in": "path", "required": True, "schema": PATH_KINDS[kind]}


def _query_parameters(said: Said, schemas: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for name in said.query.model_fields if said.query else ():
        field = TypeAdapter(said.query).json_schema()["properties"][name]
        yield {"name": name, "in": "query", "required": False, "schema": field}


def _answer(said: Said, schemas: dict[Any, Any]) -> dict[str, Any]:
    if isinstance(said.gives, str):
        return {"description": "done", "content": {said.gives: {"schema": {"type": "string"}}}}
    return {"description": "done", "content": {JSON: {"schema": schemas[said.gives, "serialization"]}}}


def _refusals(said: Said, method: str) -> dict[str, Any]:
    """By status, with the codes that stand for it."""
    codes = [*said.refuses, "bad_token", "token_expired"]
    if said.body or said.query:
        codes.append("bad_input")
    if method != "get":
        codes += ["other_origin", "not_json", "too_large", "cannot_save"]
    if said.who != "all":
        codes.append("not_signed_in")
    if said.who == "admin":
        codes.append("not_allowed")
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        by_status[STATUS[code]].append(code)
    return {str(status): _refusal(by_status[status]) for status in sorted(by_status)}


def _refusal(codes: list[str]) -> dict[str, Any]:
    schema = {
        "allOf": [{"$ref": REF.format(model="Refusal")}],
        "properties": {"code": {"enum": codes}},
    }
    return {"description": ", ".join(codes), "content": {JSON: {"schema": schema}}}
