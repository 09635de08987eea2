"""What an answer looks like: the shapes that views make, and that /openapi.json describes; and how it is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from flask import Response
from flask.json.provider import DefaultJSONProvider
from pydantic import Field
from typing_extensions import NotRequired, TypedDict  # pydantic wants these before Python 3.12

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]  # ISO 8601 in UTC


class Json(DefaultJSONProvider):
    """As orjson writes it: in UTF-8, and in a fraction of the time. TypeError for what is no JSON."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), mimetype=self.mimetype)


class Waiter(TypedDict):
    email: str
    hours: float
    auto: bool
    since: Time
    count: int


class StrangerVm(TypedDict):
    """A machine as somebody sees it who has not signed in: who booked it is masked."""

    id: str
    group: int | None
    state: Literal["free", "booked", "held", "maintenance"]
    booked_by: str | None
    expires_at: Time | None


class Vm(TypedDict):
    """A machine as members see it."""

    id: str
    group: int | None
    state: Literal["free", "booked", "held", "maintenance"]
    booked_by: str | None
    expires_at: Time | None
    booked_at: Time | None
    note: str
    via: str | None
    heartbeat_minutes: float | None
    held_for: str | None
    held_until: Time | None
    held_hours: float | None
    maintenance: str | None
    queue: list[Waiter]
    description: str
    tags: list[str]
    external_ip: str
    internal_ip: str


class Vms(TypedDict):
    vms: list[Vm]


class Group(TypedDict):
    id: int
    name: str
    vm_ids: list[str]
    queue: list[Waiter]


class Board(TypedDict):
    vms: list[Vm | StrangerVm]
    groups: list[Group]
    revision: int


class Added(TypedDict):
    added: list[str]
    group: Group


class Booking(TypedDict):
    vm_id: str | None
    start: Time | None
    end: Time | None
    action: str


class Me(TypedDict):
    authenticated: Literal[True]
    email: str
    role: Literal["user", "admin"]
    language: str
    bookings: list[Booking]


class Stranger(TypedDict):
    authenticated: Literal[False]


class Ok(TypedDict):
    status: Literal["ok"]


class SignedIn(TypedDict):
    status: Literal["ok"]
    email: str


class CodeSent(TypedDict):
    status: Literal["code_sent"]
    in_log: bool


class Joined(TypedDict):
    """`position` 1 is first; 0: the turn has come already, and something is held or booked."""

    status: Literal["ok", "already_in_queue"]
    position: int


class User(TypedDict):
    email: str
    role: Literal["user", "admin"]
    created: Time


class Token(TypedDict):
    id: str
    name: str
    created: Time
    expires: Time
    used: Time | None


class NewToken(Token):
    """The token itself is said this once."""

    token: str


class Refusal(TypedDict):
    """A no: `error` is a sentence for people, `code` a stable word for programs; more keys say what helps."""

    error: str
    code: str
    field: NotRequired[str | None]
    reason: NotRequired[str]
    allowed: NotRequired[str]
    names: NotRequired[str]
    min: NotRequired[float]
    max: NotRequired[float]
    vm_id: NotRequired[str]
    group_id: NotRequired[int]
    name: NotRequired[str]
    what: NotRequired[str]
    email: NotRequired[str]
    domains: NotRequired[str]
    host: NotRequired[str]
    holder: NotRequired[str]
    until: NotRequired[Time | None]
    expires_at: NotRequired[Time | None]
    latest: NotRequired[Time]
    free: NotRequired[int]
    count: NotRequired[int]
    n: NotRequired[int]
    tries_left: NotRequired[int]
    retry_after: NotRequired[int]
    unsure: NotRequired[bool]
