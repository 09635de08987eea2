"""The types of fields that a request may bring, with their bounds.

Each describes its checks in JSON Schema too; what a pattern can say is checked by that same pattern.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import available_timezones

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from loadzone.domain.events import LETTER_KINDS
from loadzone.domain.names import first_spellings
from loadzone.domain.records import MOST, TAGS_MOST
from loadzone.lib.email_addresses import EMAIL, EMAIL_MAX, canonical_email
from loadzone.lib.times import parse_time
from loadzone.lib.unicode_text import IGNORABLE
from loadzone.setting_values import LEAST_AMOUNT

# Not a person's: the zone of the server, and the one of a computer that knows none.
_NO_PLACES = {"localtime", "Factory"}
ZONES = available_timezones() - _NO_PLACES  # none on a system without zones and without the package tzdata
VM_ID_MAX = 64
# Line ends and terminal controls; marks that change the reading direction of what follows; invisible characters. The
# last two can make a name look like another. The joiners and the variation selectors stay, since scripts and emoji need
# them; where names are compared they are passed over (domain/names.py).
_NOT_IN_LINES = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
# Nothing of these can be seen: spaces, and what is default-ignorable and not refused above.
_BLANKS = (
    r" \u00a0\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180d\u180f\u2000-\u200a\u200c\u200d\u202f\u205f\u2800\u3000"
    r"\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e0fff"
)
LINE = rf"^[^{_NOT_IN_LINES}]*$"
LINE_NOT_EMPTY = rf"^[{_BLANKS}]*[^{_BLANKS}{_NOT_IN_LINES}][^{_NOT_IN_LINES}]*$"
# An address before it is trimmed and lower-cased. Domains in other scripts are accepted too; no pattern can say which.
TYPED_EMAIL = rf"^\s*{EMAIL.pattern.replace('a-z', 'A-Za-z')}\s*$"
NEW_VM_ID = rf"^(?!-|\.\.?$)(?!.*[{IGNORABLE}])[\p{{L}}\p{{M}}\p{{Nd}}._-]{{1,{VM_ID_MAX}}}$"
SSH_USER = r"^(?:[A-Za-z0-9_][A-Za-z0-9_.@+-]*)?$"


@dataclass(frozen=True, slots=True)
class Line(GroupedMetadata):
    """One line of text of at most `longest` characters, trimmed."""

    longest: int
    example: str

    def __iter__(self) -> Iterator[object]:
        yield StringConstraints(max_length=self.longest)
        yield AfterValidator(_one_line)
        yield Field(json_schema_extra={"pattern": LINE, "examples": [self.example]})


@dataclass(frozen=True, slots=True)
class NonEmptyLine(GroupedMetadata):
    """One line of text of at most `longest` characters, trimmed, that says something."""

    longest: int
    example: str

    def __iter__(self) -> Iterator[object]:
        yield from Line(self.longest, self.example)
        yield AfterValidator(_not_empty)
        yield Field(json_schema_extra={"pattern": LINE_NOT_EMPTY})


@dataclass(frozen=True, slots=True)
class WholeNumber(GroupedMetadata):
    """A whole number within bounds."""

    least: int
    most: int

    def __iter__(self) -> Iterator[object]:
        yield Field(ge=self.least, le=self.most)
        yield BeforeValidator(_whole)


def _one_line(text: str) -> str:
    if not re.fullmatch(LINE, text):
        raise PydanticCustomError("characters", "characters")
    return text.strip()


def _not_empty(text: str) -> str:
    if not re.fullmatch(LINE_NOT_EMPTY, text):
        raise PydanticCustomError("string_too_short", "empty")
    return text


def _whole(number: object) -> object:
    """JSON has one kind of number: 4.0 is 4."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _new_id(text: str) -> str:
    """Check what NEW_VM_ID says, which Python's `re` cannot read; return the composed form, however it was typed."""
    vm_id = unicodedata.normalize("NFC", text)
    if len(vm_id) > VM_ID_MAX:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": VM_ID_MAX})
    if not all(unicodedata.category(c)[0] in "LM" or c.isdecimal() or c in "._-" for c in vm_id):
        raise PydanticCustomError("vm_id", "vm_id")
    if re.search(f"[{IGNORABLE}]", vm_id):
        raise PydanticCustomError("characters", "characters")
    if vm_id.startswith("-") or vm_id in (".", ".."):
        raise PydanticCustomError("vm_id_start", "vm_id_start")
    return vm_id


