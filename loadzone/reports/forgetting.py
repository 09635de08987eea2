"""Deletes what is oldest in the history, some at a time: lines, and what they add up to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from loadzone.reports.id_range import hour_of
from loadzone.reports.tables import hours, lines
from loadzone.reports.usage.forgetting import forget_before, forget_unused_names


def forget(connection: Connection, before: datetime, at_most: int) -> int:
    """Delete so many of the oldest lines from hours that were over before this time; return how many there were.

    A line from the future, which a clock that was wrong has made, keeps no others from being deleted.
    """
    is_old = hours.c.hour < hour_of(before)
    last = connection.execute(select(func.max(hours.c.last)).where(is_old)).scalar()
    if last is None:
        return 0
    oldest = select(lines.c.id).where(lines.c.id <= last, lines.c.at < before).order_by(lines.c.id).limit(at_most)
    ids = connection.execute(oldest).scalars().all()
    connection.execute(delete(lines).where(lines.c.id.in_(ids)))
    if len(ids) < at_most:
        connection.execute(delete(hours).where(is_old))
    return len(ids)


def forget_usage(connection: Connection, before: datetime) -> bool:
    """Forget the oldest day of the figures of usage; tell whether there was one."""
    if not forget_before(connection, before):
        return False
    forget_unused_names(connection)
    return True
