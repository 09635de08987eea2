"""Old lines of the history are deleted some at a time, in either database, whatever clocks did."""

from datetime import timedelta
from functools import partial

import psycopg
import pytest
from sqlalchemy import select

from loadzone.reports.engines import postgres_engine, sqlite_engine
from loadzone.reports.forgetting import forget
from loadzone.reports.history_database import HistoryDatabase
from loadzone.reports.tables import hours, lines
from support.histories import NOON, line

DAY = timedelta(days=1)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request, tmp_path):
    if request.param == "SQLite":
        engine = sqlite_engine(tmp_path / "history.sqlite")
    else:
        address = request.getfixturevalue("cluster").make_database()
        with psycopg.connect(address) as connection:
            connection.execute("CREATE SCHEMA loadzone")
        engine = postgres_engine(partial(psycopg.connect, address))
    database = HistoryDatabase(engine, "the database")
    yield database
    database.close()


def fill(database, *ages):
    """Add lines that are so many days old."""
    database.append([line(number, at=NOON - age * DAY) for number, age in enumerate(ages, 1)])


def forgotten(database, at_most=1000):
    return database.write(partial(forget, before=NOON - 10 * DAY, at_most=at_most))


def left(database):
    query = select(lines.c.number).order_by(lines.c.id)
    return database.read(lambda connection: connection.execute(query).scalars().all())


def test_only_old_lines_are_deleted_and_only_so_many_at_a_time(database):
    fill(database, 30, 29, 28, 11, 9, 1)
    assert [forgotten(database, at_most=3) for _ in range(3)] == [3, 1, 0]
    assert left(database) == [5, 6]


def test_lines_of_a_clock_that_was_wrong_keep_nothing_and_take_nothing_along(database):
    fill(database, 30, -4000, 29, 20_000, 28, 5, 20_000, 1)
    assert [forgotten(database, at_most=3) for _ in range(3)] == [3, 2, 0]
    assert left(database) == [2, 6, 8]


def test_what_is_deleted_is_found_no_more(database):
    fill(database, 30, 1)
    forgotten(database)
    kept = database.read(lambda connection: connection.execute(select(hours.c.first, hours.c.last)).all())
    assert kept == [(2, 2)]


def test_an_empty_history_has_nothing_to_forget(database):
    assert forgotten(database) == 0
