"""Searches the lines in the database, newest first, and looks at so many lines at most, whatever is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Row

from loadzone.reports.conditions import conditions_of
from loadzone.reports.gin_search import search_by_gin
from loadzone.reports.id_range import IdRange, range_of
from loadzone.reports.wanted import Wanted
from loadzone.reports.ways import Way, ways_of

# Lines that one search looks at: first few, which mostly fill the page. All together take about 60 ms.
WINDOWS = (1_000, 19_000)
LOOKED_AT_MOST = sum(WINDOWS)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page; `next` is the id before which the next page begins, None: there is none."""

    rows: list[Row[tuple[object, ...]]]
    next: int | None


def search(connection: Connection, wanted: Wanted, before: int, limit: int) -> Found:
    """Return the newest lines that are wanted, of those with an id less than `before`.

    Where it has looked at enough lines, it returns what it has.
    """
    ids = range_of(connection, wanted.since, wanted.until, before)
    dialect = connection.dialect.name
    ways, rest = ways_of(wanted, connection)
    conditions = conditions_of(rest, dialect)
    rows: list[Row[tuple[object, ...]]] = []
    for size in WINDOWS:
        edge = _edge(connection, ways, ids, size // len(ways)) if conditions else ids.low
        rows += _rows(connection, ways, conditions, IdRange(edge, ids.high), limit + 1 - len(rows))
        if len(rows) > limit:
            return Found(rows[:limit], rows[limit].id + 1)
        ids = IdRange(ids.low, edge)
        if ids.is_empty:
            return Found(rows, None)
    if dialect == "postgresql" and wanted.needles:
        more = search_by_gin(connection, wanted, ids, limit + 1 - len(rows))
        if more is not None:
            rows += more
            return Found(rows[:limit], rows[limit].id + 1 if len(rows) > limit else None)
    return Found(rows, ids.high)


def _edge(connection: Connection, ways: Sequence[Way], ids: IdRange, size: int) -> int:
    """Return the id down to which the newest `size` lines of each way are."""
    found = [connection.execute(way.ids(ids).limit(1).offset(size)).first() for way in ways]
    return max((row.id + 1 for row in found if row), default=ids.low)


def _rows(
    connection: Connection, ways: Sequence[Way], conditions: Sequence[ColumnElement[bool]], ids: IdRange, most: int
) -> list[Row[tuple[object, ...]]]:
    """Return the newest lines of the ways, each once: what is on two ways is found by the first."""
    found = [connection.execute(way.rows(ids).where(*conditions).limit(most)).all() for way in ways]
    return list(islice(merge(*found, key=lambda row: row.id, reverse=True), most))
