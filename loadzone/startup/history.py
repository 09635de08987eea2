"""The history's own database, beside the data file or in PostgreSQL, and those who keep tables of it up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from loadzone.lib.concurrency import OwnThreads
from loadzone.reports import pseudonyms
from loadzone.reports.engines import look_at, pooled_postgres_engine, sqlite_engine
from loadzone.reports.files import history_of
from loadzone.reports.history_database import HistoryAway, HistoryDatabase, Keeper
from loadzone.reports.schema import UnusableHistory
from loadzone.reports.usage.keeper import keep
from loadzone.startup.cannot_start import unusable

log = logging.getLogger("loadzone.history")

THREADS = 4  # with more calls at once they wait for each other, and the data file never waits for them
KEEPERS: tuple[Keeper, ...] = (pseudonyms.keep, keep)


def history_beside(data: Path) -> HistoryDatabase:
    """Return the history in SQLite, beside the data file. Raises CannotStart."""
    path = history_of(data)
    look = partial(look_at, path, data)
    return prepared(HistoryDatabase(sqlite_engine(path), str(path), KEEPERS, OwnThreads(THREADS), look))


def history_in(connect: Callable[[], object], place: str) -> HistoryDatabase:
    """Return the history in PostgreSQL, by psycopg's connections that `connect` makes. The tables come with its use."""
    return HistoryDatabase(pooled_postgres_engine(connect), place, KEEPERS)


def prepared(database: HistoryDatabase) -> HistoryDatabase:
    """Make or upgrade the tables, if the database can be used now; return it. Raises CannotStart."""
    try:
        database.prepare()
    except UnusableHistory as error:
        raise unusable(database.place, error) from None
    except HistoryAway as error:  # the mover says so, and tries again
        log.debug("%s cannot be used: %s", database.place, error)
    return database
