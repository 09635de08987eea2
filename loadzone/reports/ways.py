"""Ways to lines: the index by which a search reads them, newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from sqlalchemy import Column, ColumnElement, Connection, Select, column, literal, select, table, tuple_

from loadzone.reports.id_range import IdRange
from loadzone.reports.tables import lines
from loadzone.reports.wanted import Wanted
from loadzone.reports.words import grams_of
from loadzone.reports.words_index import indexed_letters

Query = Select[tuple[object, ...]]
WAYS_AT_MOST = 8  # indexes that are read side by side; of more actions all lines are looked at
GRAMS_AT_MOST = 12  # of all needles; more make the index slower, and not the result smaller
_fts = table("lines_words", column("rowid"))  # FTS5 over lines.words, in SQLite alone


class Way(Protocol):
    """Some lines, which can be read in the order of their ids."""

    def ids(self, ids: IdRange) -> Query:
        """Return the query of their ids in this range, the greatest first."""
        ...

    def rows(self, ids: IdRange) -> Query:
        """Return the query of the lines in this range, the newest first."""
        ...


def ways_of(wanted: Wanted, connection: Connection) -> tuple[list[Way], Wanted]:
    """Return ways on which all wanted lines are, and what is still to be looked at in the lines there.

    Of several ways, it is that of what most likely has the fewest lines.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    by = partial(ByValue, as_pairs=not is_sqlite)
    if wanted.vms is not None:
        return [by(lines.c.vm, vm) for vm in wanted.vms], replace(wanted, vms=None, with_people=True)
    if wanted.person is not None:
        by_others = lines.c.email.is_distinct_from(lines.c.actor)  # as in the index
        ways: list[Way] = [by(lines.c.email, wanted.person), by(lines.c.actor, wanted.person, only=by_others)]
        return ways, replace(wanted, person=None)
    if is_sqlite and (grams := _grams_of(wanted)) and indexed_letters(connection):
        return [ByText(grams)], wanted
    if wanted.group_id is not None:
        return [by(lines.c.group_id, wanted.group_id)], replace(wanted, group_id=None, with_people=True)
    if 0 < len(wanted.actions) <= WAYS_AT_MOST:
        return [by(lines.c.action, action) for action in wanted.actions], replace(wanted, actions=())
    return [All()], wanted


@dataclass(frozen=True, slots=True)
class All:
    """All lines."""

    def ids(self, ids: IdRange) -> Query:
        """Return the query of their ids in this range, the greatest first."""
        return _newest(select(lines.c.id), ids)

    def rows(self, ids: IdRange) -> Query:
        """Return the query of the lines in this range, the newest first."""
        return _newest(select(lines), ids)


@dataclass(frozen=True, slots=True)
class ByValue:
    """The lines with this value, by the index of the column and the id, which may have `only` some of them.

    `as_pairs`: PostgreSQL compares pairs. Otherwise its planner may read all lines by their ids, in the hope to find
    some with the value soon.
    """

    column: Column[object]
    value: object
    as_pairs: bool
    only: ColumnElement[bool] | None = None

    def ids(self, ids: IdRange) -> Query:
        """Return the query of their ids in this range, the greatest first."""
        return self._query(select(lines.c.id), ids)

    def rows(self, ids: IdRange) -> Query:
        """Return the query of the lines in this range, the newest first."""
        return self._query(select(lines), ids)

    def _query(self, query: Query, ids: IdRange) -> Query:
        if self.only is not None:
            query = query.where(self.only)
        if not self.as_pairs:
            return _newest(query.where(self.column == self.value), ids)
        pair = tuple_(self.column, lines.c.id)
        low, high = (tuple_(literal(self.value), literal(edge)) for edge in (ids.low, ids.high))
        within = pair >= low, pair < high
        return query.where(*within).order_by(self.column.desc(), lines.c.id.desc())


@dataclass(frozen=True, slots=True)
class ByText:
    """The lines that have all these groups of letters, by FTS5 of SQLite."""

    grams: tuple[str, ...]

    def ids(self, ids: IdRange) -> Query:
        """Return the query of their ids in this range, the greatest first."""
        return self._matching(ids).order_by(_fts.c.rowid.desc())

    def rows(self, ids: IdRange) -> Query:
        """Return the query of the lines in this range, the newest first."""
        query = select(lines).where(lines.c.id.in_(self._matching(ids)))
        return query.order_by(lines.c.id.desc())

    def _matching(self, ids: IdRange) -> Query:
        quoted = ('"' + gram.replace('"', '""') + '"' for gram in self.grams)
        is_match = column("lines_words").op("MATCH")(" AND ".join(quoted))
        return select(_fts.c.rowid.label("id")).where(is_match, _fts.c.rowid >= ids.low, _fts.c.rowid < ids.high)


def _newest(query: Query, ids: IdRange) -> Query:
    return query.where(lines.c.id >= ids.low, lines.c.id < ids.high).order_by(lines.c.id.desc())


def _grams_of(wanted: Wanted) -> tuple[str, ...]:
    grams = dict.fromkeys(gram for needle in wanted.needles for gram in grams_of(needle))
    return tuple(grams)[:GRAMS_AT_MOST]
