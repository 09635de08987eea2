"""Histories in SQLite files: made, read and damaged."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone

from loadzone.domain.history_line import HistoryLine
from loadzone.reports.engines import sqlite_engine
from loadzone.reports.files import history_of
from loadzone.reports.history_database import HistoryDatabase

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def line(number, **fields):
    """Return a line of the history, a second after the one with the number before."""
    at = NOON + timedelta(seconds=number)
    return HistoryLine(**{"id": number, "epoch": 1, "at": at, "action": "booked", "email": "ann@example.com", **fields})


def make_history(path, numbers):
    """Make a history with lines of these numbers in the file."""
    database = HistoryDatabase(sqlite_engine(path), str(path))
    database.append([line(number, reason=f"reason {number}") for number in numbers])
    database.close()
    return path


def numbers_in(path):
    """Return the numbers of the lines in the file, in their order."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM lines ORDER BY id")]


def reasons_in(path):
    """Return the reasons of the lines in the file, in their order."""
    with closing(sqlite3.connect(path)) as connection:
        return [reason for (reason,) in connection.execute("SELECT reason FROM lines ORDER BY id")]


def change(path, statements):
    """Change the database by hand."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(statements)


def damage(path):
    """Overwrite a page in the middle of the file."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(content)


__all__ = ["NOON", "change", "damage", "history_of", "line", "make_history", "numbers_in", "reasons_in"]
