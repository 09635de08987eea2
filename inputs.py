"""The kinds of fields that a request may bring, with their bounds."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config import EMAIL, EMAIL_MAX
from times import parse_time

# Marks that turn the reading direction of what stands behind them, and so can make a name look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
VM_ID_MAX = 64


def _one_line(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _TURNING for c in text):
        raise PydanticCustomError("characters", "characters")
    return text.strip()


def _new_id(text: str) -> str:
    """Letters of any script with their marks, digits, and three signs; composed, however the keyboard sent them."""
    vm_id = unicodedata.normalize("NFC", text)
    if len(vm_id) > VM_ID_MAX:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": VM_ID_MAX})
    if not all(unicodedata.category(c)[0] in "LM" or c.isdecimal() or c in "._-" for c in vm_id):
        raise PydanticCustomError("vm_id", "vm_id")
    return vm_id


def _email(text: str) -> str:
    address = text.strip().lower()
    if not EMAIL.fullmatch(address):
        raise PydanticCustomError("email", "email")
    return address


def not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("string_too_short", "empty")
    return text


def _instant(text: Any) -> datetime:
    try:
        return parse_time(text)
    except (ValueError, AttributeError):
        raise PydanticCustomError("time", "time") from None


def _each_once(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


def line(longest: int) -> Any:
    return Annotated[str, StringConstraints(max_length=longest), AfterValidator(_one_line)]


# A machine of a loaded file may have an id that would not be allowed for a new one.
VmRef = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
VmRefs = Annotated[list[VmRef], Field(max_length=5000), AfterValidator(_each_once)]
NewVmId = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_new_id),
    Field(json_schema_extra={"pattern": r"^[\p{L}\p{M}\p{Nd}._-]{1,64}$"}),
]
GroupId = Annotated[int, Field(ge=0, le=2**53)]
GroupName = Annotated[line(100), AfterValidator(not_empty)]
Email = Annotated[str, StringConstraints(max_length=EMAIL_MAX), AfterValidator(_email)]
Hours = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Host = Annotated[str, StringConstraints(max_length=255, pattern=r"^[A-Za-z0-9._:%\[\]-]*$")]
Tag = Annotated[line(32), AfterValidator(not_empty)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_each_once)]
Count = Annotated[int, Field(ge=1, le=1000)]
Heartbeat = Annotated[float, Field(ge=0.01, le=1440, allow_inf_nan=False)]  # minutes
Moment = Annotated[datetime, BeforeValidator(_instant)]
