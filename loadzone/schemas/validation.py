"""Turns the bytes of a request into a checked body; a refusal names the field and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loadzone.domain.refusal import Fact, Mistake, refuse
from loadzone.schemas.requests import RequestBody

M = TypeVar("M", bound=RequestBody)


def read(model: type[M], raw: bytes) -> M:
    """Return the body as `model`. Raises Refusal: bad_input, with the field and what is allowed."""
    return check(model, _json_object(raw))


def check(model: type[M], fields: Mapping[str, object]) -> M:
    """Return the fields as `model`. Raises Refusal: bad_input, with the field and what is allowed.

    Other fields that are wrong too come as `others`, so that a form can show all mistakes at once.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first, *others = _mistakes(error.errors(include_url=False))
        more: dict[str, Fact] = {"others": tuple(others)} if others else {}
        refuse("bad_input", **first, **more)


MISTAKES_AT_MOST = 20  # more than any form has fields; a list can have thousands


def _mistakes(errors: Sequence[ErrorDetails]) -> list[Mistake]:
    """Return the first mistake of each field."""
    by_field: dict[object, Mistake] = {}
    for error in errors:
        mistake = _mistake(error)
        by_field.setdefault(mistake["field"], mistake)
        if len(by_field) == MISTAKES_AT_MOST:
            break
    return list(by_field.values())


# Values in a body: more than three times the 5,000 machines of one request. Its bytes are bounded before, but four
# megabytes of brackets take a second to read.
VALUES_AT_MOST = 30_000


def _json_object(raw: bytes) -> dict[str, object]:
    if sum(map(raw.count, (b",", b"[", b"{"))) > VALUES_AT_MOST:
        refuse("bad_input", field=None, reason="too_many_values", max=VALUES_AT_MOST)
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        refuse("bad_input", field=None, reason="json")
    if not isinstance(value, dict):
        refuse("bad_input", field=None, reason="object")
    return value


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: two parsers may see two different values in it."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice")
    return value


def _no_constants(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


DIGITS_AT_MOST = 500  # Python takes quadratic time for the digits of whole numbers


def _whole_number(digits: str) -> int:
    if len(digits) > DIGITS_AT_MOST:
        raise ValueError("a number is too long")
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_no_doubles, parse_constant=_no_constants, parse_int=_whole_number)

# pydantic's error types, and our reasons, each with a sentence in the catalogue (error.bad_input.<reason>).
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
    "dict_type": "table",
    "too_long": "too_many_items",
    "too_short": "empty",
    "literal_error": "choice",
    "time": "time",
    "zone": "zone",
    "characters": "characters",
    "vm_id": "vm_id",
    "vm_id_start": "vm_id_start",
    "ssh_user": "ssh_user",
    "email": "email",
    "one_of": "one_of",
    "some_of": "some_of",
    "of_one": "of_one",
    "of_several": "of_several",
    "of_groups": "of_groups",
}


_TAGS = ("tags.", "add_tags.", "remove_tags.")
# pydantic's context keys, and our facts.
_BOUNDS = (("max_length", "max"), ("le", "max"), ("ge", "min"), ("names", "names"))


def _mistake(error: ErrorDetails) -> Mistake:
    """Return the field, the reason, and what is allowed."""
    context = error.get("ctx", {})
    facts: dict[str, str | int | float | None] = {
        "field": ".".join(map(str, error["loc"])) or context.get("field"),
        "reason": _REASONS.get(error["type"], "other"),
    }
    facts |= {ours: context[name] for name, ours in _BOUNDS if name in context}
    if facts["reason"] == "too_long" and str(facts["field"]).startswith(_TAGS):
        facts["tag"] = True  # one of them is too long, not the field
    if "expected" in context:
        facts["allowed"] = context["expected"].replace("'", "").replace(" or ", ", ")
    return facts
