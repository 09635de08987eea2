"""The kinds of fields that a request may bring, with their bounds.

Each says as JSON Schema what its checks do; what a pattern can say is checked by that same pattern.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from loadzone.config import EMAIL, EMAIL_MAX, LEAST_AMOUNT
from loadzone.domain.records import MOST
from loadzone.lib.times import parse_time

VM_ID_MAX = 64
# What ends a line or steers a terminal; the marks that turn the reading direction of what stands behind them, and what
# is not seen at all: both can make a name look like another. The two joiners stay (U+200C, U+200D), which Persian,
# Indic scripts and emoji need; where names are compared they are passed over (rules/names.py).
_NOT_IN_LINES = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
_BLANKS = r" \u00a0\u115f\u1160\u1680\u2000-\u200a\u200c\u200d\u202f\u205f\u2800\u3000\u3164\uffa0"
LINE = rf"^[^{_NOT_IN_LINES}]*$"
LINE_NOT_EMPTY = rf"^[{_BLANKS}]*[^{_BLANKS}{_NOT_IN_LINES}][^{_NOT_IN_LINES}]*$"
TYPED_EMAIL = rf"^\s*{EMAIL.pattern.replace('a-z', 'A-Za-z')}\s*$"  # before it is trimmed and lower-cased
NEW_VM_ID = rf"^[\p{{L}}\p{{M}}\p{{Nd}}._-]{{1,{VM_ID_MAX}}}$"


def _one_line(text: str) -> str:
    if not re.fullmatch(LINE, text):
        raise PydanticCustomError("characters", "characters")
    return text.strip()


def _new_id(text: str) -> str:
    """As NEW_VM_ID says, which Python's `re` cannot read; composed, however the keyboard sent it."""
    vm_id = unicodedata.normalize("NFC", text)
    if len(vm_id) > VM_ID_MAX:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": VM_ID_MAX})
    if not all(unicodedata.category(c)[0] in "LM" or c.isdecimal() or c in "._-" for c in vm_id):
        raise PydanticCustomError("vm_id", "vm_id")
    return vm_id


def _email(text: str) -> str:
    if not re.fullmatch(TYPED_EMAIL, text):
        raise PydanticCustomError("email", "email")
    return text.strip().lower()


def not_empty(text: str) -> str:
    if not re.fullmatch(LINE_NOT_EMPTY, text):
        raise PydanticCustomError("string_too_short", "empty")
    return text


def _whole(number: Any) -> Any:
    """JSON has one kind of number: 4.0 is 4."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _instant(text: Any) -> datetime:
    try:
        return parse_time(text)
    except (ValueError, AttributeError):
        raise PydanticCustomError("time", "time") from None


def _each_once(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _described(**schema: Any) -> Any:
    return Field(json_schema_extra=schema)


def line(longest: int, example: str) -> Any:
    """One line of text, trimmed."""
    described = _described(pattern=LINE, examples=[example])
    return Annotated[str, StringConstraints(max_length=longest), AfterValidator(_one_line), described]


def filled(longest: int, example: str) -> Any:
    """One line that says something."""
    return Annotated[line(longest, example), AfterValidator(not_empty), _described(pattern=LINE_NOT_EMPTY)]


def whole(least: int, most: int) -> Any:
    return Annotated[int, Field(ge=least, le=most), BeforeValidator(_whole)]


# A machine of a loaded file may have an id that would not be allowed for a new one.
VmRef = Annotated[str, StringConstraints(min_length=1, max_length=1000), _described(examples=["server-01"])]
VmRefs = Annotated[list[VmRef], Field(max_length=5000), AfterValidator(_each_once)]
SomeVmRefs = Annotated[list[VmRef], Field(min_length=1, max_length=5000), AfterValidator(_each_once)]
NewVmId = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_new_id),
    _described(pattern=NEW_VM_ID, maxLength=VM_ID_MAX, examples=["server-01"]),
]
GroupId = Annotated[whole(0, MOST), _described(examples=[1])]
GroupName = filled(100, "Production")
Email = Annotated[
    str,
    StringConstraints(max_length=EMAIL_MAX),
    AfterValidator(_email),
    _described(pattern=TYPED_EMAIL, examples=["ann@example.com"]),
]
# A name of its own, under which openapi.py adds what the settings allow at most.
Hours = TypeAliasType("Hours", Annotated[float, Field(ge=LEAST_AMOUNT, allow_inf_nan=False), _described(examples=[1])])
Host = Annotated[
    str, StringConstraints(max_length=255, pattern=r"^[A-Za-z0-9._:%\[\]-]*$"), _described(examples=["192.0.2.7"])
]
Tags = Annotated[list[filled(32, "linux")], Field(max_length=20), AfterValidator(_each_once)]
Count = whole(1, 1000)
Heartbeat = Annotated[float, Field(ge=0.01, le=1440, allow_inf_nan=False)]  # minutes
Moment = Annotated[datetime, BeforeValidator(_instant)]
