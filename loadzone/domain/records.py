"""What LoadZone remembers: immutable records, times as aware UTC datetimes.

`rest` carries the keys of a loaded file that this version does not know; they are written back as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

MOST = 2**53  # up to here a browser counts exactly
NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody's place in a queue: for `hours`, of a group `count` machines; `auto` books them at once.

    `via` names the token it was taken with. A place that a job keeps ends by itself where nothing is heard of the job
    for `heartbeat_minutes` since `seen`.
    """

    email: str
    hours: float
    since: datetime
    auto: bool = False
    count: int = 1
    via: str = ""
    heartbeat_minutes: float | None = None
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A free machine kept for somebody whose turn it is, until `until`, for `hours`, after waiting since `since`.

    Without `until` it is kept for somebody at the head of a group's queue who waits for more machines than this one.
    `group` is the group whose queue it came from; None: the machine's own. `heartbeat_minutes` as in Waiter.
    """

    email: str
    hours: float
    since: datetime
    until: datetime | None = None
    group: int | None = None
    heartbeat_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine, its present booking or hold, if any, and who waits for it.

    `booked_at` is when the booking began, `end_set_at` when its present end was chosen (by booking or renewing),
    `reminded` the due time of the last reminder that was sent for that end, `told_waiting` whether its holder knows
    that somebody waits. `via` names the token that made it; where a job keeps it alive, nothing heard of the job for
    `heartbeat_minutes` since `heartbeat_at` ends it. `freed_at` is when the machine was last given back.
    """

    id: str
    group: int | None = None
    booked_by: str | None = None
    expires_at: datetime | None = None
    booked_at: datetime | None = None
    end_set_at: datetime | None = None
    reminded: datetime | None = None
    note: str = ""
    via: str = ""
    heartbeat_minutes: float | None = None
    heartbeat_at: datetime | None = None
    told_waiting: bool = False
    hold: Hold | None = None
    queue: tuple[Waiter, ...] = ()
    maintenance: str = ""
    freed_at: datetime | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    external_ip: str = ""
    internal_ip: str = ""
    rest: Mapping[str, Any] = field(default_factory=_nothing)

    def freed(self, **more: Any) -> Vm:
        """The same machine without a booking, and with what more is said of it."""
        return replace(self, **{**NO_BOOKING, **more})

    @property
    def stands_free(self) -> bool:
        """Whether nobody has it and nothing keeps it back."""
        return not (self.booked_by or self.hold or self.maintenance)


NO_BOOKING: Mapping[str, Any] = MappingProxyType(
    {
        "booked_by": None,
        "expires_at": None,
        "booked_at": None,
        "end_set_at": None,
        "reminded": None,
        "note": "",
        "via": "",
        "heartbeat_minutes": None,
        "heartbeat_at": None,
        "told_waiting": False,
    }
)


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of machines; `vm_ids` always agrees with the machines' own `group`. `queue`: who waits for any."""

    id: int
    name: str
    vm_ids: tuple[str, ...] = ()
    queue: tuple[Waiter, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a person's history: `book`, `renew`, `cancel`, `release`, or what an older file had.

    `text` is how filetext.py wrote it, once it did: it never changes, and is written with each change of the person's.
    """

    action: str
    vm_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    rest: Mapping[str, Any] = field(default_factory=_nothing)
    text: bytes | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Token:
    """What a program signs in with: only `digest` of it is kept. `used` is when it last was, to some minutes."""

    id: str
    name: str
    digest: str
    created: datetime
    expires: datetime
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person: `language` is the person's own choice, `seen_language` what a browser of theirs last asked for.

    `sessions` are the browsers signed in, by a digest of what their cookie says, with when each was last seen (to the
    day); `tokens` those of the person's programs, by their ids.
    """

    email: str
    created: datetime
    bookings: tuple[Entry, ...] = ()
    role: str = "user"
    language: str | None = None
    seen_language: str | None = None
    sessions: Mapping[str, datetime] = field(default_factory=_nothing)
    tokens: Mapping[str, Token] = field(default_factory=_nothing)
    rest: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that waits in the outbox; its text is made from `kind` and `about` when it is sent."""

    id: str
    to: str
    kind: str
    created: datetime
    about: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(slots=True)
class State:
    """Everything, by key, in the order of the file. A published state is never changed again."""

    vms: dict[str, Vm] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    revision: int = 0
    rest: Mapping[str, Any] = field(default_factory=_nothing)

    def copy(self) -> State:
        """A state of its own that shares the records."""
        return State(dict(self.vms), dict(self.groups), dict(self.users), dict(self.letters), self.revision, self.rest)


TABLES = ("vms", "groups", "users", "letters")
