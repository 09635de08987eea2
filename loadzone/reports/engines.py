"""SQLAlchemy's engines for the history: SQLite beside the data file, or PostgreSQL."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from loadzone.reports.online_copy import read_only
from loadzone.reports.schema import SCHEMA

Connect = Callable[[], DBAPIConnection]

BUSY_FOR = 2_000  # milliseconds that SQLite waits for another process
# What is left on the disk for bookings: the history is not written where less is free. A transaction may take some MB.
ROOM = 8_000_000  # bytes
ROOM_FOR_DATA = 3  # times the size of the data file, as backups leave (datafile/backups.py)
KEPT, CONNECTIONS = 2, 6  # connections to PostgreSQL
POOL_PATIENCE = 5.0  # seconds that is waited for one of them
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {BUSY_FOR}")


def sqlite_engine(path: Path) -> Engine:
    """Return an engine over this file, which is made with the first use, for its owner alone."""

    def connect() -> sqlite3.Connection:
        _make_if_missing(path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _make_if_missing(path: Path) -> None:
    """Make the file for its owner alone. One that is there is not opened.

    With the first descriptor that a process closes it loses its locks on the file, also those of SQLite. Another
    process would take the file for unused then, and delete the log that connections here go on with
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def look_at(path: Path, data: Path) -> tuple[int, int] | None:
    """Return what tells this history's file from another in its place; None: there is none.

    Raises OSError where too little room would be left for the data file.
    """
    needed = ROOM_FOR_DATA * (data.stat().st_size if data.exists() else 0) + ROOM
    if shutil.disk_usage(path.parent).free < needed:
        raise OSError(errno.ENOSPC, f"less than {needed // 1_000_000} MB are free on the disk")
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def sqlite_reader(path: Path) -> Engine:
    """Return an engine that reads this file, and neither makes nor changes it."""
    engine = create_engine("sqlite+pysqlite://", creator=lambda: read_only(path), poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """Begin a transaction as SQLite knows them: sqlite3 would begin none before a SELECT or a CREATE."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def postgres_engine(connect: Callable[[], object]) -> Engine:
    """Return an engine over psycopg's connections, which `connect` makes; the tables are in LoadZone's schema."""
    engine = create_engine("postgresql+psycopg://", creator=cast("Connect", connect), poolclass=NullPool)
    return engine.execution_options(schema_translate_map={None: SCHEMA})


def pooled_postgres_engine(connect: Callable[[], object]) -> Engine:
    """Return such an engine that keeps two connections which nobody uses, and makes six at most.

    A page takes a third of the time that it takes by a new connection, whose server process knows nothing yet.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=cast("Connect", connect),
        pool_size=KEPT,
        max_overflow=CONNECTIONS - KEPT,
        pool_timeout=POOL_PATIENCE,
        pool_pre_ping=True,
        pool_use_lifo=True,
        use_native_hstore=False,  # else each new connection asks for its types
    )
    return engine.execution_options(schema_translate_map={None: SCHEMA})
