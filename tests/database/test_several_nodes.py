"""Several stores over one database: all of them apply the same commits in the same order."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loadzone.database.schema import LOCK
from loadzone.domain.commit import CannotSave
from loadzone.domain.records import State, Vm
from storage import DurableStore
from support.server import ROOT
from support.stores import write
from support.waiting import eventually
from support.world import unit
from unit.stores import put


@pytest.fixture
def nodes(open_store):
    return [open_store(), open_store(), open_store()]


def test_a_change_on_one_node_is_seen_by_the_next_change_on_another(nodes):
    one, two, _ = nodes
    put(one, "vm", description="by one")
    assert two.do(unit, lambda uow: uow.vms["vm"].description) == "by one"
    put(two, "vm", description="by two")
    assert one.do(unit, lambda uow: uow.vms["vm"].description) == "by two"


def test_nodes_that_do_nothing_hear_of_it(nodes):
    put(nodes[0], "vm")
    for node in nodes[1:]:
        eventually(lambda node=node: list(node.snapshot.vms) == ["vm"])


def test_a_node_whose_listener_was_cut_off_hears_again(nodes, database):
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% listener'")
    put(nodes[0], "vm")
    eventually(lambda: list(nodes[1].snapshot.vms) == ["vm"])


def test_what_arrives_while_the_lock_is_waited_for_is_one_batch(nodes, database):
    one, commits = nodes[0], "SELECT count(*) FROM loadzone.commits"
    before = database.execute(commits).fetchone()[0]
    database.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    with ThreadPoolExecutor(6) as pool:
        changes = [pool.submit(put, one, f"vm-{number}") for number in range(6)]
        eventually(lambda: one._open and len(one._open.waiting) == 6)
        database.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        for change in changes:
            change.result(20)
    assert database.execute(commits).fetchone()[0] == before + 1


def test_a_start_does_not_copy_the_state_for_each_commit(store, open_store, monkeypatch):
    for number in range(5):
        put(store, f"vm-{number}")
    monkeypatch.setattr(State, "copy", lambda state: pytest.fail("the state is copied"))
    assert list(open_store().snapshot.vms) == [f"vm-{number}" for number in range(5)]


def test_all_nodes_publish_all_commits_in_the_same_order(nodes):
    heard = {number: [] for number in range(len(nodes))}
    for number, node in enumerate(nodes):
        node.subscribe(lambda commit, number=number: heard[number].extend(commit.after.vms.keys() - commit.before.vms))
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: put(nodes[n % 3], f"vm-{n}"), range(120)))
    eventually(lambda: {len(names) for names in heard.values()} == {120})
    order = [list(node.snapshot.vms) for node in nodes]
    assert order[0] == order[1] == order[2]
    assert {node.snapshot.revision for node in nodes} == {nodes[0].snapshot.revision}
    for names in heard.values():
        assert [sorted(names)] == [sorted(order[0])]


def test_one_machine_is_given_to_one_of_many(nodes):
    def take(number):
        def work(uow):
            if "vm" in uow.vms:
                raise KeyError(uow.vms["vm"].description)
            uow.vms["vm"] = Vm("vm", description=f"{number}")

        try:
            nodes[number % 3].do(unit, work)
        except KeyError as error:
            return error.args[0]
        return f"{number}"

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(take, range(60)))) == 1


def test_nodes_that_start_at_once_make_the_tables_once(place):
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: DurableStore(place.durable(b'{"vms": [{"id": "a"}]}')), range(6)))
    put(stores[0], "b")
    assert stores[1].do(unit, lambda uow: list(uow.vms)) == ["a", "b"]
    for store in stores:
        store.close()


def test_a_commit_of_a_newer_version_stops_a_node_and_says_so(nodes, database, caplog):
    one, two, _ = nodes
    put(one, "vm")
    assert two.do(unit, lambda uow: list(uow.vms)) == ["vm"]
    database.execute(
        "INSERT INTO loadzone.commits(seq, id, body) "
        "SELECT max(seq) + 1, gen_random_uuid(), convert_to('{\"commit format\": 2}', 'UTF8') FROM loadzone.commits"
    )
    for node in (one, two):
        with pytest.raises(CannotSave):
            put(node, "other")
        assert (node.is_failing, list(node.snapshot.vms)) == (True, ["vm"])
    assert "a newer LoadZone has written" in caplog.text


def test_a_node_whose_last_commit_the_log_does_not_have_loads_all_anew(nodes, database):
    """As after a failover to a standby that was behind."""
    one, two, _ = nodes
    put(one, "kept")
    put(one, "lost")
    assert two.do(unit, lambda uow: list(uow.vms)) == ["kept", "lost"]
    commits = []
    two.subscribe(commits.append)
    database.execute("DELETE FROM loadzone.commits WHERE seq = (SELECT max(seq) FROM loadzone.commits)")
    put(one, "next")
    assert list(one.snapshot.vms) == ["kept", "next"]
    eventually(lambda: list(two.snapshot.vms) == ["kept", "next"])
    assert {key for commit in commits for key in commit.touched.vms} == {"lost", "next"}


def test_what_is_removed_and_added_again_comes_to_the_end_everywhere(nodes, open_store):
    one, two, _ = nodes
    put(one, "a", "b", "c")
    write(one, remove=["a"])
    put(one, "a")

    def again(uow):
        record = uow.vms["b"]
        del uow.vms["b"]
        uow.vms["b"] = record

    one.do(unit, again)
    assert two.do(unit, lambda uow: list(uow.vms)) == list(one.snapshot.vms) == ["c", "a", "b"]
    assert list(open_store().snapshot.vms) == ["c", "a", "b"]


def test_green_threads_go_on_while_a_change_waits_for_the_lock(place, cluster):
    """In a process of its own, which has gevent's threads as the server has."""
    program = [sys.executable, str(ROOT / "tests/database/green.py"), place.url]
    with (
        psycopg.connect(cluster.url) as holder,
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running,
    ):
        assert running.stdout.readline() == "open\n"
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        release = threading.Timer(20, holder.rollback)  # where nothing ticks
        release.start()
        running.stdin.write("write\n")
        running.stdin.flush()
        first = running.stdout.readline()
        release.cancel()
        holder.rollback()
        answer, _ = running.communicate(timeout=30)
    assert (first, answer) == ("ticked\n", "done\n")
