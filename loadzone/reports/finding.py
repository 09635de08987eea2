"""Finds lines of the history: those in the database, and those that still wait in the state to be moved there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, func, select, text

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports.adding import missing_of
from loadzone.reports.search import LOOKED_AT_MOST, search
from loadzone.reports.tables import lines
from loadzone.reports.wanted import Wanted

UPGRADE = "upgrade"  # `via` of what an older LoadZone knew


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, the newest first. `next` is the id before which the next page begins, None: there is none."""

    lines: list[HistoryLine]
    next: int | None


class Lines:
    """The lines as they are now: those in the database up to `last`, and those `waiting` after them, oldest first.

    The transaction must be new, and the state older than it. Then each line is in one of them at least, also
    while it is moved.
    """

    def __init__(self, connection: Connection, state: State) -> None:
        self.connection = connection
        if connection.dialect.name == "postgresql":  # lines may be moved between two questions
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        self.last: int = connection.scalar(select(func.max(lines.c.id))) or 0
        self.waiting = _waiting(connection, state, self.last)

    def page(self, wanted: Wanted, before: int | None, limit: int) -> Page:
        """Return a page of the lines that are wanted, of those with an id less than `before`; at most `limit`.

        It may have fewer, even none, and a `next` all the same: a bounded number of lines is looked at.
        """
        newest, edge = _of_waiting(self.waiting, wanted, before, limit)
        if edge is not None:
            return Page(newest, edge)
        end = self.last + 1 if before is None else min(before, self.last + 1)
        found = search(self.connection, wanted, end, limit - len(newest))
        return Page([*newest, *map(line_of, found.rows)], found.next)

    def since(self) -> datetime | None:
        """Return the time from which on the history has all lines; None: it has none yet."""
        first = select(lines.c.at).where(lines.c.via != UPGRADE).order_by(lines.c.id).limit(1)
        kept: datetime | None = self.connection.scalar(first)
        return kept or next((line.at for line in self.waiting if line.via != UPGRADE), None)


def _waiting(connection: Connection, state: State, last: int) -> list[HistoryLine]:
    """Return the lines that are in the state alone, oldest first, with the ids that they will get."""
    waiting = []
    for line in missing_of(connection, list(state.history.values())):
        last = max(line.id, last + 1)
        waiting.append(line if line.id == last else replace(line, id=last))
    return waiting


def _of_waiting(
    waiting: Sequence[HistoryLine], wanted: Wanted, before: int | None, limit: int
) -> tuple[list[HistoryLine], int | None]:
    """Return the waiting lines of the page; and where the next one begins, if it begins with a waiting line."""
    found: list[HistoryLine] = []
    looked_at = 0
    for line in reversed(waiting):
        if before is not None and line.id >= before:
            continue
        if len(found) == limit or looked_at == LOOKED_AT_MOST:
            return found, line.id + 1
        looked_at += 1
        if wanted.includes(line):
            found.append(line)
    return found, None


def line_of(row: Row[tuple[object, ...]]) -> HistoryLine:
    """Return the line that is kept in this row."""
    fields = row._asdict()
    del fields["number"], fields["words"]
    return HistoryLine(**fields)
