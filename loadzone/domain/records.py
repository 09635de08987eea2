"""The records about machines, and the state that has all records. Immutable, with aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import Letter, User
from loadzone.domain.unknown_keys import nothing
from loadzone.lib.shared_table import SharedTable, shared

MOST = 2**53  # the largest whole number that a browser counts exactly
TAGS_MOST = 20  # tags of a machine
FORMER_MOST = 20  # former names of a machine


@dataclass(frozen=True, slots=True)
class Waiter:
    """A person's place in a queue: for `hours`, and in a group's queue for `count` machines together.

    `auto` books them at once when the turn comes. `via` names the token that took the place. Where a job keeps the
    place alive, it ends when nothing was heard of the job for `heartbeat_minutes` since `seen`, as Hearing notes it.
    """

    email: str
    hours: float
    since: datetime
    auto: bool = False
    count: int = 1
    via: str = ""
    heartbeat_minutes: float | None = None
    seen: datetime | None = None

    @property
    def heard_at(self) -> datetime:
        """When something was heard of the job last."""
        return self.seen or self.since


@dataclass(frozen=True, slots=True)
class Hold:
    """A free machine held until `until` for the person whose turn it is, who waited since `since`, for `hours`.

    Without `until` the machine is kept for somebody first in a group's queue who waits for more machines than this one.
    `group` is the group whose queue it came from; None: the machine's own queue. `heartbeat_minutes` as in Waiter.
    """

    email: str
    hours: float
    since: datetime
    until: datetime | None = None
    group: int | None = None
    heartbeat_minutes: float | None = None

    def has_lapsed(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.until is not None and self.until <= now


@dataclass(frozen=True, slots=True)
class Booking:
    """A machine's present booking.

    `booked_at` is when it began, `end_set_at` when its present end was chosen (by booking or renewing), `reminded` the
    due time of the last reminder sent for that end, `told_waiting` whether the holder knows that somebody waits.
    `note` says what it is for. `via` names the token that made it; where a job keeps it alive, it ends when nothing
    was heard of the job for `heartbeat_minutes` since `heartbeat_at`, as Hearing notes it. A file of the original
    system may lack its times.
    """

    holder: str
    expires_at: datetime | None = None
    booked_at: datetime | None = None
    end_set_at: datetime | None = None
    reminded: datetime | None = None
    note: str = ""
    via: str = ""
    heartbeat_minutes: float | None = None
    heartbeat_at: datetime | None = None
    told_waiting: bool = False

    def has_ended(self, now: datetime) -> bool:
        """Tell whether its end has come."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def heard_at(self) -> datetime | None:
        """When something was heard of the job last; None: it never reports."""
        return self.heartbeat_at


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine, its present booking or hold, and its queue.

    `maintenance` is the reason why it is out of service. `freed_at` is when it was last given back. `loose_note` is a
    note that a loaded file has on a machine without a booking; it stays until the next one. `former_ids` are the names
    that it had before, the latest one last; calls and links find it by them. `version` grows with each edit; the unit
    of work counts it (domain/versions.py), and gives it the inner `number`, which the history knows it by.
    """

    id: str
    group: int | None = None
    booking: Booking | None = None
    hold: Hold | None = None
    queue: tuple[Waiter, ...] = ()
    maintenance: str = ""
    freed_at: datetime | None = None
    loose_note: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    external_ip: str = ""
    internal_ip: str = ""
    ssh_user: str = ""
    ssh_port: int | None = None
    rest: Mapping[str, object] = field(default_factory=nothing)
    version: int = 0
    former_ids: tuple[str, ...] = ()
    number: int = 0

    @property
    def stands_free(self) -> bool:
        """True if nobody has it and nothing keeps it back."""
        return not (self.booking or self.hold or self.maintenance)

    @property
    def holder(self) -> str | None:
        """The address of whoever has booked it."""
        return self.booking.holder if self.booking else None

    @property
    def had_by(self) -> str | None:
        """The address of whoever has booked it, or has it held until some time: what one person may have is limited."""
        return self.booking.holder if self.booking else self.hold.email if self.hold and self.hold.until else None

    @property
    def kept_for(self) -> str | None:
        """The address of whoever it is kept for, who waits for more machines of its group."""
        return self.hold.email if self.hold and not self.hold.until else None


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of machines; `vm_ids` always agrees with the machines' own `group`. Its queue is for any of them.

    `version` is as in Vm.
    """

    id: int
    name: str
    vm_ids: tuple[str, ...] = ()
    queue: tuple[Waiter, ...] = ()
    rest: Mapping[str, object] = field(default_factory=nothing)
    version: int = 0


