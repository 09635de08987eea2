"""Forgets what is too old in the usage tables, and people of whom nothing is known any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from loadzone.reports.usage import progress, tables
from loadzone.reports.usage.instants import DAY, QUARTER, as_number
from loadzone.reports.usage.writing import add_up


def forget_before(connection: Connection, before: datetime) -> bool:
    """Forget the oldest day (UTC) that is over before this time. Tell whether there was one: then call again.

    Of each machine that is there the last booking stays: it says since when the machine is unused.
    """
    days = [day for day in _oldest_days(connection) if day < as_number(before) // DAY]
    if not days:
        return False
    progress.lock(connection)
    day = min(days)
    end = (day + 1) * DAY
    _begin_at(connection, end)
    connection.execute(tables.spans.delete().where(tables.spans.c.day <= day))
    for table in tables.BY_DAY:
        connection.execute(table.delete().where(table.c.day <= day))
    connection.execute(tables.quarters.delete().where(tables.quarters.c.quarter < end // QUARTER))
    connection.execute(tables.waits.delete().where(tables.waits.c.ended < end))
    connection.execute(tables.bookings.delete().where(tables.bookings.c.ended < end, _is_not_the_last()))
    progress.note_start(connection, max(end, progress.since(connection) or end))
    return True


def forget_unused_names(connection: Connection) -> None:
    """Forget people of whom nothing is known any more; call it after `forget_before` has forgotten something."""
    keys = [select(table.c.person).where(table.c.person.is_not(None)) for table in (tables.bookings, tables.waits)]
    connection.execute(tables.people.delete().where(*(tables.people.c.key.not_in(known) for known in keys)))


def _begin_at(connection: Connection, end: int) -> None:
    """Let what goes on over the end of a day begin there."""
    spans, machines = tables.spans.c, tables.machines.c
    number = func.count().label("number")
    over = select(spans.group_key, func.count(spans.person), number).where(
        spans.day == end // DAY - 1, spans.ended == end
    )
    counts = or_(machines.person.is_not(None), and_(machines.in_service, not_(machines.gone)))
    runs = select(machines.group_key, func.count(machines.person), number).where(counts, machines.since < end)
    for query in (over.group_by(spans.group_key), runs.group_by(machines.group_key)):
        rows = connection.execute(query).all()
        edges = [(end // QUARTER, key, booked, booked * end, service, service * end) for key, booked, service in rows]
        add_up(connection, tables.quarters, edges)
    connection.execute(tables.machines.update().where(machines.since < end).values(since=end))


def _oldest_days(connection: Connection) -> list[int]:
    """Return the oldest day of each table from which something can be forgotten."""
    found, waits = tables.bookings.c, tables.waits.c
    first = (
        connection.scalar(select(func.min(tables.spans.c.day))),
        _day(connection.scalar(select(func.min(tables.quarters.c.quarter))), DAY // QUARTER),
        _day(connection.scalar(select(func.min(found.ended)).where(_is_not_the_last())), DAY),
        _day(connection.scalar(select(func.min(waits.ended))), DAY),
    )
    return [day for day in first if day is not None]


def _day(number: int | None, size: int) -> int | None:
    return None if number is None else number // size


def _is_not_the_last() -> ColumnElement[bool]:
    """Tell of a booking whether its machine had another one later, or is gone."""
    found, later, machine = tables.bookings.c, tables.bookings.alias("later"), tables.machines.c
    has_later = exists().where(later.c.vm == found.vm, later.c.began > found.began)
    is_there = exists().where(and_(machine.vm == found.vm, machine.gone.is_(False)))
    return has_later | ~is_there