def _email(text: str) -> str:
    try:
        return canonical_email(text)
    except ValueError:
        raise PydanticCustomError("email", "email") from None


def _ssh_user(text: str) -> str:
    if not re.fullmatch(SSH_USER, text):
        raise PydanticCustomError("ssh_user", "ssh_user")
    return text


def _instant(text: object) -> datetime:
    if isinstance(text, str):
        try:
            return parse_time(text)
        except ValueError:
            pass
    raise PydanticCustomError("time", "time")


def _letter_kinds(choice: dict[str, bool]) -> dict[str, bool]:
    if not choice.keys() <= set(LETTER_KINDS):
        raise PydanticCustomError("literal_error", "kind", {"expected": ", ".join(LETTER_KINDS)})
    return choice


def _zone(name: str) -> str:
    if name not in ZONES:
        raise PydanticCustomError("zone", "zone")
    return name


def _each_once(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _each_name_once(names: list[str]) -> list[str]:
    return list(first_spellings(names).values())


# A machine of a loaded file may have an id that would not be allowed for a new one.
VmRef = Annotated[
    str, StringConstraints(min_length=1, max_length=1000), Field(json_schema_extra={"examples": ["server-01"]})
]
VMS_MOST = 5000  # machines in one request
VmRefs = Annotated[list[VmRef], Field(max_length=VMS_MOST), AfterValidator(_each_once)]
SomeVmRefs = Annotated[list[VmRef], Field(min_length=1, max_length=VMS_MOST), AfterValidator(_each_once)]
NewVmId = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_new_id),
    Field(json_schema_extra={"pattern": NEW_VM_ID, "maxLength": VM_ID_MAX, "examples": ["server-01"]}),
]
GroupId = Annotated[int, WholeNumber(0, MOST), Field(json_schema_extra={"examples": [1]})]
GroupName = Annotated[str, NonEmptyLine(100, "Production")]
Maintenance = Annotated[str, NonEmptyLine(200, "broken fan")]  # the reason for which a machine is out of service
Email = Annotated[
    str,
    StringConstraints(max_length=EMAIL_MAX),
    AfterValidator(_email),
    Field(json_schema_extra={"pattern": TYPED_EMAIL, "examples": ["ann@example.com"]}),
]
EMAILS_MOST = 100  # people in one invitation
Emails = Annotated[list[Email], Field(min_length=1, max_length=EMAILS_MOST), AfterValidator(_each_once)]
# Which kinds of letters a person wants.
LetterChoice = Annotated[
    dict[str, bool],
    AfterValidator(_letter_kinds),
    Field(json_schema_extra={"propertyNames": {"enum": list(LETTER_KINDS)}, "examples": [{"reminder": False}]}),
]
ZoneName = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_zone),
    Field(json_schema_extra={"enum": sorted(ZONES), "examples": ["Europe/Berlin"]}),
]
# A type with a name, under which web/openapi.py adds the maximum that the settings allow.
Hours = TypeAliasType(
    "Hours",
    Annotated[float, Field(ge=LEAST_AMOUNT, allow_inf_nan=False), Field(json_schema_extra={"examples": [1]})],
)
Host = Annotated[
    str,
    StringConstraints(max_length=255, pattern=r"^(?:[A-Za-z0-9._:%\[\]][A-Za-z0-9._:%\[\]-]*)?$"),
    Field(json_schema_extra={"examples": ["192.0.2.7"]}),
]
# The page shows a command with it to copy, so no shell may take a part of it for anything else.
SshUser = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_ssh_user),
    Field(json_schema_extra={"pattern": SSH_USER, "examples": ["ubuntu"]}),
]
SshPort = Annotated[int, WholeNumber(1, 65535), Field(json_schema_extra={"examples": [2222]})]
Tag = Annotated[str, NonEmptyLine(32, "linux")]
Tags = Annotated[list[Tag], Field(max_length=TAGS_MOST), AfterValidator(_each_name_once)]
Count = Annotated[int, WholeNumber(1, 1000)]
Heartbeat = Annotated[float, Field(ge=0.01, le=1440, allow_inf_nan=False)]  # minutes
Moment = Annotated[datetime, BeforeValidator(_instant)]
Moments = Annotated[dict[VmRef, Moment], Field(max_length=VMS_MOST)]  # by machine
Version = Annotated[int, WholeNumber(0, MOST)]
Versions = Annotated[dict[VmRef, Version], Field(max_length=VMS_MOST)]  # by machine
