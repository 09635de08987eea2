"""The JSON of every answer: the shapes that schemas/serializers.py makes and /openapi.json describes.

/openapi.json names them without the suffix (web/openapi.py).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import NotRequired, Required, TypedDict  # pydantic wants these before Python 3.12

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]  # ISO 8601 in UTC
VmState = Literal["free", "booked", "held", "maintenance"]


class WaiterResponse(TypedDict):
    email: str
    hours: float
    auto: bool
    since: Time
    count: int


class StrangerVmResponse(TypedDict):
    """A machine as strangers see it: the holder's address is masked."""

    id: str
    group: int | None
    state: VmState
    booked_by: str | None
    expires_at: Time | None


class VmResponse(TypedDict):
    """A machine as members see it. `former_ids` is there if it was renamed: the names it had, the latest one last."""

    id: str
    group: int | None
    state: VmState
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
    queue: list[WaiterResponse]
    description: str
    tags: list[str]
    external_ip: str
    internal_ip: str
    ssh_user: str
    ssh_port: int | None
    version: int
    former_ids: NotRequired[list[str]]


class VmsResponse(TypedDict):
    vms: list[VmResponse]


class GroupResponse(TypedDict):
    id: int
    name: str
    vm_ids: list[str]
    queue: list[WaiterResponse]
    version: int


class BoardResponse(TypedDict):
    vms: list[VmResponse | StrangerVmResponse]
    groups: list[GroupResponse]
    revision: int


class AddedResponse(TypedDict):
    added: list[str]
    group: GroupResponse


class BookingResponse(TypedDict):
    """A line of the history. `person` is the other one who had part in it."""

    vm_id: str | None
    start: Time | None
    end: Time | None
    action: str
    person: NotRequired[str]


class MailTroubleResponse(TypedDict):
    """Letters cannot be delivered since `since`: the number that waits, and the reason in words of the mail server."""

    since: Time
    reason: str
    waiting: int


class CallersTokenResponse(TypedDict):
    """The token of the call itself."""

    name: str
    expires: Time


class MeResponse(TypedDict):
    """`letters` says of each kind of letter whether the person gets it; `zone` is the person's time zone (IANA).

    `mail` is there for admins, while letters cannot be delivered; `token` where the call has one.
    """

    authenticated: Literal[True]
    email: str
    role: Literal["user", "admin"]
    language: str
    letters: dict[str, bool]
    zone: str | None
    bookings: list[BookingResponse]
    mail: NotRequired[MailTroubleResponse]
    token: NotRequired[CallersTokenResponse]


class StrangerResponse(TypedDict):
    """`first_admin`: nobody has signed in yet, and the first to do so becomes admin."""

    authenticated: Literal[False]
    first_admin: NotRequired[Literal[True]]


class OkResponse(TypedDict):
    status: Literal["ok"]


class NodeHealth(TypedDict, total=False):
    """Of one of several nodes. `node`: its host and port. `lag`: seconds since it was certain to know all changes."""

    node: str
    leader: bool
    lag: float


class HistoryWaits(TypedDict):
    """Since when the history cannot be kept (UTC), and how many of its lines wait."""

    since: str
    waiting: int


class HistoryHealth(TypedDict, total=False):
    """`history` is there while its lines cannot be kept. Bookings go on."""

    history: HistoryWaits


class HealthResponse(NodeHealth, HistoryHealth):
    """A node tells of itself in a refusal too."""

    status: Required[Literal["ok"]]
    version: Required[str]


class SignedInResponse(TypedDict):
    status: Literal["ok"]
    email: str


class CodeSentResponse(TypedDict):
    status: Literal["code_sent"]
    in_log: bool


class JoinedResponse(TypedDict):
    """`position` 1 is first; 0 means that the turn has come already: something is held or booked."""

    status: Literal["ok", "already_in_queue"]
    position: int


class UserResponse(TypedDict):
    """`by_settings`: the settings make them admin. `seen`: the last use, to within a day; null if it is not known.

    `invited_by`: they have not signed in yet, and were invited at `created`.
    """

    email: str
    role: Literal["user", "admin"]
    by_settings: bool
    created: Time
    seen: Time | None
    invited_by: str | None


class SessionResponse(TypedDict):
    """`used` is the last use, to within a day. `began`, `browser` and `system` are not known of older sessions."""

    id: str
    current: bool
    began: Time | None
    used: Time
    browser: str | None
    system: str | None


class TokenResponse(TypedDict):
    id: str
    name: str
    created: Time
    expires: Time
    used: Time | None


class NewTokenResponse(TokenResponse):
    """`token` is the token itself, shown only this once."""

    token: str


class MistakeResponse(TypedDict):
    """Another field of the request that is wrong."""

    field: str | None
    reason: str
    allowed: NotRequired[str]
    names: NotRequired[str]
    tag: NotRequired[bool]
    min: NotRequired[float]
    max: NotRequired[float]


class RefusalResponse(TypedDict):
    """A refusal: `error` is a sentence for people, `code` a stable word for programs; the other keys say what helps."""

    error: str
    code: str
    field: NotRequired[str | None]
    reason: NotRequired[str]
    allowed: NotRequired[str]
    names: NotRequired[str]
    tag: NotRequired[bool]
    min: NotRequired[float]
    max: NotRequired[float]
    others: NotRequired[list[MistakeResponse]]
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
    earliest: NotRequired[Time]
    latest: NotRequired[Time]
    free: NotRequired[int]
    count: NotRequired[int]
    n: NotRequired[int]
    tries_left: NotRequired[int]
    retry_after: NotRequired[int]
    limit: NotRequired[str]
    used: NotRequired[int]
    left: NotRequired[int]
    unsure: NotRequired[bool]
    undo: NotRequired[bool]
    there: NotRequired[bool]
    vm: NotRequired[VmResponse]
    group: NotRequired[GroupResponse]
