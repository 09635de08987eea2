"""The query of the history, and its answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from loadzone.domain.events import EVENT_KINDS
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import MOST
from loadzone.lib.times import iso, iso_or_none
from loadzone.schemas.field_types import Email, Line, Moment, VmRef, WholeNumber
from loadzone.schemas.requests import RequestBody
from loadzone.schemas.responses import Time

PAGE = 50
PAGE_AT_MOST = 200
KINDS = tuple(kind.name for kind in EVENT_KINDS.values() if kind.history)
ACTIONS = rf"^(?:{'|'.join(KINDS)})(?:,(?:{'|'.join(KINDS)}))*$"


def _number(text: object) -> object:
    """Return the number in a query, where all is text."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 20 else text


def _kinds(text: str) -> str:
    if not set(text.split(",")) <= set(KINDS):
        raise PydanticCustomError("literal_error", "kind", {"expected": ", ".join(KINDS)})
    return text


Cursor = Annotated[int, WholeNumber(0, MOST), BeforeValidator(_number)]
Limit = Annotated[int, WholeNumber(1, PAGE_AT_MOST), BeforeValidator(_number)]
GroupNumber = Annotated[int, WholeNumber(0, MOST), BeforeValidator(_number)]
Actions = Annotated[
    str,
    StringConstraints(max_length=1000),
    AfterValidator(_kinds),
    Field(json_schema_extra={"pattern": ACTIONS, "examples": ["booked,renewed"]}),
]


class HistoryFilter(RequestBody):
    """The lines meant, or with `as` the bookings. From the instant `from` until before the instant `to`."""

    vm_id: VmRef | None = None
    group_id: GroupNumber | None = None
    email: Email | None = None
    action: Actions | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    q: Annotated[str, Line(200, "load test")] | None = None

    kind: Literal["lines", "bookings"] | None = Field(default=None, alias="as")


class HistoryQuery(HistoryFilter):
    cursor: Cursor | None = None
    limit: Limit | None = None


class HistoryLineResponse(TypedDict):
    """An act. Names are those of its time; `vm` is the machine's inner number, which stays when it is renamed.

    `via` is `link`, `token:` with its name, `upgrade` for what was known before the history began, or empty: by hand.
    `email` is the person whom it concerns, `booking` when the booking began. `changed` has what an edit changed: each
    field with the old and the new value.
    """

    id: int
    at: Time
    actor: str | None
    via: str
    action: str
    vm: int | None
    vm_id: str | None
    group_id: int | None
    group: str | None
    email: str | None
    booking: Time | None
    until: Time | None
    hours: float | None
    reason: str
    changed: dict[str, object]


class HistoryResponse(TypedDict):
    """`next` is the cursor of the next page, null at the end. `since`: from then on the history has everything."""

    history: list[HistoryLineResponse]
    next: str | None
    since: Time | None


class HistoryBookingResponse(TypedDict):
    """A person's time with a machine. `end` and `ended` are null while it runs; `until` is the end that is set first.

    `ended` is the kind of the act that ended it, `unknown` where the history does not tell. `actor` and `via` tell how
    it began, `reason` what it was for. `began` is the id of the line with which it began.
    """

    began: int
    vm: int | None
    vm_id: str | None
    group_id: int | None
    group: str | None
    email: str | None
    start: Time
    end: Time | None
    ended: str | None
    until: Time | None
    hours: float | None
    actor: str | None
    via: str
    reason: str


class HistoryBookingsResponse(TypedDict):
    """The answer to `as=bookings`."""

    history: list[HistoryBookingResponse]
    next: str | None
    since: Time | None


def line_view(line: HistoryLine) -> HistoryLineResponse:
    """Return the line as readers of the history see it."""
    return {
        "id": line.id,
        "at": iso(line.at),
        "actor": line.actor,
        "via": line.via,
        "action": line.action,
        "vm": line.vm,
        "vm_id": line.vm_id,
        "group_id": line.group_id,
        "group": line.group or None,
        "email": line.email,
        "booking": iso_or_none(line.booking),
        "until": iso_or_none(line.until),
        "hours": line.hours,
        "reason": line.reason,
        "changed": dict(line.changed),
    }
