"""What an answer looks like: the shapes that views make, and that /openapi.json describes."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import NotRequired, TypedDict  # pydantic wants these before Python 3.12


class Waiter(TypedDict):
    email: str
    hours: float
    auto: bool
    since: str
    count: int


class StrangerVm(TypedDict):
    """A machine as somebody sees it who has not signed in: who booked it is masked."""

    id: str
    group: int | None
    state: Literal["free", "booked", "held", "maintenance"]
    booked_by: str | None
    expires_at: str | None


class Vm(TypedDict):
    """A machine as members see it. Times are ISO 8601 in UTC."""

    id: str
    group: int | None
    state: Literal["free", "booked", "held", "maintenance"]
    booked_by: str | None
    expires_at: str | None
    booked_at: str | None
    note: str
    via: str | None
    heartbeat_minutes: float | None
    held_for: str | None
    held_until: str | None
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
    start: str | None
    end: str | None
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
    created: str


class Token(TypedDict):
    id: str
    name: str
    created: str
    expires: str
    used: str | None


class NewToken(Token):
    """The token itself is said this once."""

    token: str


class Refusal(TypedDict):
    """A no: `error` is a sentence for people, `code` a stable word for programs; more keys say what helps."""

    error: str
    code: str
    field: NotRequired[str | None]
    reason: NotRequired[Any]
