"""How far the usage tables are: the epoch of the lines, and since when there are figures."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import DAY

NEVER = -1  # the epoch of no state
LOCK = 7_001_007  # the advisory lock of whoever changes the usage tables, in PostgreSQL


def lock(connection: Connection) -> None:
    """Let nobody else change the usage tables until the end of the transaction. In SQLite nobody can anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def since(connection: Connection) -> int | None:
    """Return since when there are figures; None: there are none."""
    found: int | None = connection.execute(select(tables.progress.c.since)).scalar()
    return found


def summed_to(connection: Connection) -> int | None:
    """Return the first day that has no sums yet; None: there are no figures at all."""
    found: int | None = connection.execute(select(tables.progress.c.summed)).scalar()
    return found


def begun(connection: Connection, at: int) -> int:
    """Return the first day that has no sums yet. Where there are no figures, note that there are from this time on."""
    found = summed_to(connection)
    if found is None:
        note_start(connection, at)
    return at // DAY if found is None else found


def note_summed(connection: Connection, day: int) -> None:
    """Note that the days before this one have sums."""
    connection.execute(tables.progress.update().values(summed=day))


def note_start(connection: Connection, at: int) -> None:
    """Note that there are figures since this time."""
    if since(connection) is None:
        connection.execute(tables.progress.insert().values(id=1, epoch=NEVER, since=at, changes=0, summed=at // DAY))
    else:
        connection.execute(tables.progress.update().values(since=at))
        note_change(connection)


def note_change(connection: Connection) -> None:
    """Note that figures of before may have changed by other things than lines."""
    columns = tables.progress.c
    connection.execute(tables.progress.update().values(changes=columns.changes + 1))


def epoch(connection: Connection) -> int | None:
    """Return the epoch of the state that the tables were compared with last; None: never."""
    found: int | None = connection.execute(select(tables.progress.c.epoch)).scalar()
    return found


def note_epoch(connection: Connection, number: int) -> None:
    """Note that the tables agree with a state of this epoch."""
    connection.execute(tables.progress.update().values(epoch=number))
    note_change(connection)
