"""The models of the bodies and queries of requests. They check what comes in, before any rule runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from loadzone.schemas.field_types import (
    Count,
    Email,
    GroupId,
    GroupName,
    Heartbeat,
    Host,
    Hours,
    Line,
    Maintenance,
    Moment,
    Moments,
    NewVmId,
    NonEmptyLine,
    SomeVmRefs,
    SshPort,
    SshUser,
    Tags,
    Version,
    Versions,
    VmRef,
    VmRefs,
    WholeNumber,
)


def _exactly_one(schema: dict[str, Any], model: type[Target]) -> None:
    """Add to the JSON Schema what `Target._check_target` checks, and an example."""
    schema["oneOf"] = _one_of(model.WAYS, model.ONLY_WITH)
    schema["examples"] = [model.EXAMPLE]


def _with_an_end(schema: dict[str, Any], model: type[Target]) -> None:
    """Do what `_exactly_one` does, and add what `Lasting._check_end` checks."""
    _exactly_one(schema, model)
    schema["allOf"] = [{"oneOf": _one_of(Lasting.ENDS, {})}]


def _one_of(ways: Sequence[str], only_with: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "required": [way],
            "properties": {
                way: {"not": {"type": "null"}},
                **{other: {"type": "null"} for other in ways if other != way},
                **{name: False for name, only_way in only_with.items() if way != only_way},
            },
        }
        for way in ways
    ]


def _edits(schema: dict[str, Any], model: type[Target]) -> None:
    """Do what `_exactly_one` does, and remove the defaults: absent fields stay as they are."""
    _exactly_one(schema, model)
    for field in schema["properties"].values():
        field.pop("default", None)


class RequestBody(BaseModel):
    """A JSON object. Unknown fields are ignored, and types are not converted."""

    model_config = ConfigDict(strict=True)

    def given(self) -> dict[str, Any]:
        """Return the fields that the request has, with their names as arguments of rules."""
        named = self.model_fields_set
        return {name: value for name, value in self if name in named}


Note = Annotated[str, Line(200, "load test")]


class Auth(RequestBody):
    email: Email
    code: Annotated[str, StringConstraints(max_length=32)] | None = None


class Logout(RequestBody):
    everywhere: bool = False
    elsewhere: bool = False


class Target(RequestBody):
    """A body that names its target in exactly one way: one machine, several machines, or a group."""

    model_config = ConfigDict(json_schema_extra=_exactly_one)

    WAYS: ClassVar[tuple[str, ...]]  # the fields that can name the target
    ONLY_WITH: ClassVar[Mapping[str, str]] = {}  # fields that are allowed only with one of these ways
    EXAMPLE: ClassVar[dict[str, Any]] = {"vm_id": "server-01"}

    @model_validator(mode="after")
    def _check_target(self) -> Target:
        named = [way for way in self.WAYS if getattr(self, way) is not None]
        if len(named) != 1:
            facts = {"names": ", ".join(self.WAYS), "field": self.WAYS[0]}
            raise PydanticCustomError("one_of", "one_of", facts)
        given = sorted(self.model_fields_set & self.ONLY_WITH.keys())
        misplaced = [name for name in given if self.ONLY_WITH[name] != named[0]]
        if misplaced:
            kind = ONLY_WITH_KINDS[self.ONLY_WITH[misplaced[0]]]
            raise PydanticCustomError(kind, kind, {"names": ", ".join(misplaced)})
        return self

    def given(self) -> dict[str, Any]:
        """Return the fields that the request has, without a target that is null."""
        return {name: value for name, value in super().given().items() if value is not None or name not in self.WAYS}


# The error for a field that goes with another way to name the target.
ONLY_WITH_KINDS: Mapping[str, Literal["of_one", "of_several", "of_groups"]] = {
    "vm_id": "of_one",
    "vm_ids": "of_several",
    "group_id": "of_groups",
}


class VmOrGroup(Target):
    WAYS = ("vm_id", "group_id")

    vm_id: VmRef | None = None
    group_id: GroupId | None = None


class VmOrVms(Target):
    WAYS: ClassVar[tuple[str, ...]] = ("vm_id", "vm_ids")

    vm_id: VmRef | None = None
    vm_ids: SomeVmRefs | None = None


class Lasting(VmOrVms):
    """A body that says how long a booking lasts: for so many hours, or until a time."""

    model_config = ConfigDict(json_schema_extra=_with_an_end)
    ENDS: ClassVar[tuple[str, ...]] = ("hours", "until")

    hours: Hours | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _check_end(self) -> Lasting:
        if (self.hours is None) == (self.until is None):
            field = "hours" if self.hours is None else "until"
            raise PydanticCustomError("one_of", "one_of", {"names": ", ".join(self.ENDS), "field": field})
        return self


class Book(Lasting):
    WAYS = ("vm_id", "vm_ids", "group_id")
    ONLY_WITH = {"count": "group_id", "tags": "group_id", "held_for": "vm_id"}
    EXAMPLE = {"vm_id": "server-01", "hours": 1}

    note: Note = ""
    force: bool = False
    held_for: Email | None = None
    email: Email | None = None
    count: Count = 1
    tags: Tags = []
    heartbeat_minutes: Heartbeat | None = None
    group_id: GroupId | None = None


class JoinQueue(VmOrGroup):
    ONLY_WITH = {"count": "group_id"}
    EXAMPLE = {"vm_id": "server-01", "hours": 1}

    hours: Hours
    auto: bool = False
    count: Count = 1
    heartbeat_minutes: Heartbeat | None = None


class LeaveQueue(VmOrGroup):
    email: Email | None = None


class Beat(RequestBody):
    vm_ids: VmRefs


class Renew(Lasting):
    ONLY_WITH = {"expires_at": "vm_id", "ends": "vm_ids"}
    EXAMPLE = {"vm_id": "server-01", "hours": 1}

    expires_at: Moment | None = None
    ends: Moments | None = None


class OneBooking(VmOrVms):
    """Also names the very bookings that are meant, by their beginnings."""

    ONLY_WITH = {"booked_at": "vm_id", "bookings": "vm_ids"}

    booked_at: Moment | None = None
    bookings: Moments | None = None


class ChangeNote(RequestBody):
    vm_id: VmRef
    note: Note
    booked_at: Moment | None = None
    was: Note | None = None


class Cancel(OneBooking):
    reason: Annotated[str, Line(200, "idle since yesterday")] = ""


class VmFields(RequestBody):
    external_ip: Host = ""
    internal_ip: Host = ""
    ssh_user: SshUser = ""
    ssh_port: SshPort | None = None
    description: Annotated[str, Line(500, "8 cores, 32 GB")] = ""
    tags: Tags = []


class AddVm(VmFields):
    id: NewVmId
    group_id: GroupId | None = None


class EditVm(VmOrVms, VmFields):
    model_config = ConfigDict(json_schema_extra=_edits)
    ONLY_WITH = {**dict.fromkeys(("id", "external_ip", "internal_ip", "version"), "vm_id"), "versions": "vm_ids"}

    id: NewVmId | None = None
    group_id: GroupId | None = None
    maintenance: Maintenance | None = None
    add_tags: Tags = []
    remove_tags: Tags = []
    version: Version | None = None
    versions: Versions | None = None


class DeleteVm(OneBooking):
    ONLY_WITH = {**OneBooking.ONLY_WITH, "version": "vm_id", "versions": "vm_ids"}

    force: bool = False
    version: Version | None = None
    versions: Versions | None = None


class NewGroup(RequestBody):
    name: GroupName
    vm_ids: VmRefs = []
    versions: Versions | None = None


class EditGroup(RequestBody):
    name: GroupName | None = None
    version: Version | None = None


class AddToGroup(RequestBody):
    vm_ids: VmRefs
    version: Version | None = None
    versions: Versions | None = None


class RemoveFromGroup(RequestBody):
    vm_id: VmRef
    group_id: GroupId | None = None
    version: Version | None = None


class DeleteGroup(RequestBody):
    group_id: GroupId
    version: Version | None = None


class Role(RequestBody):
    email: Email
    role: Literal["user", "admin"]


class WhoseTokens(RequestBody):
    email: Email | None = None


class MakeToken(RequestBody):
    name: Annotated[str, NonEmptyLine(64, "nightly tests")]
    days: Annotated[int, WholeNumber(1, 365)]
