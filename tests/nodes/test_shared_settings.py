"""A node with other settings than those that run is refused at the start, and stops when it meets them later."""

import pytest

from loadzone.database.leader import LOCK as LEADER
from loadzone.database.nodes import NODES
from nodes.refused import refusal
from support.waiting import eventually

OTHER = {
    "LOADZONE_SECRET_KEY": "another key, of a decent length",
    "LOADZONE_BASE_URL": "http://other.example.com",
    "LOADZONE_MAX_HOURS": "12",
    "LOADZONE_ADMINS": "",
}
OWN = {"LOADZONE_HOST": "0.0.0.0", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_FROM": "lz@example.com"}

SESSIONS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def test_other_settings_are_refused_each_by_its_name(server, database_url):
    said = refusal(database_url, **OTHER)
    assert "cannot be used: nodes run with other settings: LOADZONE_ADMINS is not set here and alice@" in said
    assert "LOADZONE_BASE_URL is http://other.example.com here and http://loadzone.example.com there, " in said
    assert "LOADZONE_MAX_HOURS is 12 here and not set there, LOADZONE_SECRET_KEY is another one here; " in said
    assert OTHER["LOADZONE_SECRET_KEY"] not in said
    assert "secret:" not in said


def test_what_is_a_nodes_own_may_differ(server, start_node):
    told = "SMTP_HOST is set here and not set there: what people do at a node without it sends no letters"
    start_node(**OWN).wait_for_log(told)
    assert "not set there" not in start_node().log


def test_settings_are_changed_by_stopping_all_nodes(server, second, start_node, database):
    for node in (server, second):
        node.kill()
    eventually(lambda: not database.execute(SESSIONS).rowcount)
    third = start_node(LOADZONE_MAX_HOURS="1.5")
    assert "the last node had other settings: LOADZONE_MAX_HOURS is 1.5 here and not set there" in third.log
    assert ("LOADZONE_MAX_HOURS", "1.5") in database.execute("SELECT name, value FROM loadzone.settings").fetchall()


@pytest.fixture
def idle(database, start_node):
    """Return a node that has nothing to write: another one leads."""
    database.execute("SELECT pg_advisory_lock(%s)", [LEADER])
    return start_node()


def test_a_node_that_was_cut_off_is_known_again_before_another_takes_its_place(idle, database, database_url):
    cut_all_sessions(database)
    assert "nodes run with other settings: LOADZONE_MAX_HOURS is 1 here" in refusal(
        database_url, LOADZONE_MAX_HOURS="1"
    )
    assert idle.healthy()


def cut_all_sessions(database):
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s",
        [database.info.backend_pid],
    )


def test_a_node_that_comes_back_to_other_settings_stops(idle, database):
    database.execute("SELECT pg_advisory_lock_shared(%s)", [NODES])  # as a node that runs
    database.execute("INSERT INTO loadzone.settings VALUES ('LOADZONE_MAX_HOURS', '1')")
    cut_all_sessions(database)
    status, output = idle.ended()
    assert status == 3
    assert "this node stops: nodes run with other settings: LOADZONE_MAX_HOURS is not set here and 1 there" in output
