"""Sums of days (UTC) that are over, made once when the day is; and the same sums of any stretch, where there are none.

Until an hour after its end a day has no sums: a booking that begins and ends within a day costs nothing for them.
"""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import DAY, HOUR
from loadzone.reports.usage.progress import note_summed

BOOKING, TURN, GIVEN_UP = range(3)  # the kinds of lengths
_GRACE = HOUR  # most of what is noted late comes before


def sum_up(connection: Connection, summed: int, at: int) -> None:
    """Make the sums of the days from `summed` on that are over at this time."""
    upto = (at - _GRACE) // DAY
    if upto <= summed:
        return
    begin, end = summed * DAY, upto * DAY
    made = (
        (tables.machine_days, machine_rows(begin, end)),
        (tables.person_days, person_rows(begin, end)),
        (tables.length_days, length_rows(begin, end)),
    )
    for table, rows in made:
        keys = [rows.c[column.name] for column in table.primary_key]
        names = [column.name for column in table.columns]
        sums = [func.sum(rows.c[name]) for name in names[len(keys) :]]
        connection.execute(table.insert().from_select(names, select(*keys, *sums).group_by(*keys)))
    note_summed(connection, upto)


def machine_rows(begin: int, end: int) -> FromClause:
    """Return rows like those of `machine_days`, for each span in this stretch and each booking that began or ended."""
    spans, found = tables.spans.c, tables.bookings.c
    none = [literal(0).label(name) for name in tables.ENDINGS]
    length = _part(begin, end)
    booked = case((spans.person.is_not(None), length), else_=0)
    ways = [case((found.how == how, 1), else_=0) for how in tables.ENDINGS]
    keys = [found.vm, (found.ended // DAY).label("day"), found.group_key]
    return union_all(
        select(
            spans.vm,
            spans.day,
            spans.group_key,
            booked.label("booked"),
            length.label("service"),
            literal(0).label("bookings"),
            *none,
        ).where(_in_spans(begin, end)),
        select(found.vm, found.began // DAY, found.group_key, *_zeros(2), literal(1), *none).where(
            within(found.began, begin, end)
        ),
        select(*keys, *_zeros(3), *ways).where(within(found.ended, begin, end)),
    ).subquery()


def person_rows(begin: int, end: int) -> FromClause:
    """Return rows like those of `person_days`."""
    spans, found = tables.spans.c, tables.bookings.c
    booked = _part(begin, end).label("booked")
    return union_all(
        select(spans.person, spans.day, spans.group_key, booked, literal(0).label("bookings")).where(
            _in_spans(begin, end), spans.person.is_not(None)
        ),
        select(found.person, found.began // DAY, found.group_key, literal(0), literal(1)).where(
            within(found.began, begin, end)
        ),
    ).subquery()


def length_rows(begin: int, end: int) -> FromClause:
    """Return rows like those of `length_days`."""
    turn = case((tables.waits.c.turn, TURN), else_=GIVEN_UP)
    both = ((tables.bookings, literal(BOOKING)), (tables.waits, turn))
    return union_all(*(_lengths(table, kind, begin, end) for table, kind in both)).subquery()


def within(column: ColumnElement[int], begin: int, end: int) -> ColumnElement[bool]:
    """Tell whether an instant lies in this stretch."""
    return and_(column >= begin, column < end)


def _lengths(table: Table, kind: ColumnElement[int], begin: int, end: int) -> Select[tuple[int, ...]]:
    found = table.c
    day = (found.ended // DAY).label("day")
    columns = (day, kind.label("kind"), found.group_key, found.length, literal(1).label("number"))
    return select(*columns).where(within(found.ended, begin, end))


def _in_spans(begin: int, end: int) -> ColumnElement[bool]:
    spans = tables.spans.c
    return and_(spans.day.between(begin // DAY, (end - 1) // DAY), spans.ended > begin, spans.began < end)


def _part(begin: int, end: int) -> ColumnElement[int]:
    """Return how much of a span lies in the stretch."""
    spans = tables.spans.c
    return case((spans.ended > end, end), else_=spans.ended) - case((spans.began < begin, begin), else_=spans.began)


def _zeros(number: int) -> list[ColumnElement[int]]:
    return [literal(0)] * number
