"""A store refuses to start on a database that it cannot use, with a sentence for the operator."""

import pytest

from loadzone.database import reaching
from loadzone.database.address import is_readable, place_of
from loadzone.database.connection import connect
from loadzone.database.schema import UnusableDatabase
from storage import DurableStore
from support.postgres_durable import PostgresKept
from unit.stores import put

PROMISED = ("default_transaction_isolation", "synchronous_commit", "lock_timeout")


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    monkeypatch.setattr(reaching, "PATIENCE", 0)


def refused(place):
    """Return the sentence with which the start is refused; no connection may stay."""
    with pytest.raises(UnusableDatabase) as caught:
        DurableStore(place.durable())
    return str(caught.value)


UNREADABLE = [
    "postgresql//ann:hunter2@db/board",
    "mysql://ann:hunter2@db/board",
    "host=db password=correct hunter2",
    "postgresql://ann:100%hunter2@db/board",
    "postgresql://ann:correct@hunter2@db/board",
    "postgresql://ann:correct/hunter2@db/board",
    "postgresql://ann:correct@db:hunter2/board",
    "postgresql://ann:hunter2@[::1/board",
    "postgresql://db/board?password=a&hunter2=b",
]


@pytest.mark.parametrize("url", UNREADABLE)
def test_an_address_that_cannot_be_read_is_not_shown(url):
    assert "it is not the address of a database; write it as postgresql://user:" in refused(PostgresKept(url))
    assert PostgresKept(url).durable().place == "LOADZONE_DATABASE_URL"


READABLE = [
    "postgresql://ann:a%40b%2Fc%25@db:5433/board",
    "postgres://ann@one,two:5433/board?sslmode=require",
    "host=db dbname=board user=ann password='a @ / b'",
]


@pytest.mark.parametrize("url", READABLE)
def test_an_address_that_can_be_read(url):
    assert is_readable(url)
    assert place_of(url).startswith("the database board on ")


def test_a_server_that_is_not_there(place):
    place.url = place.url.replace("/tmp", "/nowhere")
    assert "No such file or directory" in refused(place)


def test_a_server_that_is_too_old(place, monkeypatch):
    monkeypatch.setattr(reaching, "OLDEST_SERVER", 990000)
    assert "LoadZone needs 99 or later" in refused(place)


def test_a_server_that_takes_no_writes(place, cluster, database):
    database.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        assert "read-only" in refused(place)
    finally:
        database.execute("ALTER DATABASE postgres RESET default_transaction_read_only")


def test_a_role_that_may_not_make_tables(place, database):
    database.execute("CREATE ROLE guest LOGIN")
    place.url = place.url.replace("user=postgres", "user=guest")
    try:
        assert "permission denied" in refused(place)
    finally:
        database.execute("DROP ROLE guest")


def test_a_schema_of_somebody_else(place, database):
    database.execute("CREATE SCHEMA loadzone; CREATE TABLE loadzone.zones(name text)")
    assert "somebody else's" in refused(place)
    assert database.execute("SELECT to_regclass('loadzone.commits')").fetchone() == (None,)


def test_tables_of_a_newer_version(store, database, place):
    database.execute("UPDATE loadzone.version SET number = 99")
    assert "of version 99" in refused(place)


def test_a_commit_of_a_newer_version(store, database, place):
    put(store, "vm")
    database.execute("UPDATE loadzone.commits SET body = convert_to('{\"commit format\": 2}', 'UTF8') WHERE seq = 1")
    assert "a newer LoadZone has written" in refused(place)


def test_a_password_is_in_no_sentence(place):
    url = "postgresql://ann:secret@127.0.0.1:1/board?connect_timeout=1"
    durable = PostgresKept(url).durable()
    assert durable.place == "the database board on 127.0.0.1"
    assert "secret" not in refused(PostgresKept(url))


def test_sessions_keep_promises_whatever_the_database_sets_for_others(place, database):
    for setting in ("default_transaction_isolation = 'serializable'", "synchronous_commit = off"):
        database.execute(f"ALTER DATABASE postgres SET {setting}")
    try:
        with connect(place.url, "test") as connection:
            shown = [connection.execute(f"SHOW {name}").fetchone()[0] for name in PROMISED]
        assert shown == ["read committed", "on", "6s"]
    finally:
        database.execute("ALTER DATABASE postgres RESET ALL")


def test_a_waiting_standby_is_still_waited_for(place, database):
    database.execute("ALTER DATABASE postgres SET synchronous_commit = remote_apply")
    try:
        with connect(place.url, "test") as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("remote_apply",)
    finally:
        database.execute("ALTER DATABASE postgres RESET ALL")
