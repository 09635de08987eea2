"""The sentence that tells a person why something was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from loadzone.domain.refusal import Fact
from loadzone.i18n import moment, say

Facts = Mapping[str, Fact]


def sentence(code: str, facts: Facts, language: str) -> str:
    """Return the sentence for this refusal, with its facts in it; times are in the server's zone."""
    values: dict[str, object] = {
        name: moment(language, value) if isinstance(value, datetime) else value for name, value in facts.items()
    }
    if code in _COUNTED:
        values["n"] = _COUNTED[code](facts)
    variant = _VARIANTS[code](facts) if code in _VARIANTS else ""
    return say(language, f"error.{code}{variant}", **values)


def _not_enough_free(facts: Facts) -> str:
    return ("" if facts["free"] else ".zero") + ("" if facts["until"] else ".no_end")


# The ending of the catalogue's key, for codes with more than one sentence.
_VARIANTS: Mapping[str, Callable[[Facts], str]] = {
    "bad_input": lambda facts: f".{facts.get('reason', 'request')}",
    "changed": lambda facts: "" if "expires_at" in facts else ".group" if "group" in facts else ".vm",
    "wrong_code": lambda facts: "" if facts["tries_left"] else ".last",
    "not_allowed": lambda facts: ".holder" if "holder" in facts else "",
    "vm_held": lambda facts: "" if facts["until"] else ".kept",
    "not_enough_free": _not_enough_free,
    "other_origin": lambda facts: ".name" if "host" in facts else "",
    "name_taken": lambda facts: ".token" if facts.get("what") == "token" else "",
    "cannot_save": lambda facts: ".unsure" if facts.get("unsure") else "",
}
# The number that chooses the plural form.
_COUNTED: Mapping[str, Callable[[Facts], int]] = {
    "wrong_code": lambda facts: cast(int, facts["tries_left"]),
    "not_enough_free": lambda facts: cast(int, facts["free"]),
    "too_many": lambda facts: max(1, round(cast(int, facts["retry_after"]) / 60)),
}
