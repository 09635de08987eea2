"""Nodes that share a database have the same settings, as far as rules, sign-in and links go by them."""

import threading
from dataclasses import fields, replace

import pytest

from loadzone.config import Config
from loadzone.database import nodes, schema
from loadzone.database.connection import connect
from loadzone.database.nodes import OtherSettings, await_absence, is_alone, join
from loadzone.database.shared_settings import OF_A_NODE, is_shared, setting_name, shared_settings
from loadzone.setting_hints import known_names
from support.waiting import eventually

DEFAULT = Config(secret_key="a key of a decent length")
MAY_DIFFER = {"LOADZONE_DATA", "LOADZONE_DATABASE_URL", "LOADZONE_BACKUPS", "LOADZONE_HOST", "LOADZONE_PORT"}


@pytest.fixture
def session(place):
    """Return a function that opens a session; all end with the test."""
    opened = []

    def open_one():
        opened.append(connect(place.url, "test"))
        return opened[-1]

    schema.prepare(open_one(), b"{}")
    yield open_one
    for connection in opened:
        connection.close()


def leave(node, other):
    """End the node's session, and wait until the server has ended it too."""
    node.close()
    eventually(lambda: is_alone(other))


@pytest.mark.parametrize("name", [field.name for field in fields(Config)])
def test_each_setting_is_shared_but_for_those_of_a_node(name):
    changed = shared_settings(replace(DEFAULT, **{name: "other"}))
    own = setting_name(name)
    assert own in known_names()
    if own == "SMTP_HOST":
        assert changed == shared_settings(DEFAULT) | {own: "set"}
    elif own in MAY_DIFFER or own.startswith("SMTP_"):
        assert changed == shared_settings(DEFAULT)
    else:
        assert changed[own] != shared_settings(DEFAULT).get(own)


def test_no_setting_is_left_out_by_mistake():
    assert {setting_name(name) for name in OF_A_NODE} == MAY_DIFFER
    assert not is_shared("smtp_port")


def test_the_secret_key_is_not_told():
    shared = shared_settings(DEFAULT)
    assert list(shared) == ["LOADZONE_SECRET_KEY"]
    assert DEFAULT.secret_key not in str(shared)


def test_lists_are_the_same_in_any_order():
    lists = [("a@example.com", "b@example.com"), ("b@example.com", "a@example.com")]
    assert shared_settings(Config(admins=lists[0])) == shared_settings(Config(admins=lists[1]))


def test_a_node_joins_those_with_the_same_settings(session):
    for _ in range(2):
        join(session(), {"LOADZONE_MAX_HOURS": "12"})


def test_a_node_with_other_settings_is_refused(session):
    join(session(), {"LOADZONE_MAX_HOURS": "12", "LOADZONE_SECRET_KEY": "secret:1", "LOADZONE_NEW": "2"})
    with pytest.raises(OtherSettings) as refused:
        join(session(), {"LOADZONE_ADMINS": "a@b.c", "LOADZONE_SECRET_KEY": "secret:2"})
    assert str(refused.value) == (
        "nodes run with other settings: LOADZONE_ADMINS is a@b.c here and not set there, LOADZONE_MAX_HOURS is not set"
        " here and 12 there, LOADZONE_NEW is not set here and 2 there, LOADZONE_SECRET_KEY is another one here;"
        " give this one the same, or stop all nodes and start them with the new ones"
    )


def test_a_node_that_is_alone_brings_its_settings(session):
    first = session()
    join(first, {"LOADZONE_MAX_HOURS": "12"})
    leave(first, session())
    join(session(), {"LOADZONE_MAX_HOURS": "24"})
    with pytest.raises(OtherSettings):
        join(session(), {"LOADZONE_MAX_HOURS": "12"})


def test_nodes_that_come_back_to_older_settings_bring_theirs(session):
    """A standby that took over may lack what was written last."""
    settings = {"LOADZONE_MAX_HOURS": "24"}
    first = session()
    join(first, settings)
    first.execute("UPDATE loadzone.settings SET value = '12'")
    leave(first, session())
    for _ in range(2):
        join(session(), settings)


def test_a_node_that_comes_back_goes_before_one_with_other_settings(session, monkeypatch):
    monkeypatch.setattr(nodes, "ABSENCE", 20)
    lost, other = session(), session()
    join(lost, {"LOADZONE_MAX_HOURS": "12"})
    lost.close()
    waiting = threading.Thread(target=await_absence, args=(other, {"LOADZONE_MAX_HOURS": "24"}))
    waiting.start()
    join(session(), {"LOADZONE_MAX_HOURS": "12"})
    waiting.join(10)
    assert not waiting.is_alive()
    with pytest.raises(OtherSettings):
        join(other, {"LOADZONE_MAX_HOURS": "24"})
