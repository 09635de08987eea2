"""The API's description (OpenAPI 3.1), made of the endpoints' specifications and of the models that check requests."""

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

from loadzone import __version__
from loadzone.domain.records import MOST
from loadzone.i18n import SERVER
from loadzone.schemas import responses
from loadzone.web.compression import BEST, compress_bytes
from loadzone.web.context import services_of
from loadzone.web.endpoint import BINARY, HTML, EndpointSpec
from loadzone.web.errors import STATUS, may_want_page

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
# The headers that an answer of this status always has.
HEADERS = {
    304: ETAG,
    401: {"WWW-Authenticate": {"required": True, **TEXT}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
}
PAGES_ONLY = {"link_void"}  # what is spec to people alone, whatever they ask for
DESCRIPTION = """Teams share virtual machines.

Unknown fields are ignored, and types are not converted. Times are ISO 8601 in UTC. A program sends a token
(`Authorization: Bearer lz_…`), a browser its session's cookie; roles, tokens, removing people and signing out are for
browsers only.

Errors carry a sentence for people, in the language that `Accept-Language` asks for, and a code for programs. Any call
may be answered 500 `broken` (a fault of the server), and a method that a path does not have, 405 `method_not_allowed`.
"""


class CompactSchema(GenerateJsonSchema):
    """Leaves out titles that repeat a field's name, and the suffix of response classes in the names of components."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Set none."""
        return False

    def normalize_name(self, name: str) -> str:
        """Return the name of a component."""
        return super().normalize_name(name).removesuffix("Response")


def description_of(app: Flask) -> tuple[bytes, bytes]:
    """Return the document as JSON, plain and as gzip; it is made once."""
    if "openapi" not in app.extensions:
        plain = orjson.dumps(describe(app))
        app.extensions["openapi"] = plain, compress_bytes(plain, BEST)
    return app.extensions["openapi"]


def describe(app: Flask) -> dict[str, Any]:
    """Return the whole document."""
    schemas, components = _schemas(app)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for rule, method, view in _operations(app):
        paths[re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule)][method] = _operation(rule, method, view, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "LoadZone", "version": __version__, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in TAGS.values()],
        "paths": dict(paths),
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Any]]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "spec"):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method.lower(), view


def _schemas(app: Flask) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return the schema of every model by (model, mode), and the components they refer to."""
    models: dict[Any, tuple] = {(responses.RefusalResponse, "serialization"): ()}
    for _, _, view in _operations(app):
        spec: EndpointSpec = view.spec
        for model, mode in ((spec.body, "validation"), (spec.returns, "serialization")):
            if model and not isinstance(model, str):
                models[model, mode] = ()
    inputs = [(model, mode, TypeAdapter(model)) for model, mode in models]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF, schema_generator=CompactSchema)
    components = definitions["$defs"]
    for component in components.values():
        component["title"] = component.get("title", "").removesuffix("Response")
    components["Hours"]["maximum"] = services_of(app).config.max_hours
    return schemas, components


def _operation(rule: Rule, method: str, view: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    spec: EndpointSpec = view.spec
    operation = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": (view.__doc__ or "").strip().split("\n")[0],
        "tags": [TAGS[rule.endpoint.partition(".")[0]]],
        "parameters": [*_path_parameters(spec), *_query_parameters(spec), *([IF_NONE_MATCH] if spec.tagged else [])],
        "responses": {**_answers(spec, schemas), **_refusals(spec, method, rule.endpoint.partition(".")[0])},
        "security": _security(spec),
    }
    if spec.body:
        content = {JSON: {"schema": schemas[spec.body, "validation"]}}
        operation["requestBody"] = {"required": _needs_body(spec), "content": content}
    return operation


def _needs_body(spec: EndpointSpec) -> bool:
    """Tell whether a body is required: no body at all is read as an empty object."""
    try:
        spec.body.model_validate({})
    except ValidationError:
        return True
    return False


def _path_parameters(spec: EndpointSpec) -> Iterator[dict[str, Any]]:
    for name, kind in spec.path.items():
        yield {"name": name, "in": "path", "required": True, "schema": PATH_KINDS[kind]}


def _query_parameters(spec: EndpointSpec) -> Iterator[dict[str, Any]]:
    fields = spec.query.model_json_schema(schema_generator=CompactSchema)["properties"] if spec.query else {}
    for name, field in fields.items():
        [schema] = [kind for kind in field["anyOf"] if kind["type"] != "null"]  # null means absent
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _security(spec: EndpointSpec) -> list[dict[str, list]]:
    """Return the ways to sign in, any of which will do; and none, for what strangers may do."""
    ways = [name for name in SECURITY if name != "token" or spec.by_token]
    return [*({name: []} for name in ways), *([{}] if spec.who == "all" else [])]


def _answers(spec: EndpointSpec, schemas: dict[Any, Any]) -> dict[str, Any]:
    if isinstance(spec.returns, str):
        content = {spec.returns: {} if spec.returns == BINARY else TEXT}
    else:
        content = {JSON: {"schema": schemas[spec.returns, "serialization"]}}
    done = {"description": "done", "content": content}
    if not spec.tagged:
        return {str(spec.status): done}
    return {str(spec.status): {**done, "headers": ETAG}, "304": {"description": "unchanged", "headers": HEADERS[304]}}


def _refusals(spec: EndpointSpec, method: str, blueprint: str) -> dict[str, Any]:
    """Return the refusals by status, with their codes."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(_codes(spec, method)):
        by_status[STATUS[code]].append(code)
    may_be_page = may_want_page(method.upper(), blueprint)
    return {str(status): _refusal(status, by_status[status], may_be_page) for status in sorted(by_status)}


def _codes(spec: EndpointSpec, method: str) -> Iterator[str]:
    yield from (*spec.refuses, "bad_token", "token_expired")
    if spec.path:
        yield "not_found"
    if spec.body or spec.query:
        yield "bad_input"
    if spec.body:
        yield "too_large"
    if method != "get":
        yield from ("other_origin", "cannot_save")
        if spec.returns != HTML:  # a form
            yield "not_json"
    if spec.who != "all":
        yield "not_signed_in"
    if spec.who == "admin":
        yield "not_allowed"
    if not spec.by_token:
        yield "not_with_token"


def _refusal(status: int, codes: list[str], may_be_page: bool) -> dict[str, Any]:
    schema = {"allOf": [{"$ref": REF.format(model="Refusal")}, {"properties": {"code": {"enum": codes}}}]}
    examples = {code: {"value": {"error": _sentence(code), "code": code}} for code in codes}
    content = {} if PAGES_ONLY.issuperset(codes) else {JSON: {"schema": schema, "examples": examples}}
    if may_be_page:
        content[HTML] = TEXT
    headers = {"headers": HEADERS[status]} if status in HEADERS else {}
    return {"description": ", ".join(codes), "content": content, **headers}


def _sentence(code: str) -> str:
    """What is spec with it in English, with the names of what it is about."""
    entry = SERVER["en"].get(f"error.{code}") or SERVER["en"][f"error.{code}.request"]
    return entry if isinstance(entry, str) else entry["other"]
