"""What a request may say: the shape and bounds of every JSON body, checked at the edge."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from config import EMAIL, EMAIL_MAX, LANGUAGES
from rules.refusal import refuse
from times import parse_time

# Marks that turn the reading direction of what stands behind them, and so can make a name look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
VM_ID_MAX = 64

M = TypeVar("M", bound="Body")


def read(model: type[M], raw: bytes) -> M:
    """The body as `model`. Refuses with bad_input, naming the field and what is allowed."""
    try:
        return model.model_validate(_json_object(raw))
    except ValidationError as error:
        refuse("bad_input", **_reason(error.errors(include_url=False)[0]))


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


def _not_empty(text: str) -> str:
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


def _line(longest: int) -> Any:
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
GroupName = Annotated[_line(100), AfterValidator(_not_empty)]
Email = Annotated[str, StringConstraints(max_length=EMAIL_MAX), AfterValidator(_email)]
Hours = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Host = Annotated[str, StringConstraints(max_length=255, pattern=r"^[A-Za-z0-9._:%\[\]-]*$")]
Tag = Annotated[_line(32), AfterValidator(_not_empty)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_each_once)]
Count = Annotated[int, Field(ge=1, le=1000)]
Heartbeat = Annotated[float, Field(ge=0.01, le=1440, allow_inf_nan=False)]  # minutes
Moment = Annotated[datetime, BeforeValidator(_instant)]


class Body(BaseModel):
    """A JSON object; fields that are not known are ignored, types are not bent."""

    model_config = ConfigDict(strict=True)

    def given(self) -> dict[str, Any]:
        """The fields that the request named, as the rules take them."""
        return {name: getattr(self, name) for name in self.__class__.model_fields if name in self.model_fields_set}


class Auth(Body):
    email: Email
    code: Annotated[str, StringConstraints(max_length=32)] | None = None


class Logout(Body):
    everywhere: bool = False


class Me(Body):
    language: Literal[LANGUAGES]


class VmOrGroup(Body):
    """Names one machine, or the group of which any will do."""

    vm_id: VmRef | None = None
    group_id: GroupId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> VmOrGroup:
        if (self.vm_id is None) == (self.group_id is None):
            raise PydanticCustomError("vm_or_group", "vm_or_group")
        misplaced = self.model_fields_set & self.OF_GROUPS if self.vm_id is not None else ()
        if misplaced:
            raise PydanticCustomError("of_groups", "of_groups", {"names": ", ".join(sorted(misplaced))})
        return self

    OF_GROUPS: ClassVar[frozenset[str]] = frozenset()  # what means nothing for one machine


class Book(VmOrGroup):
    OF_GROUPS = frozenset({"count", "tags"})

    hours: Hours
    note: _line(200) = ""
    force: bool = False
    count: Count = 1
    tags: Tags = []
    heartbeat_minutes: Heartbeat | None = None


class JoinQueue(VmOrGroup):
    OF_GROUPS = frozenset({"count"})

    hours: Hours
    auto: bool = False
    count: Count = 1
    heartbeat_minutes: Heartbeat | None = None


class LeaveQueue(VmOrGroup):
    email: Email | None = None


class Beat(Body):
    vm_ids: VmRefs


class Renew(Body):
    vm_id: VmRef
    hours: Hours
    expires_at: Moment | None = None


class Cancel(Body):
    vm_id: VmRef
    reason: _line(200) = ""


class VmFields(Body):
    external_ip: Host = ""
    internal_ip: Host = ""
    description: _line(500) = ""
    tags: Tags = []


class AddVm(VmFields):
    id: NewVmId
    group_id: GroupId | None = None


class EditVm(VmFields):
    vm_id: VmRef
    group_id: GroupId | None = None
    maintenance: Annotated[_line(200), AfterValidator(_not_empty)] | None = None


class DeleteVm(Body):
    vm_id: VmRef
    force: bool = False


class NewGroup(Body):
    name: GroupName
    vm_ids: VmRefs = []


class VmIds(Body):
    vm_ids: VmRefs


class RemoveFromGroup(Body):
    vm_id: VmRef
    group_id: GroupId | None = None


class DeleteGroup(Body):
    group_id: GroupId


class Role(Body):
    email: Email
    role: Literal["user", "admin"]


class Person(Body):
    email: Email


class NewToken(Body):
    name: Annotated[_line(64), AfterValidator(_not_empty)]
    days: Annotated[int, Field(ge=1, le=365)]


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constants)
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
    "greater_than": "above_zero",
    "int_type": "whole_number",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "bool_type": "yes_no",
    "list_type": "list",
    "too_long": "too_many_items",
    "literal_error": "choice",
    "time": "time",
    "characters": "characters",
    "vm_id": "vm_id",
    "email": "email",
    "vm_or_group": "vm_or_group",
    "of_groups": "of_groups",
}


def _reason(error: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "field": ".".join(map(str, error["loc"])) or None,
        "reason": _REASONS.get(error["type"], "other"),
    }
    context = error.get("ctx", {})
    for name, ours in (("max_length", "max"), ("le", "max"), ("ge", "min"), ("names", "names")):
        if name in context:
            facts[ours] = context[name]
    if "expected" in context:
        facts["allowed"] = context["expected"].replace("'", "").replace(" or ", ", ")
    return facts
