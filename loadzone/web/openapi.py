"""The description of the API (OpenAPI 3.1), made from the EndpointSpecs and from the models that check requests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Flask
from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from werkzeug.routing import Rule

from loadzone import __version__
from loadzone.auth.session_cookie import secure_prefix
from loadzone.domain.records import MOST
from loadzone.i18n import SERVER
from loadzone.schemas import responses
from loadzone.schemas.requests import RequestBody
from loadzone.web.compression import BEST, compress_bytes
from loadzone.web.context import services_of
from loadzone.web.endpoint import BINARY, HTML, EndpointSpec
from loadzone.web.errors import STATUS, may_want_page

JSON = "application/json"
REF = "#/components/schemas/{model}"
SESSION = "The session cookie that POST /auth sets. Over https its name is `{prefix}session`."
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token created in the page: lz_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
}
TAGS = {
    "api": "Machines",
    "history_api": "History",
    "usage_api": "Usage",
    "people_api": "People",
    "pages": "Pages",
    "letter_pages": "Letters",
}
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
PAGES_ONLY = {"link_void"}  # codes that are always answered with a page, never with JSON
DESCRIPTION = """Teams share virtual machines.

Unknown fields are ignored, and types are not converted. Times are ISO 8601 in UTC. A program sends a token
(`Authorization: Bearer lz_…`), a browser its session cookie. Roles, tokens, removing people and signing out are for
browsers only.

Errors carry a sentence for people, in the language that `Accept-Language` asks for, and a code for programs. Any call
may be answered with 500 `broken` (a fault of the server), by one of several nodes that is cut off with 503 `behind`,
and a method that a path does not have, with 405 `method_not_allowed`.
"""

# Schemas by type and mode. A type is a class, a union, list[…] and so on.
Schemas = dict[tuple[Any, JsonSchemaMode], dict[str, Any]]


class CompactSchema(GenerateJsonSchema):
    """Omits titles that only repeat the name of a field, and the suffix `Response` in the names of components."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Give titles to no fields."""
        return False

    def normalize_name(self, name: str) -> str:
        """Return the name of a component."""
        return super().normalize_name(name).removesuffix("Response")


def description_of(app: Flask) -> tuple[bytes, bytes]:
    """Return the document as JSON, plain and as gzip. It is made at the first call."""
    documents: tuple[bytes, bytes] | None = app.extensions.get("openapi")
    if documents is None:
        plain = orjson.dumps(describe(app))
        documents = app.extensions["openapi"] = plain, compress_bytes(plain, BEST)
    return documents


def describe(app: Flask) -> dict[str, Any]:
    """Return the document."""
    schemas, components = _schemas(app)
    path = services_of(app).config.base_path or "/"
    session = {**SECURITY["session"], "description": SESSION.format(prefix=secure_prefix(path))}
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for rule, method, spec in _operations(app):
        paths[re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule)][method] = _operation(rule, method, spec, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "LoadZone", "version": __version__, "description": DESCRIPTION},
        "servers": [{"url": path}],
        "tags": [{"name": name} for name in TAGS.values()],
        "paths": dict(paths),
        "components": {"schemas": components, "securitySchemes": {**SECURITY, "session": session}},
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, EndpointSpec]]:
    for rule in app.url_map.iter_rules():
        spec: EndpointSpec | None = getattr(app.view_functions[rule.endpoint], "spec", None)
        if spec:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method.lower(), spec


def _schemas(app: Flask) -> tuple[Schemas, dict[str, Any]]:
    """Return the schemas of all bodies and answers, and the components that they refer to."""
    models: dict[tuple[Any, JsonSchemaMode], None] = {(responses.RefusalResponse, "serialization"): None}
    for _, _, spec in _operations(app):
        if spec.body:
            models[spec.body, "validation"] = None
        if not isinstance(spec.returns, str):
            models[spec.returns, "serialization"] = None
    inputs = [(model, mode, TypeAdapter(model)) for model, mode in models]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF, schema_generator=CompactSchema)
    components = definitions["$defs"]
    for component in components.values():
        if "title" in component:
            component["title"] = component["title"].removesuffix("Response")
    components["Hours"]["maximum"] = services_of(app).config.max_hours
    return schemas, components


def _operation(rule: Rule, method: str, spec: EndpointSpec, schemas: Schemas) -> dict[str, Any]:
    blueprint, _, name = rule.endpoint.partition(".")
    operation = {
        "operationId": name,
        "summary": spec.summary,
        "tags": [TAGS[blueprint]],
        "parameters": [*_path_parameters(spec), *_query_parameters(spec), *([IF_NONE_MATCH] if spec.tagged else [])],
        "responses": {**_answers(spec, schemas), **_refusals(spec, method, blueprint)},
        "security": _security(spec),
    }
    if spec.body:
        content = {JSON: {"schema": schemas[spec.body, "validation"]}}
        operation["requestBody"] = {"required": _is_required(spec.body), "content": content}
    return operation


def _is_required(body: type[RequestBody]) -> bool:
    """Tell whether a request needs a body. Without one it is read as an empty object."""
    try:
        body.model_validate({})
    except ValidationError:
        return True
    return False


def _path_parameters(spec: EndpointSpec) -> Iterator[dict[str, Any]]:
    for name, kind in spec.path.items():
        yield {"name": name, "in": "path", "required": True, "schema": PATH_KINDS[kind]}


def _query_parameters(spec: EndpointSpec) -> Iterator[dict[str, Any]]:
    fields = spec.query.model_json_schema(schema_generator=CompactSchema)["properties"] if spec.query else {}
    for name, field in fields.items():
        options = field.get("anyOf", [field])
        [schema] = [option for option in options if option["type"] != "null"]  # null means absent
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _security(spec: EndpointSpec) -> list[dict[str, list[str]]]:
    """Return the ways to sign in, one of which is enough; an empty one where nobody needs to sign in."""
    ways: list[dict[str, list[str]]] = [{name: []} for name in SECURITY if name != "token" or spec.by_token]
    return [*ways, {}] if spec.who in ("all", "reader") else ways


def _answers(spec: EndpointSpec, schemas: Schemas) -> dict[str, Any]:
    if isinstance(spec.returns, str):
        content = {spec.returns: {} if spec.returns == BINARY else TEXT}
    else:
        content = {JSON: {"schema": schemas[spec.returns, "serialization"]}}
    done = {"description": "done", "content": content}
    if not spec.tagged:
        return {str(spec.status): done}
    return {str(spec.status): {**done, "headers": ETAG}, "304": {"description": "unchanged", "headers": HEADERS[304]}}


def _refusals(spec: EndpointSpec, method: str, blueprint: str) -> dict[str, Any]:
    """Return the error answers by status, with their codes."""
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
        if spec.returns != HTML:  # a form is not JSON
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
    content: dict[str, Any] = {}
    if not PAGES_ONLY.issuperset(codes):
        content[JSON] = {"schema": schema, "examples": examples}
    if may_be_page:
        content[HTML] = TEXT
    headers = {"headers": HEADERS[status]} if status in HEADERS else {}
    return {"description": ", ".join(codes), "content": content, **headers}


def _sentence(code: str) -> str:
    """Return the English sentence of a code, with placeholders in braces."""
    entry = SERVER["en"].get(f"error.{code}") or SERVER["en"][f"error.{code}.request"]
    return entry if isinstance(entry, str) else entry["other"]
