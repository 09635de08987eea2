"""The query and the answer of usage. docs/usage.md defines the figures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from typing_extensions import TypedDict

from loadzone.domain.records import MOST
from loadzone.schemas.field_types import Moment, WholeNumber, ZoneName
from loadzone.schemas.requests import RequestBody
from loadzone.schemas.responses import Time


def _number(text: object) -> object:
    """Return the number that a query's text is; other text as it is."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20 else text


GroupNumber = Annotated[int, WholeNumber(0, MOST), BeforeValidator(_number)]
Hours = Annotated[float, Field(json_schema_extra={"minimum": 0})]
Table = Literal["groups", "machines", "people", "unused", "heat", "series", "waits"]


class UsageQuery(RequestBody):
    """From when to when (cut to quarters of an hour), of which group, in which time zone."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[Moment | None, Field(alias="from")] = None
    to: Moment | None = None
    group_id: GroupNumber | None = None
    zone: ZoneName | None = None


class UsageTableQuery(UsageQuery):
    table: Table = "groups"


class WaitsResponse(TypedDict):
    """Waits that ended with the turn: how many, and of their lengths in hours the median and the 95th percentile."""

    turns: int
    p50: Hours | None
    p95: Hours | None


class FiguresResponse(TypedDict):
    """Hours, bookings and waits. `ended` counts bookings by how they ended, p50 and p95 are of their lengths."""

    booked_hours: Hours
    service_hours: Hours
    ratio: float | None
    bookings: int
    p50: Hours | None
    p95: Hours | None
    ended: dict[str, int]
    waits: WaitsResponse
    given_up: int


class GroupUsageResponse(FiguresResponse):
    """The figures of a group; of the machines in none where `group_id` is null. `gone`: it was deleted."""

    group_id: int | None
    name: str
    gone: bool


class MachineUsageResponse(FiguresResponse):
    """The figures of a machine, by its present name. `group_id` is its present group."""

    vm_id: str
    group_id: int | None
    gone: bool


class PersonUsageResponse(TypedDict):
    """What a person had by hand (`token` is empty), or by a token of this name."""

    email: str
    token: str
    booked_hours: Hours
    bookings: int


class OthersUsageResponse(TypedDict):
    """What all those had who are not listed."""

    number: int
    booked_hours: Hours
    bookings: int


class LastUseResponse(TypedDict):
    email: str
    ended: Time


class UnusedResponse(TypedDict):
    """A machine that nobody has booked in the period. `last_use` is its last booking before."""

    vm_id: str
    group_id: int | None
    service_hours: Hours
    last_use: LastUseResponse | None


class HeatResponse(TypedDict):
    """All times of the period at this hour (0 to 23) of this day of the week (0 is Monday)."""

    weekday: int
    hour: int
    booked_hours: Hours
    service_hours: Hours
    ratio: float | None


class LineResponse(TypedDict):
    """The figures of a group for each of the days or hours."""

    group_id: int | None
    name: str
    gone: bool
    booked_hours: list[Hours]
    service_hours: list[Hours]


class SeriesResponse(TypedDict):
    """The days or hours of the period by their beginnings, and the figures of each group in them."""

    step: Literal["hour", "day"]
    starts: list[Time]
    groups: list[LineResponse]


UsageBounds = TypedDict("UsageBounds", {"from": Time, "to": Time})


class BeforeResponse(UsageBounds):
    """The period of the same length before. `since` is as in the whole."""

    total: FiguresResponse
    groups: list[GroupUsageResponse]


class UsageResponse(UsageBounds):
    """The use of the machines in a period. `since` is when the figures begin; null: there are none yet."""

    zone: str
    since: Time | None
    total: FiguresResponse
    groups: list[GroupUsageResponse]
    machines: list[MachineUsageResponse]
    people: list[PersonUsageResponse]
    others: OthersUsageResponse
    unused: list[UnusedResponse]
    heat: list[HeatResponse]
    series: SeriesResponse
    before: BeforeResponse
