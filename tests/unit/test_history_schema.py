"""The history's tables are made and upgraded as a whole or not at all; what is newer or somebody else's is refused."""

import sqlite3

import psycopg
import pytest
from sqlalchemy import create_engine, event, inspect, text

from loadzone.reports import schema
from loadzone.reports.schema import NewerHistory, UnusableHistory, latest, prepare, version_of

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{number}", {before}


def upgrade():
    op.create_table("table_{number}", sa.Column("id", sa.BigInteger(), primary_key=True))
    {more}
"""


def engine_of(path):
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@pytest.fixture
def migrations(tmp_path, monkeypatch):
    """Return a function that sets how many migrations there are, the last of which may do more."""
    monkeypatch.setattr(schema, "_MIGRATIONS", tmp_path / "migrations")

    def write(number, more=""):
        (tmp_path / "migrations" / "versions").mkdir(parents=True, exist_ok=True)
        schema._script.cache_clear()
        for n in range(1, number + 1):
            before = repr(f"{n - 1:04}") if n > 1 else None
            content = MIGRATION.format(number=f"{n:04}", before=before, more=more if n == number else "")
            (tmp_path / "migrations" / "versions" / f"{n:04}_x.py").write_text(content)

    write(2)
    yield write
    schema._script.cache_clear()


@pytest.fixture
def engine(tmp_path):
    engine = engine_of(tmp_path / "history.sqlite")
    yield engine
    engine.dispose()


def tables(engine):
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_all_tables_are_made_once(engine, migrations):
    for _ in range(2):
        with engine.begin() as connection:
            prepare(connection)
    assert tables(engine) == {"table_0001", "table_0002", "history_version"}
    with engine.begin() as connection:
        assert version_of(connection) == latest() == "0002"


def test_an_older_one_is_brought_up_to_this_version(engine, migrations):
    with engine.begin() as connection:
        prepare(connection)
        connection.execute(text("INSERT INTO table_0001 VALUES (7)"))
    migrations(4)
    with engine.begin() as connection:
        assert version_of(connection) == "0002"
        prepare(connection)
        assert version_of(connection) == "0004"
        assert connection.execute(text("SELECT id FROM table_0001")).scalars().all() == [7]


def test_one_that_fails_leaves_nothing_of_any(engine, migrations):
    with engine.begin() as connection:
        prepare(connection)
    migrations(4, more="raise RuntimeError('killed')")
    with pytest.raises(RuntimeError, match="killed"), engine.begin() as connection:
        prepare(connection)
    assert tables(engine) == {"table_0001", "table_0002", "history_version"}
    with engine.begin() as connection:
        assert version_of(connection) == "0002"


def test_a_newer_one_is_refused_and_left_as_it_is(engine, migrations):
    with engine.begin() as connection:
        prepare(connection)
        connection.execute(text("UPDATE history_version SET version_num = '0099'"))
    with pytest.raises(NewerHistory) as caught, engine.begin() as connection:
        prepare(connection)
    assert str(caught.value) == (
        "its history is of version 0099, and this LoadZone knows version 0002: "
        "a newer LoadZone has been here; start that one"
    )
    assert tables(engine) == {"table_0001", "table_0002", "history_version"}


def test_a_database_of_something_else_is_refused_and_left_as_it_is(engine, migrations):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs(x)"))
    with pytest.raises(UnusableHistory, match="of something else"), engine.begin() as connection:
        prepare(connection)
    assert tables(engine) == {"theirs"}


def test_postgresql_has_them_in_loadzones_schema(cluster, migrations):
    address = cluster.make_database()
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA loadzone"))
        prepare(connection)
        assert version_of(connection) == "0002"
        assert inspect(connection).get_table_names("loadzone") == ["history_version"]
    engine.dispose()
