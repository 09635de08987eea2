"""Letters are sent by the leader alone: once, also when another node takes over; by a crash of it at most twice."""

import os
import signal
from collections import Counter

import psycopg
import pytest

from loadzone.database.connection import connect
from loadzone.database.loading import load
from support.answers import done
from support.node import LEADS
from support.people import Person
from support.scripted_smtp import ScriptedSmtp
from support.server import LETTERS_WAIT
from support.waiting import eventually

END_SESSION = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'loadzone leader'"
READERS = [f"reader-{n}@example.com" for n in range(12)]


@pytest.fixture(scope="module")
def scripted():
    with ScriptedSmtp() as smtp:
        yield smtp


@pytest.fixture
def smtp(scripted):
    """Return a mail server that takes a while for each letter."""
    scripted.reset()
    scripted.late = {"VERDICT": 0.1}
    return scripted


@pytest.fixture
def settings(smtp):
    """Return settings of nodes on which letters about a deletion wait four seconds, and not ten."""
    return {"program": LETTERS_WAIT, "LETTERS_WAIT": "4", **smtp.settings}


@pytest.fixture
def server(start_node, settings):
    server = start_node(**settings)
    eventually(lambda: LEADS in server.log)
    return server


@pytest.fixture
def second(server, start_node, settings):
    """Return a node that does not lead."""
    return start_node(**settings)


@pytest.fixture
def letters(second, smtp, make_vm):
    """Write a letter to each reader, on the node that does not lead. Some have been sent, and one is on its way.

    None is taken before all are written, or a busy machine has sent them by then.
    """
    smtp.held.update(READERS)
    alice = Person(second, "alice@example.com").sign_in()
    for reader in READERS:
        done(Person(second, reader).sign_in().book(vm := make_vm()))
        done(alice.cancel(vm, reason="needed"))
    smtp.held.clear()
    eventually(lambda: len(smtp.accepted) > 2)


@pytest.fixture
def is_delivered(database_url):
    """Return a function that tells whether no letter is left."""

    def is_delivered():
        with connect(database_url, "test") as connection:
            state, _ = load(connection)
        return not state.letters

    return is_delivered


def times(smtp) -> list[int]:
    """Return how many times each reader was written to."""
    counted = Counter(smtp.accepted)
    return [counted[to] for to in READERS]


def test_letters_go_once_while_leaders_lose_their_sessions(letters, smtp, is_delivered, database_url):
    with psycopg.connect(database_url, autocommit=True) as database:
        for sent in (3, 5, 7):
            eventually(lambda sent=sent: len(smtp.accepted) >= sent)
            database.execute(END_SESSION)
    eventually(is_delivered)
    assert times(smtp) == [1] * len(READERS)


def test_letters_go_once_when_the_leader_is_stopped(letters, server, smtp, is_delivered):
    smtp.late = {"VERDICT": 0.6}
    server.stop()
    assert not is_delivered()
    smtp.late = {}
    eventually(is_delivered)
    assert times(smtp) == [1] * len(READERS)


def test_of_letters_only_the_one_on_its_way_goes_twice_when_the_leader_is_killed(
    letters, server, second, smtp, is_delivered, make_vm
):
    late = Person(second, "late@example.com").sign_in()
    done(late.book(vm := make_vm()))
    done(Person(second, "alice@example.com").sign_in().delete_vm(vm, force=True))
    server.kill()
    eventually(is_delivered)
    assert min(times(smtp)) == 1
    assert sum(times(smtp)) <= len(READERS) + 1
    assert smtp.accepted.count("late@example.com") == 1, "it waited for an undo, on one node and then on the other"


def test_a_leader_that_hung_sends_nothing_that_another_has_sent(letters, server, smtp, is_delivered):
    os.kill(server.pid, signal.SIGSTOP)
    try:
        eventually(is_delivered)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    server.wait_for_log("leads no more")
    assert min(times(smtp)) == 1
    assert sum(times(smtp)) <= len(READERS) + 1


def test_admins_see_on_each_node_that_the_mail_server_takes_no_letters(server, second, smtp, make_vm):
    smtp.answers = {"MAIL": "450 not now"}
    on_both = [Person(node, "alice@example.com").sign_in() for node in (server, second)]
    done(Person(second, READERS[0]).sign_in().book(vm := make_vm()))
    done(on_both[1].cancel(vm, reason="needed"))
    for alice in on_both:
        eventually(lambda alice=alice: alice.me().get("mail"))
    assert on_both[0].me()["mail"] == on_both[1].me()["mail"]
    smtp.answers = {}
    for alice in on_both:
        eventually(lambda alice=alice: not alice.me().get("mail"))
