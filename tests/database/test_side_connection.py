"""Sign-in codes and limits where connections are lost, where the database is away, and from two nodes at once."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from loadzone.database import connection, side_connection
from loadzone.database.schema import prepare
from loadzone.database.shared_codes import SharedCodes
from loadzone.database.shared_counters import SharedCounters
from loadzone.database.side_connection import SideConnection
from loadzone.domain.commit import CannotSave
from loadzone.domain.counters import Counter, Limit
from support.cutting_proxy import CuttingProxy

TERMINATE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE 'loadzone %'"
MANY = Counter("many", Limit(1000, 3600))


@pytest.fixture
def connect(place, database):
    """Return a function that opens a connection, as each node has one: connect(url=…, patience=…)."""
    prepare(database, b"{}")
    opened = []

    def connect_one(url=place.url, **options):
        opened.append(SideConnection(url, **options))
        return opened[-1]

    yield connect_one
    for side in opened:
        side.close()


def hits(database):
    """Return how often was counted."""
    return database.execute("SELECT coalesce(sum(hits), 0) FROM loadzone.counters WHERE key <> ''").fetchone()[0]


def test_a_connection_that_was_ended_meanwhile_refuses_nobody(connect, database):
    counters = SharedCounters(connect())
    for _ in range(5):
        assert counters.hit([MANY]) is None
        database.execute(TERMINATE)
    assert counters.hit([MANY]) is None
    assert hits(database) == 6


def test_whatever_byte_it_is_cut_at_nothing_is_counted_twice(connect, cluster, database):
    proxy, random = CuttingProxy(cluster.folder), Random(1)
    counters = SharedCounters(connect(cluster.url.replace(str(cluster.folder), proxy.folder)))
    counters.hit([MANY])
    lost = 0
    for _ in range(60):
        before = hits(database)
        proxy.cut(random.randrange(400))
        try:
            counters.hit([MANY])
        except CannotSave:
            lost += 1
            assert hits(database) in (before, before + 1)
        else:
            assert hits(database) == before + 1
    proxy.end()
    assert lost > 5


def test_a_database_that_is_away_is_waited_for_and_then_refused_and_lets_nothing_pass(connect, cluster, caplog):
    caplog.set_level(logging.INFO, "loadzone.database")
    side = connect(patience=0.5)
    counters, codes = SharedCounters(side), SharedCodes(side)
    codes.add("ticket", "proof", "")
    cluster.kill()
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            calls = [pool.submit(counters.hit, [MANY]) for _ in range(20)]
            assert all(isinstance(call.exception(), CannotSave) for call in calls)
        with pytest.raises(CannotSave):
            codes.try_once("ticket", "proof")
        assert time.monotonic() - began < 10
    finally:
        cluster.launch()
    assert counters.hit([MANY]) is None
    assert codes.try_once("ticket", "proof") is None, "a crash has emptied the table"
    said = [record.getMessage() for record in caplog.records if "codes and limits" in record.getMessage()]
    assert ["cannot be reached" in said[0], said[1:]] == [True, ["sign-in codes and limits can be reached again"]]


def test_a_restart_of_the_database_within_the_patience_refuses_nobody(connect, cluster):
    counters = SharedCounters(connect(patience=30))
    counters.hit([MANY])
    with ThreadPoolExecutor(1) as pool:
        cluster.kill()
        call = pool.submit(counters.hit, [MANY])
        cluster.launch()
        assert call.result(60) is None


def test_all_nodes_together_count_to_the_limit(connect):
    nodes = [SharedCounters(connect()) for _ in range(4)]
    counted = [Counter("first", Limit(100, 60)), Counter("all", Limit(30, 60)), Counter("last", Limit(100, 60))]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: nodes[n % 4].hit(counted), range(200)))
    assert answers.count(None) == 30
    assert all(0 <= seconds <= 60 for seconds in answers if seconds is not None)
    assert [nodes[0].hit([counter], 71) is None for counter in counted] == [False, False, False]
    assert nodes[0].hit(counted[2:], 70) is None, "only those that the limit before has let pass"


def test_a_right_code_is_good_once_however_many_nodes_are_asked_at_once(connect):
    nodes = [SharedCodes(connect()) for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        for n in range(20):
            nodes[0].add(f"ticket {n}", "proof", "")
            tried = list(pool.map(lambda node: node.try_once(f"ticket {n}", "proof"), nodes * 4))  # noqa: B023
            assert sum(one is not None and one.is_right for one in tried) == 1


def test_five_wrong_tries_are_five_on_all_nodes_together(connect):
    nodes = [SharedCodes(connect()) for _ in range(4)]
    nodes[0].add("ticket", "proof", "")
    with ThreadPoolExecutor(16) as pool:
        tried = list(pool.map(lambda node: node.try_once("ticket", "wrong"), nodes * 4))
    assert sorted(one.tries_left for one in tried if one) == [0, 1, 2, 3, 4]


def test_codes_that_many_nodes_add_at_once_are_all_kept(connect, database):
    nodes = [SharedCodes(connect()) for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: nodes[n % 4].add(f"old {n}", "proof", f"old {n - 4}"), range(200)))
        database.execute("UPDATE loadzone.login_codes SET until = now()")
        list(pool.map(lambda n: nodes[n % 4].add(f"new {n}", "proof", f"old {n}"), range(200)))
    assert database.execute("SELECT count(*) FROM loadzone.login_codes WHERE until > now()").fetchone() == (200,)
    assert database.execute("SELECT count(*) FROM loadzone.login_codes").fetchone()[0] < 220


def test_a_database_that_hangs_is_given_up(connect, cluster, database, monkeypatch):
    monkeypatch.setattr(side_connection, "ANSWERED_WITHIN", 0.2)
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT", 2)  # the shortest that libpq knows
    proxy = CuttingProxy(cluster.folder)
    counters = SharedCounters(connect(cluster.url.replace(str(cluster.folder), proxy.folder), patience=0.5))
    counters.hit([MANY])
    proxy.swallow()
    with ThreadPoolExecutor(10) as pool:
        calls = [pool.submit(counters.hit, [MANY]) for _ in range(10)]
        assert all(isinstance(call.exception(30), CannotSave) for call in calls)
    proxy.let_pass()
    assert counters.hit([MANY]) is None
    assert hits(database) == 2
    proxy.end()
