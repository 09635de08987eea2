"""The sentence that tells a person why something was refused.

The page makes the same sentence from the code and the facts, with times in the reader's zone (static/sentences.js). It
gets the three tables here together with the catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import partial
from typing import cast

from loadzone.domain.refusal import Fact
from loadzone.i18n import Endings, Text, key_for, moment, say_as

Facts = Mapping[str, Fact]

# Codes with more than one sentence.
ENDINGS: Endings = {
    "error.bad_input": (("reason", ".{}", ".request"), ("tag", ".tag", "")),
    "error.no_such_vm": (("names", ".several", ""),),
    "error.changed": (("group", ".group", ""), ("expires_at", ".booking", "")),
    "error.wrong_code": (("tries_left", "", ".last"),),
    "error.not_allowed": (("holder", ".holder", ""),),
    "error.over_limit": (("email", ".other", ""), ("left", "", ".none")),
    "error.domain_not_allowed": (("email", ".other", ""),),
    "error.is_yours": (("holder", ".holder", ""),),
    "error.too_early": (("vm_id", ".vm", ""),),
    "error.too_far_ahead": (("vm_id", ".vm", ""),),
    "error.vm_held": (("until", "", ".kept"),),
    "error.not_enough_free": (("free", "", ".zero"), ("until", "", ".no_end")),
    "error.other_origin": (("host", ".name", ""),),
    "error.vm_exists": (("undo", ".undo", ""),),
    "error.not_deleted": (("vm_id", "", ".group"), ("there", ".there", "")),
    "error.name_taken": (("what", ".{}", ""),),
    "error.cannot_save": (("unsure", ".unsure", ""),),
}
# The fact that chooses the plural form, and by what it is divided. Other codes have a fact `n`.
COUNTED: Mapping[str, tuple[str, int]] = {
    "error.wrong_code": ("tries_left", 1),
    "error.not_enough_free": ("free", 1),
    "error.over_limit": ("max", 1),
    "error.too_many": ("retry_after", 60),
}
# The facts that are instants. Others would be told neither here nor on the page.
INSTANTS = ("until", "expires_at", "earliest", "latest")


def sentence(code: str, facts: Facts, language: str, zone: tzinfo | None = None) -> str:
    """Return the sentence for this refusal, with its facts in it; times are in this zone, or in the server's."""
    return sentence_as(str, partial(moment, zone=zone), code, facts, language)


def sentence_as(
    form: type[Text], write_time: Callable[[str, datetime], Text], code: str, facts: Facts, language: str
) -> Text:
    """Return the sentence as this kind of text, with times as `write_time` gives them."""
    key = f"error.{code}"
    values: dict[str, object] = {
        name: write_time(language, value) if name in INSTANTS and isinstance(value, datetime) else value
        for name, value in facts.items()
    }
    if key in COUNTED:
        fact, divisor = COUNTED[key]
        values["n"] = max(1, math.floor(cast(int, facts[fact]) / divisor + 0.5))
    return say_as(form, language, key_for(key, facts, ENDINGS), **values)
