"""Ranges of ids. Lines are found by their ids alone, so a time becomes a range of ids first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from loadzone.reports.tables import hours

HOUR = 3600  # seconds


@dataclass(frozen=True, slots=True)
class IdRange:
    """The ids from `low` until before `high`."""

    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        """Tell whether there are none."""
        return self.low >= self.high


def range_of(connection: Connection, since: datetime | None, until: datetime | None, before: int) -> IdRange:
    """Return the range that has all lines from `since` until `until`, with ids less than `before`.

    It may have some others of the same hours. Ids and times need not go together: a clock may be set back.
    """
    if since is None and until is None:
        return IdRange(0, before)
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(hours.c.hour >= hour_of(since))
    if until is not None:
        conditions.append(hours.c.hour <= hour_of(until))
    low, last = connection.execute(select(func.min(hours.c.first), func.max(hours.c.last)).where(*conditions)).one()
    return IdRange(0, 0) if low is None else IdRange(low, min(before, last + 1))


def hour_of(moment: datetime) -> int:
    """Return the number of the hour, from the beginning of 1970."""
    return int(moment.timestamp() // HOUR)
