"""How far the usage tables are: the epoch of the lines, and since when there are figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, text

from loadzone.domain.history_line import HistoryLine
from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import as_number

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


def note_lines(connection: Connection, lines: Sequence[HistoryLine]) -> None:
    """Note since when there are figures, where these are the first lines."""
    if since(connection) is None:
        note_start(connection, as_number(lines[0].at))


def note_start(connection: Connection, at: int) -> None:
    """Note that there are figures since this time."""
    if since(connection) is None:
        connection.execute(tables.progress.insert().values(id=1, epoch=NEVER, since=at, changes=0))
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
