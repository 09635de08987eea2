"""The models of the bodies and queries of requests. They check what comes in, before any rule runs."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from loadzone.config import LanguageCode
from loadzone.schemas.field_types import (
    Count,
    Email,
    GroupId,
    GroupName,
    Heartbeat,
    Host,
    Hours,
    Line,
    Moment,
    NewVmId,
    NonEmptyLine,
    SomeVmRefs,
    Tags,
    VmRef,
    VmRefs,
    WholeNumber,
)


def _exactly_one(schema: dict[str, Any], model: type[Target]) -> None:
    """Add to the JSON Schema what `Target._check_target` checks, and an example."""
    ways = model.ways()
    schema["oneOf"] = [
        {
            "required": [way],
            "properties": {
                way: {"not": {"type": "null"}},
                **{other: {"type": "null"} for other in ways if other != way},
                **{name: False for name in sorted(model.OF_GROUPS) if way != "group_id"},
            },
        }
        for way in ways
    ]
    schema["examples"] = [model.EXAMPLE]


def _nothing_by_default(schema: dict[str, Any]) -> None:
    """Remove the defaults from the JSON Schema: absent fields stay as they are."""
    for field in schema["properties"].values():
        field.pop("default", None)


class RequestBody(BaseModel):
    """A JSON object. Unknown fields are ignored, and types are not converted."""

    model_config = ConfigDict(strict=True)

    def given(self) -> dict[str, Any]:
        """Return the fields that the request has, with their names as arguments of rules."""
        named = self.model_fields_set
        return {name: value for name, value in self if name in named}


class Auth(RequestBody):
    email: Email
    code: Annotated[str, StringConstraints(max_length=32)] | None = None


class Logout(RequestBody):
    everywhere: bool = False


class Language(RequestBody):
    language: LanguageCode


class Target(RequestBody):
    """A body that names its target in exactly one way: one machine, several machines, or a group."""

    model_config = ConfigDict(json_schema_extra=_exactly_one)

    OF_GROUPS: ClassVar[frozenset[str]] = frozenset()  # fields that are allowed only with a group
    EXAMPLE: ClassVar[dict[str, Any]] = {"vm_id": "server-01"}

    @model_validator(mode="after")
    def _check_target(self) -> Target:
        ways = self.ways()
        named = [way for way in ways if getattr(self, way) is not None]
        if len(named) != 1:
            facts = {"names": ", ".join(ways), "field": ways[0]}
            raise PydanticCustomError("one_of", "one_of", facts)
        misplaced = self.model_fields_set & self.OF_GROUPS if named != ["group_id"] else ()
        if misplaced:
            raise PydanticCustomError("of_groups", "of_groups", {"names": ", ".join(sorted(misplaced))})
        return self

    @classmethod
    @cache
    def ways(cls) -> tuple[str, ...]:
        """Return the fields of this model that can name a target."""
        return tuple(way for way in ("vm_id", "vm_ids", "group_id") if way in cls.model_fields)

    def given(self) -> dict[str, Any]:
        """Return the fields that the request has, except those that are null."""
        return {name: value for name, value in super().given().items() if value is not None}


class VmOrGroup(Target):
    vm_id: VmRef | None = None
    group_id: GroupId | None = None


class VmOrVms(Target):
    vm_id: VmRef | None = None
    vm_ids: SomeVmRefs | None = None


class Book(VmOrVms):
    OF_GROUPS = frozenset({"count", "tags"})
    EXAMPLE = {"vm_id": "server-01", "hours": 1}

    hours: Hours
    note: Annotated[str, Line(200, "load test")] = ""
    force: bool = False
    count: Count = 1
    tags: Tags = []
    heartbeat_minutes: Heartbeat | None = None
    group_id: GroupId | None = None


class JoinQueue(VmOrGroup):
    OF_GROUPS = frozenset({"count"})
    EXAMPLE = {"vm_id": "server-01", "hours": 1}

    hours: Hours
    auto: bool = False
    count: Count = 1
    heartbeat_minutes: Heartbeat | None = None


class LeaveQueue(VmOrGroup):
    email: Email | None = None


class Beat(RequestBody):
    vm_ids: VmRefs


class Renew(VmOrVms):
    EXAMPLE = {"vm_id": "server-01", "hours": 1}

    hours: Hours
    expires_at: Moment | None = None


class Cancel(VmOrVms):
    reason: Annotated[str, Line(200, "idle since yesterday")] = ""


class VmFields(RequestBody):
    external_ip: Host = ""
    internal_ip: Host = ""
    description: Annotated[str, Line(500, "8 cores, 32 GB")] = ""
    tags: Tags = []


class AddVm(VmFields):
    id: NewVmId
    group_id: GroupId | None = None


class EditVm(VmFields):
    model_config = ConfigDict(json_schema_extra=_nothing_by_default)

    vm_id: VmRef
    group_id: GroupId | None = None
    maintenance: Annotated[str, NonEmptyLine(200, "broken fan")] | None = None


class DeleteVm(VmOrVms):
    force: bool = False


class NewGroup(RequestBody):
    name: GroupName
    vm_ids: VmRefs = []


class VmIds(RequestBody):
    vm_ids: VmRefs


class RemoveFromGroup(RequestBody):
    vm_id: VmRef
    group_id: GroupId | None = None


class DeleteGroup(RequestBody):
    group_id: GroupId


class Role(RequestBody):
    email: Email
    role: Literal["user", "admin"]


class Person(RequestBody):
    email: Email


class WhoseTokens(RequestBody):
    email: Email | None = None


class MakeToken(RequestBody):
    name: Annotated[str, NonEmptyLine(64, "nightly tests")]
    days: Annotated[int, WholeNumber(1, 365)]
