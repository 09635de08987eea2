"""A node that hears nothing of the database knows for how long, whatever hangs, and goes on once it hears again."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loadzone.database import commit_log, connection, listener
from loadzone.database.connection import Connection
from loadzone.database.postgres_log import PostgresLog
from loadzone.database.schema import LOCK
from loadzone.domain.commit import CannotSave
from loadzone.domain.durable import CannotLoad
from loadzone.lib.times import steady_seconds
from storage import DurableStore
from support.durables import JsonKept
from support.waiting import eventually
from unit.stores import put

SOON = 0.3  # seconds


@pytest.fixture
def far(place, cluster, proxy, monkeypatch):
    """Return a store that reaches the database through the proxy, and gives up soon."""
    for name in ("HEARTBEAT", "ANSWERED_WITHIN", "ANSWERED_WITHIN_AT_MOST", "PAUSE"):
        monkeypatch.setattr(listener, name, SOON)
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT", 2)  # the shortest that libpq knows
    monkeypatch.setattr(Connection, "within", SOON)
    place.url = cluster.url.replace(str(cluster.folder), proxy.folder)
    store = DurableStore(place.durable(patience=SOON))
    place.url = cluster.url
    yield store
    store.close()


def certain_at(store):
    """Return the last moment, of the steady clock, at which the store was certain to have everything."""
    return steady_seconds() - store._durable.behind_at_most


def is_certain_again(store):
    """Wait until the store is certain to have what was there when this is called."""
    now = steady_seconds()
    return eventually(lambda: certain_at(store) >= now)


def test_a_node_whose_connections_hang_grows_uncertain_and_then_catches_up(far, proxy, open_store):
    other = open_store()
    is_certain_again(far)
    proxy.swallow()
    put(other, "vm")
    eventually(lambda: far._durable.behind_at_most > 4 * SOON)
    assert not far.snapshot.vms
    proxy.let_pass()
    is_certain_again(far)
    assert list(far.snapshot.vms) == ["vm"]


def test_a_change_is_refused_where_the_connection_hangs(far, proxy):
    proxy.swallow()
    with pytest.raises(CannotSave):
        put(far, "vm")
    proxy.let_pass()
    eventually(lambda: is_put(far, "after"))
    assert list(far.snapshot.vms) == ["after"]


def is_put(store, vm_id):
    """Tell whether it could be written, for which a busy machine may not be quick enough."""
    try:
        put(store, vm_id)
    except CannotSave:
        return False
    return True


def test_an_answer_that_is_slow_but_comes_is_given_more_time(far, monkeypatch, open_store):
    monkeypatch.setattr(listener, "ANSWERED_WITHIN_AT_MOST", 8 * SOON)
    real, within = commit_log.look, []

    def look(connection, after):
        within.append(connection.within)
        connection.execute(f"SELECT pg_sleep({2 * SOON})")
        return real(connection, after)

    monkeypatch.setattr(commit_log, "look", look)
    is_certain_again(far)
    assert max(within) > 2 * SOON


def test_waiting_for_the_lock_is_no_uncertainty(open_store, cluster):
    """Another node hangs with the lock: what is committed is known all the same."""
    store = open_store()
    with psycopg.connect(cluster.url) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        waiting = pool.submit(put, store, "vm")
        is_certain_again(store)
        assert not waiting.done()
        holder.rollback()
        waiting.result(20)


def test_turns_alone_make_certain_too(open_store, monkeypatch):
    monkeypatch.setattr(PostgresLog, "follow", lambda log, tell: None)  # nothing listens
    store = open_store()
    began = steady_seconds()
    put(store, "vm")
    assert certain_at(store) >= began


def test_a_commit_while_the_node_looks_is_heard(open_store, monkeypatch):
    """Not only at the next heartbeat, which is a minute away."""
    monkeypatch.setattr(listener, "HEARTBEAT", 60)
    real, looked = commit_log.look, []
    first = open_store()

    def look(connection, after):
        answer = real(connection, after)
        if connection.info.get_parameters()["application_name"].endswith("listener") and not looked:
            looked.append(put(first, "vm"))
        return answer

    monkeypatch.setattr(commit_log, "look", look)
    second = open_store()
    eventually(lambda: looked)
    eventually(lambda: list(second.snapshot.vms) == ["vm"], timeout=20)


def test_over_a_file_nothing_is_ever_behind(tmp_path):
    durable = JsonKept(tmp_path).durable()
    assert durable.behind_at_most == 0
    durable.close()


def test_a_listener_goes_on_whatever_happens_to_it(open_store, monkeypatch, caplog):
    monkeypatch.setattr(listener, "HEARTBEAT", SOON)
    first, second = open_store(), open_store()
    real, failed = commit_log.look, []

    def fail_once(connection, after):
        if not failed:
            failed.append(after)
            raise ValueError("nobody has thought of this")
        return real(connection, after)

    monkeypatch.setattr(commit_log, "look", fail_once)
    eventually(lambda: failed)
    put(first, "vm")
    eventually(lambda: list(second.snapshot.vms) == ["vm"])
    assert "nobody has thought of this" in caplog.text


def test_a_log_that_ends_before_its_snapshot_is_said_in_a_sentence(open_store, place, database):
    put(open_store(), "vm")
    database.execute("TRUNCATE loadzone.commits")
    with pytest.raises(CannotLoad, match="ends before its snapshot"):
        DurableStore(place.durable())
