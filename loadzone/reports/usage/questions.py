"""What is asked of the usage tables. The database does the sums: an answer is one row of JSON text.

Each row that the driver hands over takes the interpreter's lock again, for which a busy server makes it wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    SelectBase,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    select,
    true,
)

from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import DAY, QUARTER
from loadzone.reports.usage.period import Grid, Period

Cell: TypeAlias = "int | str | bool | None"
Row: TypeAlias = "list[int]"
By = Literal["vm", "group_key"]


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks about a period, and about some groups by their keys (None: all)."""

    connection: Connection
    period: Period
    keys: Sequence[int] | None = None

    def machine_time(self) -> list[Row]:
        """Return the time that is over: vm, key of the group, booked and in service, in milliseconds."""
        spans = tables.spans.c
        length = self._part(spans.began, spans.ended)
        booked = func.sum(case((spans.person.is_not(None), length), else_=0))
        query = select(spans.vm, spans.group_key, booked, func.sum(length)).where(*self._in_spans())
        return self._rows(query.group_by(spans.vm, spans.group_key))

    def person_time(self) -> list[Row]:
        """Return the time that is over: key of the person, booked in milliseconds."""
        spans = tables.spans.c
        booked = func.sum(self._part(spans.began, spans.ended))
        where = (*self._in_spans(), spans.person.is_not(None))
        return self._rows(select(spans.person, booked).where(*where).group_by(spans.person))

    def bookings(self, by: By) -> list[Row]:
        """Return the bookings that began: vm or key of the group, their number."""
        column = tables.bookings.c[by]
        return self._rows(select(column, func.count()).where(*self._begun()).group_by(column))

    def person_bookings(self) -> list[Row]:
        """Return the bookings that began: key of the person, their number."""
        person = tables.bookings.c.person
        return self._rows(select(person, func.count()).where(*self._begun()).group_by(person))

    def endings(self) -> list[list[Cell]]:
        """Return the bookings that ended: vm, how, their number."""
        found = tables.bookings.c
        query = (
            select(found.vm, found.how, func.count()).where(*self._over(tables.bookings)).group_by(found.vm, found.how)
        )
        return self._cells(query)

    def lengths(self) -> list[list[Cell]]:
        """Return the bookings that ended: key of the group, how, class of the length, their number."""
        found = tables.bookings.c
        by = (found.group_key, found.how, found.length)
        return self._cells(select(*by, func.count()).where(*self._over(tables.bookings)).group_by(*by))

    def waits(self, by: By) -> list[Row]:
        """Return the waits that ended: vm or key of the group, 1 with the turn, class of the length, their number."""
        found = tables.waits.c
        turn = case((found.turn, 1), else_=0).label("with_turn")
        columns = (found[by], turn, found.length)
        where = (*self._over(tables.waits), found.vm != 0) if by == "vm" else self._over(tables.waits)
        return self._rows(select(*columns, func.count()).where(*where).group_by(*columns))

    def percentiles(self) -> list[Row]:
        """Return of the bookings that ended: vm, the classes of length of the median and the 95th percentile."""
        found = tables.bookings.c
        number = func.count().label("number")
        counts = (
            select(found.vm, found.length, number).where(*self._over(tables.bookings)).group_by(found.vm, found.length)
        )
        one = counts.subquery().c
        upto = func.sum(one.number).over(partition_by=one.vm, order_by=one.length).label("upto")
        all_of_it = func.sum(one.number).over(partition_by=one.vm).label("all_of_it")
        row = select(one.vm, one.length, upto, all_of_it).subquery().c
        parts = (func.min(case((row.upto * 100 >= row.all_of_it * part, row.length))) for part in (50, 95))
        return self._rows(select(row.vm, *parts).group_by(row.vm))

    def levels(self) -> list[Row]:
        """Return the spans that are over now and ran when the period began: key of the group, booked, all."""
        spans, at = tables.spans.c, self.period.begin
        where = (spans.day == (at - 1) // DAY, spans.began < at, spans.ended >= at, self._of_groups(spans.group_key))
        return self._rows(
            select(spans.group_key, func.count(spans.person), func.count()).where(*where).group_by(spans.group_key)
        )

    def edges(self, grid: Grid, by_group: bool = True) -> list[Row]:
        """Return where machine time begins and ends: key of the group, of the hour or day, and the sums of both kinds.

        Of booked time and then of time in service: how many more begin than end, and the sum of their instants.
        """
        found = tables.quarters.c
        by = [found.group_key if by_group else literal(0).label("group_key"), _key_in(grid, found.quarter)]
        sums = [func.sum(column) for column in (found.booked, found.booked_at, found.service, found.service_at)]
        begin, end = self.period.begin // QUARTER, self.period.end // QUARTER
        where = (found.quarter >= begin, found.quarter < end, self._of_groups(found.group_key))
        return self._rows(select(*by, *sums).where(*where).group_by(*by[not by_group :]))

    def last_uses(self, vms: Sequence[int]) -> list[list[Cell]]:
        """Return the last booking of each of these machines that began before the period: vm, address, its end."""
        found, other, by = tables.bookings.c, tables.bookings.alias("later"), tables.people.c
        last = (
            select(func.max(other.c.began))
            .where(other.c.vm == tables.machines.c.vm, other.c.began < self.period.begin)
            .scalar_subquery()
        )
        query = (
            select(found.vm, by.email, found.ended)
            .select_from(tables.machines)
            .join(tables.bookings, and_(found.vm == tables.machines.c.vm, found.began == last))
            .join(tables.people, by.key == found.person)
            .where(tables.machines.c.vm.in_(vms))
        )
        return self._cells(query)

    def machines(self) -> list[list[Cell]]:
        """Return all machines: vm, name, key of the group, gone, counts as in service, since when, person."""
        found = tables.machines.c
        counts = case((found.person.is_not(None), 1), (and_(found.in_service, not_(found.gone)), 1), else_=0)
        gone = case((found.gone, 1), else_=0)
        return self._cells(select(found.vm, found.vm_id, found.group_key, gone, counts, found.since, found.person))

    def groups(self) -> list[list[Cell]]:
        """Return all groups: key, id, name, gone."""
        found = tables.groups.c
        query = select(found.key, found.group_id, found.name, case((found.gone, 1), else_=0)).order_by(found.key)
        return self._cells(query)

    def people(self, keys: Sequence[int]) -> list[list[Cell]]:
        """Return these people and tokens: key, address, name of the token."""
        found = tables.people.c
        return self._cells(select(found.key, found.email, found.token).where(found.key.in_(keys)))

    def _in_spans(self) -> tuple[ColumnElement[bool], ...]:
        spans = tables.spans.c
        first, last = self.period.begin // DAY, (self.period.end - 1) // DAY
        overlaps = (spans.ended > self.period.begin, spans.began < self.period.end)
        return spans.day.between(first, last), *overlaps, self._of_groups(spans.group_key)

    def _part(self, began: ColumnElement[int], ended: ColumnElement[int]) -> ColumnElement[int]:
        """Return how much of a span lies in the period."""
        begin, end = self.period.begin, self.period.end
        return case((ended > end, end), else_=ended) - case((began < begin, begin), else_=began)

    def _begun(self) -> tuple[ColumnElement[bool], ...]:
        found = tables.bookings.c
        return found.began >= self.period.begin, found.began < self.period.end, self._of_groups(found.group_key)

    def _over(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """Return what is true of the bookings or waits that ended in the period."""
        ended = table.c.ended
        return ended >= self.period.begin, ended < self.period.end, self._of_groups(table.c.group_key)

    def _of_groups(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        return true() if self.keys is None else column.in_(self.keys)

    def _rows(self, query: SelectBase) -> list[Row]:
        rows: list[Row] = orjson.loads(self._text(query))
        return rows

    def _cells(self, query: SelectBase) -> list[list[Cell]]:
        rows: list[list[Cell]] = orjson.loads(self._text(query))
        return rows

    def _text(self, query: SelectBase) -> str:
        """Return all rows of the query as one text."""
        columns = query.subquery().c
        if self.connection.dialect.name == "postgresql":
            gathered = select(cast(func.json_agg(func.json_build_array(*columns)), Text))
        else:
            gathered = select(func.json_group_array(func.json_array(*columns)))
        text: str | None = self.connection.execute(gathered).scalar()
        return text or "[]"


def _key_in(grid: Grid, quarter: ColumnElement[int]) -> ColumnElement[int]:
    """Return the key of the hour or day in which the quarter of an hour is (Grid)."""
    keys = [
        (quarter < stretch.end // QUARTER, (quarter + stretch.offset // QUARTER) // grid.size + grid.lap(number))
        for number, stretch in enumerate(grid.stretches)
    ]
    return case(*keys).label("key")
