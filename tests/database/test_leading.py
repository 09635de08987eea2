"""The leader, of which there is one, and what it does: it keeps the log short."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loadzone.database import commit_log, connection, leader, snapshot_table
from loadzone.database.leader import Leader
from loadzone.datafile import writer
from loadzone.lib.times import steady_seconds
from support.waiting import eventually
from unit.stores import put

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'loadzone leader'"


def leading(stores):
    return [store for store in stores if store._durable.leader.leads]


def snapshot_at(database):
    return database.execute("SELECT max(seq) FROM loadzone.snapshot_parts").fetchone()[0]


@pytest.fixture
def nodes(open_store):
    return [open_store() for _ in range(3)]


def test_one_node_leads_and_another_one_when_it_stops(nodes):
    eventually(lambda: len(leading(nodes)) == 1)
    [first] = leading(nodes)
    first.close()
    others = [node for node in nodes if node is not first]
    eventually(lambda: len(leading(others)) == 1)


def test_a_leader_whose_session_is_ended_leads_no_longer_than_another_does(nodes, database):
    eventually(lambda: leading(nodes))
    database.execute(TERMINATE)
    eventually(lambda: leading(nodes))
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7001002 AND granted"
    assert database.execute(held).fetchone()[0] <= 1


def test_the_leader_writes_a_snapshot_when_the_log_has_grown(open_store, database):
    store = open_store()
    for number in range(20):
        put(store, f"vm-{number}", description="x" * 200)
    eventually(lambda: snapshot_at(database) > 0)
    put(store, "after it")
    assert list(open_store().snapshot.vms) == list(store.snapshot.vms)


def test_old_commits_go_and_a_node_that_is_far_behind_loads_all_anew(open_store, database, monkeypatch):
    monkeypatch.setattr(commit_log, "STAY", 2)
    store = open_store()
    eventually(lambda: leading([store]))
    behind = open_store()
    put(store, "first")
    monkeypatch.setattr(type(behind._durable), "missed", ())
    for number in range(20):
        put(store, f"vm-{number}", description="x" * 200)
    eventually(lambda: snapshot_at(database) > 3)
    assert database.execute("SELECT min(seq) FROM loadzone.commits").fetchone()[0] == snapshot_at(database) - 2
    put(behind, "own")
    assert list(behind.snapshot.vms) == ["first", *(f"vm-{number}" for number in range(20)), "own"]


@pytest.fixture
def no_leader(database):
    """Let no node lead, so that none writes a snapshot by itself."""
    database.execute("SELECT pg_advisory_lock(%s)", [leader.LOCK])


def test_a_large_snapshot_is_written_in_parts_and_read_as_one(no_leader, open_store, database, monkeypatch):
    monkeypatch.setattr(snapshot_table, "PART", 1000)
    monkeypatch.setattr(writer, "SLICE", 300)
    store = open_store()
    for number in range(20):
        put(store, f"vm-{number}", description="ж" * 200)
    store._durable._snapshots.save_if_due()
    numbers = [number for (number,) in database.execute("SELECT part FROM loadzone.snapshot_parts ORDER BY part")]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 3
    assert open_store().snapshot == store.snapshot


def test_while_a_snapshot_is_written_the_leader_leads_and_changes_are_made(open_store, database, monkeypatch):
    writing, go_on = threading.Event(), threading.Event()

    def slices(state):
        writing.set()
        assert go_on.wait(20)
        return real(state)

    real = writer.slices
    monkeypatch.setattr(writer, "slices", slices)
    store = open_store()
    put(store, "vm", description="x" * 500)
    assert writing.wait(20)
    leader_of_now = store._durable.leader._until
    eventually(lambda: store._durable.leader._until > leader_of_now + 2 * leader.BEAT)
    put(store, "other", description="y" * 500)
    go_on.set()
    eventually(lambda: snapshot_at(database) > 0)
    assert open_store().snapshot == store.snapshot


def test_a_snapshot_may_be_written_slowly(no_leader, open_store, database, monkeypatch):
    """On a busy node the time between two parts may be longer than the holder of the lock may be idle."""
    store, real = open_store(), writer.slices
    put(store, "vm", description="x" * 500)
    monkeypatch.setattr(connection, "_SESSION", connection._SESSION.replace("2500ms", "500ms"))

    def slowly(state):
        threading.Event().wait(0.8)
        yield from real(state)

    monkeypatch.setattr(writer, "slices", slowly)
    store._durable._snapshots.save_if_due()
    assert snapshot_at(database) == 1


def test_two_snapshots_at_once_do_not_mix(no_leader, open_store, database, cluster):
    stores = [open_store(), open_store()]
    for store in stores:
        put(store, f"vm-{id(store)}", description="x" * 1000)
    with psycopg.connect(cluster.url) as other, ThreadPoolExecutor(2) as pool:
        snapshot_table.lock(other)
        saving = [pool.submit(store._durable._snapshots.save_if_due) for store in stores]
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'loadzone.snapshot_parts'::regclass AND NOT granted"
        eventually(lambda: database.execute(waiting).fetchone() == (2,))
        other.rollback()
        for one in saving:
            one.result(20)
    assert database.execute("SELECT count(DISTINCT seq) FROM loadzone.snapshot_parts").fetchone() == (1,)
    assert open_store().snapshot.vms.keys() == stores[1].snapshot.vms.keys()


def test_the_database_is_asked_only_when_the_log_may_have_grown_enough(no_leader, open_store, monkeypatch):
    store, asked = open_store(), []
    put(store, "vm", description="x" * 5000)
    snapshots, real = store._durable._snapshots, snapshot_table.sizes
    snapshots.save_if_due()
    monkeypatch.setattr(snapshot_table, "sizes", lambda connection: asked.append(1) or real(connection))
    put(store, "small")
    snapshots.save_if_due()
    assert not asked
    put(store, "large", description="x" * 5000)
    snapshots.save_if_due()
    assert asked


def test_a_snapshot_of_a_commit_that_the_log_has_lost_is_not_written(no_leader, open_store, database):
    store = open_store()
    put(store, "vm", description="x" * 500)
    store.close()  # or it may see that, and load all anew
    database.execute("UPDATE loadzone.commits SET id = gen_random_uuid()")
    store._durable._snapshots.save_if_due()
    assert snapshot_at(database) == 0


@pytest.fixture
def quick_leader(place, open_store, monkeypatch):
    """Return a leader whose lease lasts a second, and that is doing work which does not end before the test."""
    open_store().close()  # which has made the tables
    monkeypatch.setattr(leader, "LEASE", 1)
    monkeypatch.setattr(leader, "BEAT", 0.1)
    ended = threading.Event()
    quick = Leader(place.url, lambda: ended.wait(60))
    yield quick
    quick.stop()
    ended.set()


def test_work_that_takes_longer_than_the_lease_costs_no_leadership(quick_leader):
    quick_leader.start()
    eventually(lambda: quick_leader.leads)
    until = quick_leader._until
    eventually(lambda: quick_leader.leads and quick_leader._until > until + 2)


def test_a_leader_is_alone_once_the_lease_of_the_one_before_must_be_over(quick_leader):
    alone = []
    quick_leader.when_begun(lambda: alone.append(quick_leader.leads_alone))
    began = steady_seconds()
    quick_leader.start()
    eventually(lambda: quick_leader.leads_alone)
    assert alone[0] is False
    assert steady_seconds() - began >= 1


def test_a_leader_whose_lease_ran_out_begins_anew(quick_leader):
    begun = []
    quick_leader.when_begun(lambda: begun.append(1))
    quick_leader.start()
    eventually(lambda: begun)
    quick_leader._until = -math.inf
    eventually(lambda: len(begun) >= 2)


def test_what_the_leader_says_is_known_on_all_nodes_until_the_next_one_says_something(nodes):
    words = ["", "", ""]
    for number, node in enumerate(nodes):
        node._durable.leader.share(lambda number=number: words[number])
    eventually(lambda: leading(nodes))
    [first] = leading(nodes)
    words[nodes.index(first)] = "trouble"
    eventually(lambda: {node._durable.leader.shared for node in nodes} == {"trouble"})
    first.close()
    others = [node for node in nodes if node is not first]
    eventually(lambda: {node._durable.leader.shared for node in others} == {""})


def test_a_node_leads_whatever_has_happened_before(quick_leader, caplog):
    failed = []

    def fail_once():
        if not failed:
            failed.append(1)
            raise ValueError("nobody has thought of this")

    quick_leader.when_begun(fail_once)
    quick_leader.start()
    eventually(lambda: quick_leader.leads_alone)
    assert "nobody has thought of this" in caplog.text