Place = Vm | Group  # what has a queue


@dataclass(frozen=True, slots=True)
class Deleted:
    """A machine or group as it was when it was deleted, with its booking or hold and its queue.

    `number` is a machine's place in its group, or a group's among all groups, counted from 0. `waiters` are the places
    in the queue of the machine's group that ended with it: they were for more machines than the group had left.
    """

    place: Place
    at: datetime
    by: str
    number: int = 0
    waiters: tuple[Waiter, ...] = ()

    @property
    def id(self) -> str | int:
        """The id of the machine or group."""
        return self.place.id


@dataclass(frozen=True, slots=True)
class Tally:
    """A person's machines and places: how many machines are booked by or held for them, and how many kept for them.

    `queues` are the groups in whose queues they wait.
    """

    has: int = 0
    kept: int = 0
    queues: frozenset[int] = frozenset()


@dataclass(slots=True)
class State:
    """Everything, by key, in the order of the file. A published state never changes again.

    `deleted` holds what was deleted lately, by the machine's or group's id, the latest last. `tallies` is an index of
    the machines and groups by person (domain/tallies.py); None: not counted yet. `history` holds the lines, by id, that
    wait to be moved to the history's own database. `last_number` is the last of the numbers that lines and machines
    get; `epoch` grows when it may have been set back, and is 0 before the history begins (rules/beginning.py). A dict
    that is given as a table is the state's own from then on.
    """

    vms: MutableMapping[str, Vm] = field(default_factory=dict)
    groups: MutableMapping[int, Group] = field(default_factory=dict)
    users: MutableMapping[str, User] = field(default_factory=dict)
    letters: MutableMapping[str, Letter] = field(default_factory=dict)
    revision: int = 0
    rest: Mapping[str, object] = field(default_factory=nothing)
    deleted: MutableMapping[str | int, Deleted] = field(default_factory=dict)
    tallies: SharedTable[str, Tally] | None = field(default=None, repr=False, compare=False)
    history: MutableMapping[int, HistoryLine] = field(default_factory=dict)
    epoch: int = 0
    last_number: int = 0

    def __post_init__(self) -> None:
        self.vms, self.groups, self.users = shared(self.vms), shared(self.groups), shared(self.users)
        self.letters, self.deleted, self.history = shared(self.letters), shared(self.deleted), shared(self.history)

    def copy(self) -> State:
        """Return a state of its own that shares the records, and takes no longer with more of them."""
        tallies = None if self.tallies is None else self.tallies.copy()
        tables = shared(self.vms).copy(), shared(self.groups).copy(), shared(self.users).copy()
        letters, deleted, history = (
            shared(self.letters).copy(),
            shared(self.deleted).copy(),
            shared(self.history).copy(),
        )
        numbers = self.epoch, self.last_number
        return State(*tables, letters, self.revision, self.rest, deleted, tallies, history, *numbers)

    def gather(self) -> None:
        """Do at once what one copy in some hundreds would do: look at all records. The next copy is a quick one."""
        for table in (self.vms, self.groups, self.users, self.letters, self.deleted, self.history, self.tallies):
            if isinstance(table, SharedTable):
                table.gather()
