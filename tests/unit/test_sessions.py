"""Rules of sessions: listed, ended one by one, ended when the address alone is no longer enough."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.people import BrowserSession
from loadzone.rules import people, sessions, tokens
from support.world import BOB, CHARLIE, World

PHONE, LAPTOP = "1" * 64, "2" * 64


def signed_in(world, *names, **facts):
    for name in names:
        world.do(people.sign_in, email=BOB, session=name, **facts)
    return world


def names_of(world):
    return {name for name in world.state.users[BOB].sessions if name in (PHONE, LAPTOP)}


def test_sessions_are_listed_with_what_is_known_of_them(world):
    signed_in(world, PHONE, browser="Firefox", system="Android")
    world.later(hours=1)
    signed_in(world, LAPTOP)
    listed = sessions.in_force(world.state, BOB, world.now)
    assert [name for name in listed if name in (PHONE, LAPTOP)] == [LAPTOP, PHONE], "last used first"
    assert listed[PHONE] == BrowserSession(listed[PHONE].used, listed[PHONE].used, "code", "Firefox", "Android")
    world.later(days=30)
    assert sessions.in_force(world.state, BOB, world.now) == {}


def test_one_session_is_ended_by_its_id(world):
    signed_in(world, PHONE, LAPTOP)
    world.do(sessions.end, actor=BOB, session_id=sessions.id_of(PHONE))
    assert names_of(world) == {LAPTOP}
    assert [(event.kind, event.sessions) for event in world.events] == [("signed_out", (PHONE,))]


@pytest.mark.parametrize("session_id", ["", "1", PHONE, "3" * 16])
def test_an_id_that_is_none_of_ones_own_ends_nothing(world, session_id):
    signed_in(world, PHONE)
    assert world.refused(sessions.end, actor=BOB, session_id=session_id).code == "no_such_session"
    assert world.refused(sessions.end, actor=CHARLIE, session_id=sessions.id_of(PHONE)).code == "no_such_session"


def test_all_others_are_ended_at_once(world):
    signed_in(world, PHONE, LAPTOP)
    world.do(sessions.sign_out_others, actor=BOB, name=PHONE)
    assert set(world.state.users[BOB].sessions) == {PHONE}
    world.do(sessions.sign_out_others, actor=BOB, name=PHONE)
    assert world.events == []


def test_sessions_of_trust_end_when_codes_are_asked_for():
    world = signed_in(World(auth="trust"), PHONE)
    world.do(sessions.end_trusted)
    assert names_of(world) == {PHONE}
    world.limits = replace(world.limits, auth="code")
    assert not sessions.is_in_force(world.state.users[BOB], PHONE, world.limits, world.now), "not even before"
    signed_in(world, LAPTOP)
    world.do(sessions.end_trusted)
    assert names_of(world) == {LAPTOP}
    assert ("trust_ended", BOB) in [(event.kind, event.to) for event in world.events]


def test_the_last_use_outlives_sessions_and_tokens(world):
    assert sessions.last_seen(world.state.users[BOB]) == world.now
    world.later(days=2)
    world.do(tokens.create, actor=BOB, token_id="t", name="t", digest="d", days=9)
    world.do(tokens.use, actor=BOB, token_id="t")
    used = world.now
    world.do(sessions.sign_out, actor=BOB, name=None)
    world.do(tokens.revoke, actor=BOB, token_id="t")
    world.later(days=40)
    assert sessions.last_seen(world.state.users[BOB]) == used


def test_the_file_keeps_what_is_known_and_older_versions_can_read_it(world):
    signed_in(world, PHONE, browser="Safari", system="macOS")
    users = world.state.users
    users[BOB] = replace(users[BOB], sessions={**users[BOB].sessions, LAPTOP: BrowserSession(world.now)})
    content = StateEncoder()
    content.mark_all(world.state)
    text = content.encode(world.state)
    loaded, repaired = read_state(text)
    assert repaired == []
    assert loaded.users[BOB].sessions == users[BOB].sessions
    assert b'"sessions":{' in text
    assert f'"{LAPTOP}":"'.encode() in text, "a session is a time by its name, as in older versions"


def test_facts_of_sessions_that_are_gone_are_dropped():
    text = (
        '{"users": {"bob@example.com": {"sessions": {"a": "2026-01-01T00:00:00Z"},'
        ' "session_facts": {"b": {"way": "trust"}}}}}'
    )
    state, _ = read_state(text.encode())
    assert set(state.users[BOB].sessions) == {"a"}
    assert state.users[BOB].rest == {}


def test_a_session_lasts_from_its_last_use(world):
    signed_in(world, PHONE)
    user = world.state.users[BOB]
    assert sessions.is_in_force(user, PHONE, world.limits, world.now + sessions.LAST_FOR - timedelta(seconds=1))
    assert not sessions.is_in_force(user, PHONE, world.limits, world.now + sessions.LAST_FOR)
