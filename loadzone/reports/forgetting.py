"""Deletes what is oldest in the history, some at a time: lines, and what they add up to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from loadzone.reports.tables import lines
from loadzone.reports.usage.forgetting import forget_before, forget_unused_names


def forget(connection: Connection, before: datetime, at_most: int) -> int:
    """Delete so many of the oldest lines from before this time, by their ids; return how many there were."""
    oldest = select(lines.c.id, lines.c.at).order_by(lines.c.id).limit(at_most)
    ids = [row.id for row in connection.execute(oldest) if row.at < before]
    if ids:
        connection.execute(delete(lines).where(lines.c.id.in_(ids)))
    return len(ids)


def forget_usage(connection: Connection, before: datetime) -> bool:
    """Forget the oldest day of the figures of usage; tell whether there was one."""
    if not forget_before(connection, before):
        return False
    forget_unused_names(connection)
    return True
