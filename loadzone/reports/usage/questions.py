"""What is asked of the usage tables. The database does the sums: an answer is one row of JSON text.

Each row that the driver hands over takes the interpreter's lock again, for which a busy server makes it wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    SelectBase,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)

from loadzone.reports.usage import tables
from loadzone.reports.usage.day_sums import length_rows, machine_rows, person_rows, within
from loadzone.reports.usage.instants import DAY, QUARTER
from loadzone.reports.usage.period import Grid, Period

Cell: TypeAlias = "int | str | bool | None"
Row: TypeAlias = "list[int]"


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks about a period, and about some groups by their keys (None: all). The days before `summed` have sums."""

    connection: Connection
    period: Period
    summed: int
    keys: Sequence[int] | None = None

    def machine_sums(self) -> list[Row]:
        """Return what is over: vm, key of the group, ms booked and in service, bookings begun, and ended by how."""
        return self._rows(self._sums(tables.machine_days, ("vm", "group_key"), machine_rows))

    def person_sums(self) -> list[Row]:
        """Return what is over: key of the person, booked milliseconds, bookings begun."""
        return self._rows(self._sums(tables.person_days, ("person",), person_rows))

    def lengths(self) -> list[Row]:
        """Return what ended: kind (day_sums.py), key of the group, class of the length, number."""
        return self._rows(self._sums(tables.length_days, ("kind", "group_key", "length"), length_rows))

    def booking_percentiles(self) -> list[Row]:
        """Return of the bookings that ended: vm, 1, number, the classes of the median and the 95th percentile."""
        return self._percentiles(tables.bookings, literal(1))

    def wait_percentiles(self) -> list[Row]:
        """Return the same of the waits for machines that ended, with the turn (1) or without it (0)."""
        return self._percentiles(tables.waits, case((tables.waits.c.turn, 1), else_=0))

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

    def _sums(self, days: Table, names: Sequence[str], rows: Callable[[int, int], FromClause]) -> SelectBase:
        """Return a query for sums by these columns: from days that have sums, and from the rows of other stretches."""
        begin, end = self.period.begin, self.period.end
        first = -(-begin // DAY)
        last = max(first, min(end // DAY, self.summed))
        sums = [column.name for column in days.columns if not column.primary_key]
        whole = self._added_up(days, names, sums, days.c.day.between(first, last - 1))
        others = [(begin, min(end, first * DAY)), (last * DAY, end)]
        parts = [self._added_up(rows(*other), names, sums) for other in others if other[0] < other[1]]
        both = union_all(whole, *parts).subquery()
        by = [both.c[name] for name in names]
        added = [func.sum(both.c[name]).label(name) for name in sums]
        return select(*by, *added).group_by(*by).having(or_(*(column != 0 for column in added)))

    def _added_up(
        self, rows: FromClause, names: Sequence[str], sums: Sequence[str], *where: ColumnElement[bool]
    ) -> SelectBase:
        by = [rows.c[name] for name in names]
        added = [func.sum(rows.c[name]).label(name) for name in sums]
        return select(*by, *added).where(*where, self._of_groups(rows.c.group_key)).group_by(*by)

    def _percentiles(self, table: Table, kind: ColumnElement[int]) -> list[Row]:
        """Count in the order of the index by length, which takes a third of the time, but where the period is short."""
        found, kind = table.c, kind.label("kind")
        ended = found.ended if self.period.is_hourly else found.ended + 0  # so its own index is not used
        where = (
            found.vm > 0,
            within(ended, self.period.begin, self.period.end),
            self._of_groups(found.group_key),
        )
        order = [found.vm, *([found.turn] if table is tables.waits else []), found.length]
        number = func.count().label("number")
        one = select(found.vm, kind, found.length, number).where(*where).group_by(*order).subquery().c
        upto = func.sum(one.number).over(partition_by=(one.vm, one.kind), order_by=one.length).label("upto")
        all_of_it = func.sum(one.number).over(partition_by=(one.vm, one.kind)).label("all_of_it")
        row = select(one.vm, one.kind, one.length, upto, all_of_it).subquery().c
        parts = (func.min(case((row.upto * 100 >= row.all_of_it * part, row.length))) for part in (50, 95))
        return self._rows(select(row.vm, row.kind, func.max(row.all_of_it), *parts).group_by(row.vm, row.kind))

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
