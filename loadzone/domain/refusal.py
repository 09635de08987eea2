"""Refusals: how a rule says no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from loadzone.domain.records import Group, Vm

Mistake = Mapping[
    str, str | int | float | None
]  # a field that is filled in wrongly: `field`, `reason`, what is allowed
Fact = str | int | float | bool | datetime | Vm | Group | tuple[Mistake, ...] | None


class Refusal(Exception):
    """A rule does not allow what was asked.

    `code` is a stable word for programs (web/errors.py has the HTTP status of each), `facts` are what helps: the field,
    a limit, the holder, the end, the record as it is now. The sentence for people is made in schemas/refusal_text.py.
    """

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def refuse(code: str, **facts: Fact) -> NoReturn:
    """Raise a Refusal."""
    raise Refusal(code, **facts)
