"""A commit: what one write to the store changed."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from loadzone.domain.events import Event
from loadzone.domain.records import State


class CannotSave(Exception):
    """The change could not be written to disk, so it did not happen.

    With `unsure` it may have happened: it is in force but may not survive a power cut, or the database went away before
    it could answer. `why` is the reason, for the log.
    """

    def __init__(self, unsure: bool = False, why: str = "") -> None:
        super().__init__("cannot save")
        self.unsure = unsure
        self.why = why


@dataclass(slots=True)
class Touched:
    """The keys that a change wrote or removed, by table; each table is an ordered set.

    `renames`: a machine has been renamed, which leaves its place in the order to the new name.
    """

    vms: dict[str, None] = field(default_factory=dict)
    groups: dict[int, None] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    letters: dict[str, None] = field(default_factory=dict)
    deleted: dict[str | int, None] = field(default_factory=dict)
    history: dict[int, None] = field(default_factory=dict)
    renames: bool = False

    def __bool__(self) -> bool:
        return bool(self.vms or self.groups or self.users or self.letters or self.deleted or self.history)

    def add(self, other: Touched) -> None:
        """Take over the keys of another."""
        for name in TABLES:
            getattr(self, name).update(getattr(other, name))
        self.renames = self.renames or other.renames


TABLES = tuple(table.name for table in fields(Touched) if table.name != "renames")


@dataclass(frozen=True, slots=True)
class Commit:
    """The changes of one write: the states before and after, the touched keys, the events in order.

    `visible`: a reader of the board can see it. Only then is `after.revision` greater than before, by one unless
    readers must fetch everything. `anew`: it is the difference to a state that was loaded anew, since commits were lost
    or are too many. Events and revisions in between are not known. `sequence` is its number in a log that several nodes
    share; `is_own`: this one has written it.
    """

    before: State
    after: State
    touched: Touched
    events: tuple[Event, ...]
    visible: bool
    sequence: int = 0
    is_own: bool = True
    anew: bool = False
