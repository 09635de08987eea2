"""The records of usage that lines change: machines, bookings, waits, groups, and spans of machines' time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from loadzone.reports.usage.instants import DAY
from loadzone.reports.usage.lengths import class_of

NO_GROUP = 0  # the key of no group


@dataclass(slots=True)
class Machine:
    """A machine with the span that runs since `since`. `booking` is its beginning, `person` the key of its holder.

    `until` is the end that was set. When it has come, `person` may go before `booking` does: its line is yet to come.
    """

    vm: int
    vm_id: str
    since: int
    group_key: int = NO_GROUP
    gone: bool = False
    in_service: bool = True
    booking: int | None = None
    person: int | None = None
    until: int | None = None

    @property
    def counts(self) -> bool:
        """True if its time counts as in service: booked time always does."""
        return self.person is not None or (self.in_service and not self.gone)


@dataclass(slots=True)
class Booking:
    """A booking, by the machine and its beginning."""

    vm: int
    began: int
    group_key: int
    person: int
    ended: int | None = None
    how: str | None = None

    @property
    def length(self) -> int | None:
        """The class of its length; None while it runs."""
        return None if self.ended is None else class_of(self.ended - self.began)


@dataclass(slots=True)
class Wait:
    """A wait for a machine (`vm`) or a group (`vm` 0). `turn` tells whether the turn came at its end."""

    person: int
    began: int
    vm: int
    group_key: int
    ended: int | None = None
    turn: bool | None = None

    @property
    def key(self) -> tuple[int, int, int, int]:
        """What it is known by."""
        return self.person, self.began, self.vm, self.group_key

    @property
    def length(self) -> int | None:
        """The class of its length; None while it lasts."""
        return None if self.ended is None else class_of(self.ended - self.began)


@dataclass(slots=True)
class Group:
    """A group, by a key that stays its own."""

    key: int
    group_id: int
    name: str
    gone: bool = False


class Piece(NamedTuple):
    """A part within a day (UTC) of a stretch of a machine's time in which nothing changed."""

    day: int
    vm: int
    began: int
    ended: int
    group_key: int
    person: int | None


def pieces_of(machine: Machine, ended: int) -> Iterator[Piece]:
    """Yield the machine's span that ends now, by day."""
    for day in range(machine.since // DAY, (ended - 1) // DAY + 1):
        began, until = max(machine.since, day * DAY), min(ended, (day + 1) * DAY)
        yield Piece(day, machine.vm, began, until, machine.group_key, machine.person)
