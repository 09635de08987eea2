"""Owners of tokens are told 14, 7 and 1 days before a token ends: once each, across restarts, and not of new ones."""

from datetime import timedelta

import pytest

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.i18n import LANGUAGES, moment
from loadzone.notifications.letters import LetterWriter, Reader, letters_for
from loadzone.notifications.signed_links import SignedLinks
from loadzone.rules import people, tokens
from loadzone.rules.still_so import still_so
from support.world import ALICE, BOB, NOON, World

WRITER = LetterWriter(SignedLinks("k" * 20, "http://lz"), "http://lz")
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def world():
    world = World()
    for person in (ALICE, BOB):
        world.do(people.sign_in, email=person, session="s")
    return world


def make(world, days, token_id="t1", actor=BOB):
    return world.do(tokens.create, actor=actor, token_id=token_id, name=f"of {token_id}", digest="d", days=days)


def told(world):
    """Return whom a sweep tells of which token."""
    world.do(tokens.remind)
    return [(event.to, event.via, event.until) for event in world.events if event.kind == "token_expires"]


def days_before(token, days):
    return token.expires - timedelta(days=days)


def test_each_time_is_told_once(world):
    token = make(world, 30)
    for days in (14, 7, 1):
        world.now = days_before(token, days) - MOMENT
        assert told(world) == []
        world.now = days_before(token, days)
        assert told(world) == [(BOB, "of t1", token.expires)]
        assert told(world) == []


def test_of_several_missed_times_one_is_told(world):
    token = make(world, 30)
    world.now = days_before(token, 0.5)
    assert len(told(world)) == 1
    assert told(world) == []


def test_what_was_told_is_in_the_file(world):
    token = make(world, 30)
    world.now = days_before(token, 13)
    assert len(told(world)) == 1
    encoder = StateEncoder()
    encoder.mark_all(world.state)
    read, _ = read_state(encoder.encode(world.state))
    assert read == world.state
    world.state = read
    assert told(world) == []


@pytest.mark.parametrize(("days", "first"), [(14, 7), (10, 7), (7, 1), (3, 1), (1, None)])
def test_a_token_of_few_days_is_not_told_of_at_once(world, days, first):
    token = make(world, days)
    assert told(world) == []
    world.now += timedelta(hours=1)
    assert told(world) == []
    world.now = token.expires - MOMENT
    assert len(told(world)) == (1 if first else 0)


def test_one_that_was_revoked_or_is_over_is_not_told_of(world):
    make(world, 30)
    over = make(world, 20, "t2")
    world.do(tokens.revoke, actor=BOB, token_id="t1")
    world.now = over.expires
    assert told(world) == []


def test_all_of_a_person_are_told_in_one_change(world):
    for number in range(3):
        make(world, 20, f"t{number}")
    make(world, 20, "t9", ALICE)
    world.now = NOON + timedelta(days=7)
    assert [(to, via) for to, via, _ in told(world)] == [
        (ALICE, "of t9"),
        (BOB, "of t0"),
        (BOB, "of t1"),
        (BOB, "of t2"),
    ]


def test_an_older_files_token_with_little_left_is_told_of_at_the_first_sweep(world):
    token = make(world, 365)
    world.now = days_before(token, 5)
    assert len(told(world)) == 1


# The letter


def letter_to_bob(world):
    (letter,) = [letter for letter in letters_for(world.events, world.now) if letter.to == BOB]
    return letter


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_names_the_token_and_its_end(world, language):
    token = make(world, 30)
    world.now = days_before(token, 7)
    told(world)
    written = WRITER.write(letter_to_bob(world), Reader(language))
    for text in (written.subject, written.text, written.html):
        assert "of t1" in text
        assert moment(language, token.expires) in text


def test_several_are_one_letter(world):
    token = make(world, 30)
    make(world, 31, "t2")
    world.now = days_before(token, 7)
    told(world)
    written = WRITER.write(letter_to_bob(world), Reader("en"))
    assert written.subject == "2 of your tokens expire soon"
    assert {"of t1", "of t2"} <= {line.partition(":")[0].strip("-• ") for line in written.text.splitlines()}


def test_it_is_not_sent_of_a_token_that_was_revoked_or_replaced_or_is_over(world):
    token = make(world, 30)
    world.now = days_before(token, 1)
    told(world)
    letter = letter_to_bob(world)
    assert still_so(letter, world.state, world.now) == letter
    assert still_so(letter, world.state, token.expires) is None
    world.do(tokens.revoke, actor=BOB, token_id="t1")
    assert still_so(letter, world.state, world.now) is None
    world.do(tokens.create, actor=BOB, token_id="t2", name="of t1", digest="d", days=30)
    assert still_so(letter, world.state, world.now) is None
