"""A node waits for commits that somebody has seen elsewhere, whether or not it has heard of them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loadzone.database import commit_log, listener
from support.waiting import eventually
from unit.stores import put

ENOUGH = 20  # seconds; nothing here takes a tenth of that


@pytest.fixture
def deaf(monkeypatch):
    """Lose all notifications, and let no heartbeat come to the rescue."""
    silent = commit_log._APPEND.replace("pg_notify('loadzone', %t)", "%t::text")
    assert silent != commit_log._APPEND
    monkeypatch.setattr(commit_log, "_APPEND", silent)
    monkeypatch.setattr(listener, "HEARTBEAT", 10 * ENOUGH)


@pytest.fixture
def nodes(open_store):
    return [open_store(), open_store()]


@pytest.fixture
def deaf_nodes(deaf, nodes):
    return nodes


class Away:
    """A database that does not tell its last commit until `is_back`. `asked` counts the tries."""

    def __init__(self, monkeypatch):
        self.is_back, self.asked, self._last = threading.Event(), 0, commit_log.last
        monkeypatch.setattr(commit_log, "last", self)

    def __call__(self, connection):
        self.asked += 1
        if not self.is_back.is_set():
            raise psycopg.OperationalError("the database is away")
        return self._last(connection)


@pytest.mark.parametrize("number", range(3))
def test_who_waits_for_a_commit_sees_it_although_nothing_was_heard(deaf_nodes, number):
    one, two = deaf_nodes
    put(one, "vm")
    assert two.wait_for(one.sequence, ENOUGH)
    assert (list(two.snapshot.vms), two.sequence) == (["vm"], one.sequence)


def test_who_waits_for_the_latest_sees_it(deaf_nodes):
    one, two = deaf_nodes
    for number in range(20):
        put(one, f"vm-{number}")
        assert two.wait_for_latest(ENOUGH)
        assert f"vm-{number}" in two.snapshot.vms


def test_subscribers_see_a_commit_before_those_who_wait_for_it(nodes):
    one, two = nodes
    seen = []
    two.subscribe(lambda commit: seen.append((commit.sequence, commit.is_own, two.sequence)))
    put(one, "vm")
    assert two.wait_for(one.sequence, ENOUGH)
    put(two, "other")
    assert seen == [(1, False, 0), (2, True, 1)]
    assert two.sequence == 2


def test_a_number_that_the_log_does_not_have_is_not_waited_for(nodes):
    one, two = nodes
    put(one, "vm")
    assert two.wait_for(10**17, ENOUGH)
    assert list(two.snapshot.vms) == ["vm"]
    assert two._progress._numbers == []


def test_a_node_that_cannot_ask_says_so_and_knows_what_it_knows(nodes, monkeypatch):
    away, node = Away(monkeypatch), nodes[0]
    put(node, "vm")
    assert not node.wait_for_latest(0.1)
    assert not node.wait_for(node.sequence + 1, 0.1)
    assert node.wait_for(node.sequence, 0)
    away.is_back.set()
    assert node.wait_for_latest(ENOUGH)


def test_who_has_asked_in_vain_is_answered_once_it_is_back(nodes, monkeypatch):
    away, node = Away(monkeypatch), nodes[0]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(node.wait_for_latest, ENOUGH)
        eventually(lambda: away.asked > 1)
        away.is_back.set()
        assert answer.result(ENOUGH)


def test_many_who_ask_at_once_cost_one_question(nodes, monkeypatch):
    node, go_on, asked = nodes[0], threading.Event(), []
    last = commit_log.last

    def slow(connection):
        asked.append(1)
        assert go_on.wait(ENOUGH)
        return last(connection)

    assert node.wait_for_latest(ENOUGH)
    monkeypatch.setattr(commit_log, "last", slow)
    with ThreadPoolExecutor(100) as pool:
        answers = [pool.submit(node.wait_for_latest, ENOUGH) for _ in range(100)]
        eventually(lambda: len(asked) == 1 and len(node._durable._latest._answered._numbers) > 0)
        eventually(lambda: sum(one.callers for one in node._durable._latest._answered._waiting.values()) == 100)
        go_on.set()
        assert all(answer.result(ENOUGH) for answer in answers)
    assert len(asked) <= 2  # the one under way, which is too old for those who came later, and one for all of them


def test_who_waits_is_answered_whatever_has_happened_before(deaf_nodes, monkeypatch, caplog):
    one, two = deaf_nodes
    real, failed = commit_log.last, []

    def fail_once(connection):
        if not failed:
            failed.append(1)
            raise ValueError("nobody has thought of this")
        return real(connection)

    monkeypatch.setattr(commit_log, "last", fail_once)
    put(one, "vm")
    assert two.wait_for_latest(ENOUGH)
    assert list(two.snapshot.vms) == ["vm"]
    assert "the last commit cannot be asked for: ValueError('nobody has thought of this')" in caplog.text
