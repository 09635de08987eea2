"""A store refuses to start on a database that it cannot use, with a sentence for the operator."""

import pytest

from loadzone.database import schema
from loadzone.database.schema import UnusableDatabase
from storage import DurableStore
from support.postgres_durable import PostgresKept
from unit.stores import put


def refused(place):
    """Return the sentence with which the start is refused; no connection may stay."""
    with pytest.raises(UnusableDatabase) as caught:
        DurableStore(place.durable())
    return str(caught.value)


def test_an_address_that_is_none():
    assert "missing" in refused(PostgresKept("postgresql//here"))


def test_a_server_that_is_not_there(place):
    place.url = place.url.replace("/tmp", "/nowhere")
    assert "No such file or directory" in refused(place)


def test_a_server_that_is_too_old(place, monkeypatch):
    monkeypatch.setattr(schema, "OLDEST_SERVER", 990000)
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
