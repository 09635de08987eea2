"""Nodes of an older version stop when a newer one has written what they do not know."""

from contextlib import closing

from loadzone.database import commit_codec, schema
from loadzone.database.connection import connect
from loadzone.database.postgres_log import PostgresLog
from nodes.refused import refusal
from storage import DurableStore
from support.answers import done
from support.listener import Listener
from support.people import Person
from support.waiting import eventually

NEWER = """
    INSERT INTO loadzone.commits(seq, id, body)
    SELECT max(seq) + 1, gen_random_uuid(), convert_to('{"commit format": 99}', 'UTF8') FROM loadzone.commits
"""
STOPS = "this node stops: a newer LoadZone has written to the database; upgrade this one"


def last_commit(database):
    return database.execute("SELECT max(seq) FROM loadzone.commits").fetchone()


def test_a_newer_commit_stops_older_nodes_and_cuts_their_sockets(server, second, alice, database):
    with Listener(Person(second).sign_in()) as listener:
        database.execute(NEWER)
        planted = last_commit(database)
        for node in (server, second):
            status, output = node.ended()
            assert (status, output.count(STOPS)) == (3, 1), output
            assert "Traceback" not in output
        eventually(lambda: not listener.connected)
    assert last_commit(database) == planted


def test_a_change_that_meets_a_newer_commit_is_refused_and_nothing_is_half_done(server, alice, vm, database):
    with database.transaction():
        database.execute("SELECT pg_advisory_xact_lock(%s)", [schema.LOCK])
        database.execute(NEWER)
        planted = last_commit(database)
    try:
        answer = alice.book(vm)
    except OSError:
        answer = None  # it had stopped by then
    assert answer is None or (answer.status_code, answer.json()["code"]) == (503, "cannot_save")
    assert server.ended()[0] == 3
    assert last_commit(database) == planted


def test_a_node_with_newer_tables_stops_older_nodes(server, alice, vm, database, database_url, monkeypatch):
    for module, name in ((schema, "VERSION"), (commit_codec, "TABLES_VERSION")):
        monkeypatch.setattr(module, name, 2)
    monkeypatch.setitem(schema._UPGRADES, 2, ("ALTER TABLE loadzone.commits ADD COLUMN note text",))
    with connect(database_url, "test") as newer:
        schema.prepare(newer, b"{}")
        schema.prepare(newer, b"{}")
    planted = last_commit(database)
    assert (server.ended()[0], server.log.count(STOPS)) == (3, 1)
    with closing(DurableStore(PostgresLog(database_url))) as store:
        assert vm in store.snapshot.vms
    assert last_commit(database) == planted
    said = refusal(database_url)
    assert "its tables are of version 2, and this LoadZone knows version 1: a newer LoadZone has been here" in said


def test_a_node_that_was_long_away_stops_at_newer_tables(server, second, alice, vm, database):
    database.execute("UPDATE loadzone.version SET number = 99")
    database.execute("UPDATE loadzone.commits SET id = gen_random_uuid()")  # so that all is read anew
    database.execute("SELECT pg_notify('loadzone', '99')")
    for node in (server, second):
        status, output = node.ended()
        assert status == 3
        assert "this node stops: its tables are of version 99" in output


def test_a_node_of_the_same_version_joins_and_leaves(server, second, start_node, vm):
    third = start_node()
    second.stop()
    ann = Person(third).sign_in()
    done(ann.book(vm))
    assert "stops" not in server.log
