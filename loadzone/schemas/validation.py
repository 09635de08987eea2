"""From the bytes of a request to a checked body; what is wrong with them is said with the field and what is allowed."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import ValidationError

from loadzone.domain.refusal import refuse
from loadzone.schemas.requests import Body

M = TypeVar("M", bound=Body)


def read(model: type[M], raw: bytes) -> M:
    """The body as `model`. Refuses with bad_input, naming the field and what is allowed."""
    return check(model, _json_object(raw))


def check(model: type[M], fields: dict[str, Any]) -> M:
    """The fields as `model`; refuses likewise."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        refuse("bad_input", **_reason(error.errors(include_url=False)[0]))


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        refuse("bad_input", field=None, reason="json")
    if not isinstance(value, dict):
        refuse("bad_input", field=None, reason="object")
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may see two different values in a key that stands twice, so neither gets one."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice")
    return value


def _no_constants(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_no_doubles, parse_constant=_no_constants)

# What pydantic found, as reasons for which the catalogue has a sentence (error.bad_input.<reason>).
_REASONS = {
    "missing": "missing",
    "string_type": "text",
    "string_unicode": "characters",
    "string_too_long": "too_long",
    "string_too_short": "empty",
    "string_pattern_mismatch": "host",
    "float_type": "number",
    "finite_number": "number",
    "int_type": "whole_number",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "bool_type": "yes_no",
    "list_type": "list",
    "too_long": "too_many_items",
    "too_short": "empty",
    "literal_error": "choice",
    "time": "time",
    "characters": "characters",
    "vm_id": "vm_id",
    "email": "email",
    "one_of": "one_of",
    "of_groups": "of_groups",
}


def _reason(error: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "field": ".".join(map(str, error["loc"])) or error.get("ctx", {}).get("field"),
        "reason": _REASONS.get(error["type"], "other"),
    }
    context = error.get("ctx", {})
    for name, ours in (("max_length", "max"), ("le", "max"), ("ge", "min"), ("names", "names")):
        if name in context:
            facts[ours] = context[name]
    if "expected" in context:
        facts["allowed"] = context["expected"].replace("'", "").replace(" or ", ", ")
    return facts
