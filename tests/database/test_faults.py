"""Lost connections and a database that goes away: what was acknowledged is kept, once, and nothing else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loadzone.database import commit_log, connection, writer
from loadzone.database.connection import connect
from loadzone.database.writer import Writer
from loadzone.domain.commit import CannotSave
from loadzone.domain.unit_of_work import AT_A_STRETCH
from storage import DurableStore
from support.durables import Watched
from support.waiting import eventually
from support.world import unit
from torture.cut_commits import count, misjudged
from unit.stores import put

WAITS_FOR_STANDBY = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'loadzone %'"


def commits(database):
    return database.execute("SELECT count(*) FROM loadzone.commits WHERE seq > 0").fetchone()[0]


def test_whatever_byte_a_commit_is_cut_at_it_is_made_once(cluster, place):
    """`make torture CUTS=1000` cuts more of them."""
    assert not misjudged(cluster, place.url, cuts=40, seed=1)


def test_a_commit_that_is_not_looked_up_is_misjudged_when_it_is_cut(cluster, place, monkeypatch):
    """The fault that the test above must find."""
    monkeypatch.setattr(Writer, "_happened", lambda writer, at, error: writer.drop())
    assert misjudged(cluster, place.url, cuts=40, seed=1)


@pytest.mark.parametrize("is_written", [True, False], ids=["after", "before"])
def test_a_commit_whose_answer_is_lost_is_looked_up(store, monkeypatch, database, is_written):
    real, lost = commit_log.append, []

    def lose_once(connection, at, body):
        if lost:
            return real(connection, at, body)
        lost.append(at)
        if is_written:
            real(connection, at, body)
        connection.close()
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(commit_log, "append", lose_once)
    runs = []
    assert store.do(unit, lambda uow: runs.append(1) or count(uow)) == 1
    assert (commits(database), len(runs)) == (1, 1 if is_written else 2)
    assert store.do(unit, count) == 2


def test_the_lookup_waits_for_a_server_that_may_still_be_writing(store, monkeypatch, database, cluster):
    """The connection is lost, but the server goes on with the commit for a while."""
    real = commit_log.append
    done = []

    def lose(connection, at, body):
        if done:
            return real(connection, at, body)

        def write_late():
            time.sleep(0.5)
            real(connection, at, body)
            connection.close()

        done.append(threading.Thread(target=write_late))
        done[0].start()
        store._durable._writer._connection = None
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(commit_log, "append", lose)
    assert store.do(unit, count) == 1
    done[0].join()
    assert commits(database) == 1


def test_a_commit_that_no_standby_has_yet_is_looked_up_once_it_has(store, database, cluster):
    """As after a crash, which lets a commit be seen before the standby has it."""
    store.do(unit, count)
    [(seq, identity)] = database.execute("SELECT seq, id FROM loadzone.commits ORDER BY seq DESC LIMIT 1").fetchall()
    answers = []

    def look_up():
        with connect(cluster.url, "test") as connection:
            answers.append(commit_log.has(connection, commit_log.Position(seq, identity)))

    try:
        _require_standby(database, "away")
        looking = threading.Thread(target=look_up)
        looking.start()
        eventually(lambda: database.execute(WAITS_FOR_STANDBY).fetchone()[0])
        assert not answers
    finally:
        _require_standby(database, "")
    looking.join(20)
    assert answers == [True]


def _require_standby(database, name):
    database.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    database.execute("SELECT pg_reload_conf()")
    eventually(lambda: database.execute("SHOW synchronous_standby_names").fetchone()[0] == name)


def test_terminated_connections_are_not_noticed_by_callers(store, database):
    for number in range(1, 6):
        database.execute(TERMINATE)
        assert store.do(unit, count) == number


def test_a_turn_that_is_terminated_is_taken_again(place, database):
    """The server ends the session while rules run."""
    ended = []

    def terminate_once(commit):
        if not ended:
            ended.append(database.execute(TERMINATE).fetchall())

    store = DurableStore(Watched(place.durable(), terminate_once))
    assert store.do(unit, count) == 1
    assert commits(database) == 1
    store.close()


def test_a_server_that_crashes_and_comes_back_refuses_nobody(store, cluster, place):
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(store.do, unit, count) for _ in range(10)]
        cluster.kill()
        calls += [pool.submit(store.do, unit, count) for _ in range(10)]
        cluster.launch()
        answers = sorted(call.result(30) for call in calls)
    assert answers == list(range(1, 21))
    assert place.kept == {"n": "20"}


def put_once_it_is_noticed(store, vm_id):
    """For a moment after a refusal, changes are refused without asking the database again."""

    def is_put():
        try:
            put(store, vm_id)
        except CannotSave:
            return False
        return True

    eventually(is_put)


def test_a_server_that_stays_away_refuses_changes_until_it_is_back(place, cluster):
    store = DurableStore(place.durable(patience=0.3))
    put(store, "vm")
    cluster.kill()
    try:
        with pytest.raises(CannotSave):
            put(store, "other")
        with pytest.raises(CannotSave):
            store.check()
        assert store.is_failing
        assert list(store.snapshot.vms) == ["vm"]
    finally:
        cluster.launch()
    put_once_it_is_noticed(store, "next")
    assert not store.is_failing
    assert place.kept == {"vm": "", "next": ""}
    store.close()


def test_a_database_that_has_just_gone_away_is_no_failure_yet(place, cluster):
    """Changes wait for it. A balancer that asks each node for its health would take all of them out."""
    store = DurableStore(place.durable(patience=60))
    cluster.kill()
    try:
        store.check()
        assert not store.is_failing
    finally:
        cluster.launch()
    store.close()


@pytest.mark.parametrize("is_written", [True, False], ids=["written", "not written"])
def test_a_commit_of_which_nobody_can_ask_is_unsure_until_the_server_is_back(place, cluster, monkeypatch, is_written):
    real, store = commit_log.append, DurableStore(place.durable(patience=0.3))
    put(store, "before")
    told = []
    store.subscribe(lambda commit: told.extend(commit.touched.vms))

    def lose(connection, at, body):
        if is_written:
            real(connection, at, body)
        cluster.kill()
        connection.close()
        raise psycopg.OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(commit_log, "append", lose)
        with pytest.raises(CannotSave) as caught:
            put(store, "vm")
    assert caught.value.unsure
    assert (list(store.snapshot.vms), told) == (["before"], [])
    cluster.launch()
    put_once_it_is_noticed(store, "next")
    assert told == list(store.snapshot.vms)[1:] == (["vm", "next"] if is_written else ["next"])
    store.close()


def test_a_commit_that_the_server_refuses_is_undone(store, database, place):
    put(store, "vm")
    database.execute(
        "CREATE FUNCTION loadzone.full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END$$"
    )
    database.execute(
        "CREATE TRIGGER full_disk BEFORE INSERT ON loadzone.commits FOR EACH ROW EXECUTE FUNCTION loadzone.full()"
    )
    with pytest.raises(CannotSave) as caught:
        put(store, "other")
    assert (caught.value.unsure, list(store.snapshot.vms)) == (False, ["vm"])
    database.execute("DROP TRIGGER full_disk ON loadzone.commits")
    put(store, "next")
    assert place.kept == {"vm": "", "next": ""}


def test_a_node_that_hangs_with_the_lock_is_cut_off_and_its_change_is_not_lost(place):
    hanging, go_on = threading.Event(), threading.Event()

    def hang_once(commit):
        if not hanging.is_set():
            hanging.set()
            assert go_on.wait(20)

    slow, quick = DurableStore(Watched(place.durable(), hang_once)), DurableStore(place.durable())
    with ThreadPoolExecutor(1) as pool:
        begin = time.monotonic()
        hung = pool.submit(slow.do, unit, count)
        assert hanging.wait(10)
        assert quick.do(unit, count) == 1
        assert 1 < time.monotonic() - begin < 10, "as long as idle_in_transaction_session_timeout"
        go_on.set()
        assert hung.result(20) == 2
    eventually(lambda: quick.snapshot.vms["n"].description == "2")
    slow.close(), quick.close()


def test_a_change_that_takes_longer_than_the_server_allows_is_refused_in_the_end(place, monkeypatch):
    """The server ends each turn in which rules take too long; all nodes wait for them."""
    impatient = connection._SESSION.replace("2500ms", "50ms")
    assert impatient != connection._SESSION
    store = DurableStore(place.durable(patience=1))

    def take_long(uow):
        time.sleep(0.3)
        return count(uow)

    store._durable._writer.drop()
    with monkeypatch.context() as patch:
        patch.setattr(connection, "_SESSION", impatient)
        with pytest.raises(CannotSave):
            store.do(unit, take_long)
    store._durable._writer.drop()
    assert store.do(unit, count) == 1, "others go on at once"
    store.close()


def test_a_change_that_takes_long_and_says_so_is_made(place, monkeypatch):
    """Such as an import of a hundred thousand machines."""
    monkeypatch.setattr(writer, "KEEP_EVERY", 0.01)
    store = DurableStore(place.durable(patience=1))
    runs = []

    def take_long(uow):
        runs.append(1)
        for number in uow.paced(range(30 * AT_A_STRETCH)):
            if number % AT_A_STRETCH == 0:
                time.sleep(0.1)
        return count(uow)

    assert store.do(unit, take_long) == 1
    assert len(runs) == 1
    store.close()


def test_who_has_waited_for_a_database_that_hangs_waits_for_no_second_try(place, monkeypatch):
    """Connecting to it takes seconds, and changes are tried in batches, one after another."""
    durable = place.durable(patience=0.5)
    store = DurableStore(durable)
    tries = []

    def hang(url, purpose):
        tries.append(time.monotonic())
        time.sleep(0.7)
        raise psycopg.OperationalError("timeout expired")

    durable._writer.drop()
    with monkeypatch.context() as patch, ThreadPoolExecutor(64) as pool:
        patch.setattr(writer, "connect", hang)
        patch.setattr(writer, "PAUSE_AFTER_REFUSAL", 60)
        calls = [pool.submit(store.do, unit, count) for _ in range(64)]
        assert all(isinstance(call.exception(30), CannotSave) for call in calls)
        with pytest.raises(CannotSave):
            store.do(unit, count)
    assert len(tries) == 1
    eventually(lambda: _counts(store))
    store.close()


def _counts(store):
    try:
        return store.do(unit, count)
    except CannotSave:
        return 0
