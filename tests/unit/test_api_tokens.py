"""API tokens: whose they are, how long, who may revoke them, and that the file cannot give one away."""

from datetime import datetime, timedelta

import pytest

from loadzone.auth.api_tokens import NOTED_EVERY, ApiTokens
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.refusal import Refusal
from loadzone.lib import atomic_file
from loadzone.rules import people, tokens
from storage import JsonStore
from support.disk import Failing
from support.world import ALICE, BOB, CHARLIE, NOON


class Gate:
    """Tokens over a real file, and a clock that stands until it is moved."""

    def __init__(self, path):
        self.now = NOON
        self.path = path
        self.store = JsonStore(path)
        self.bus = CommandBus(self.store, lambda: self.now, Config(admins=(ALICE,)), lambda event, now: ())
        self.tokens = ApiTokens(self.store, self.bus, lambda: self.now)

    def make(self, actor=BOB, name="nightly", days=30):
        return self.tokens.make(actor, name, days)

    def refused(self, call, *asked, **named):
        with pytest.raises(Refusal) as caught:
            call(*asked, **named)
        return caught.value.code

    def code(self, text):
        """Of the refusal that this token meets."""
        return self.refused(self.tokens.find, text)

    def used(self, email, token_id) -> datetime | None:
        return self.store.snapshot.users[email].tokens[token_id].used


@pytest.fixture
def gate(tmp_path):
    gate = Gate(tmp_path / "data.json")
    for person in (ALICE, BOB, CHARLIE):
        gate.bus.run(people.sign_in, email=person, session="s")
    yield gate
    gate.store.close()


# What it is


def test_a_token_says_whose_it_is(gate):
    record, text = gate.make()
    assert gate.tokens.find(text) == (BOB, record)
    assert (record.name, record.created, record.expires) == ("nightly", NOON, NOON + timedelta(days=30))
    assert record.used is None


def test_it_looks_like_a_token_and_no_two_are_alike(gate):
    made = [gate.make(name=f"n{n}")[1] for n in range(10)]
    assert all(text.startswith("lz_") and text.count("_") >= 2 and len(text) > 60 for text in made)
    assert len({text.split("_")[1] for text in made}) == 10
    assert len({text.split("_", 2)[2] for text in made}) == 10


def test_the_file_has_a_hash_of_it_and_nothing_else(gate):
    record, text = gate.make()
    content = gate.path.read_text()
    assert record.digest in content
    assert text not in content
    assert text.split("_", 2)[2] not in content


def test_it_outlives_a_restart(gate):
    record, text = gate.make()
    gate.store.close()
    again = Gate(gate.path)
    assert again.tokens.find(text) == (BOB, record)
    again.store.close()


def test_what_is_no_token_is_refused(gate):
    record, text = gate.make()
    prefix, token_id, secret = text.split("_", 2)
    others = gate.make(CHARLIE)[1].split("_", 2)
    wrong = [
        "",
        "lz",
        "lz__",
        "_" * 70,
        text[:-1],
        text + "x",
        text.upper(),
        f"xx_{token_id}_{secret}",
        f"{prefix}_{token_id}_",
        f"{prefix}_{token_id}_{others[2]}",
        f"{prefix}_{others[1]}_{secret}",
        f"{prefix}_{token_id}_{record.digest}",
        f"{prefix}_{token_id}_é\udcff",
    ]
    assert [gate.code(each) for each in wrong] == ["bad_token"] * len(wrong)
    assert gate.tokens.find(text)[0] == BOB


def test_it_is_good_until_it_expires(gate):
    _, text = gate.make(days=1)
    gate.now += timedelta(days=1, milliseconds=-1)
    assert gate.tokens.find(text)[0] == BOB
    gate.now += timedelta(milliseconds=1)
    assert gate.code(text) == "token_expired"


def test_revoked_it_is_worth_nothing(gate):
    record, text = gate.make()
    kept = gate.make(name="other")[1]
    gate.bus.run(tokens.revoke, actor=BOB, token_id=record.id)
    assert gate.code(text) == "bad_token"
    assert gate.tokens.find(kept)[0] == BOB


def test_with_its_person_it_goes_and_does_not_come_back(gate):
    record, text = gate.make()
    removals = []
    gate.store.subscribe(lambda commit: removals.extend(commit.events))
    gate.bus.run(people.remove, actor=ALICE, email=BOB)
    assert gate.code(text) == "bad_token"
    assert record.id in removals[-1].sessions, "whose sockets are to be cut"
    gate.bus.run(people.sign_in, email=BOB, session="again")
    assert gate.code(text) == "bad_token"


# Its last use


def test_its_last_use_is_written_every_ten_minutes(gate):
    record, text = gate.make()
    gate.tokens.note_use(*gate.tokens.find(text))
    assert gate.used(BOB, record.id) == NOON
    gate.now += NOTED_EVERY - timedelta(seconds=1)
    before = gate.store.snapshot
    gate.tokens.note_use(*gate.tokens.find(text))
    assert gate.store.snapshot is before, "nothing is written"
    gate.now += timedelta(seconds=1)
    gate.tokens.note_use(*gate.tokens.find(text))
    assert gate.used(BOB, record.id) == NOON + NOTED_EVERY


def test_a_full_disk_keeps_no_token_out(gate, monkeypatch, caplog):
    record, text = gate.make()
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("writev"))
        gate.tokens.note_use(*gate.tokens.find(text))
    assert gate.used(BOB, record.id) is None
    assert "could not be noted" in caplog.text
    assert gate.tokens.find(text)[0] == BOB


def test_a_token_revoked_while_it_is_used_is_not_written_back(gate):
    record, text = gate.make()
    known = gate.tokens.find(text)
    gate.bus.run(tokens.revoke, actor=BOB, token_id=record.id)
    gate.tokens.note_use(*known)
    assert gate.store.snapshot.users[BOB].tokens == {}


# The rules


def create(world, actor=BOB, name="nightly", token_id=None, days=30):
    return world.do(tokens.create, actor=actor, token_id=token_id or name, name=name, digest=f"of {name}", days=days)


def test_making_and_revoking_is_told_with_the_name(world):
    create(world)
    assert [(event.kind, event.by, event.via) for event in world.events] == [("token_made", BOB, "nightly")]
    world.do(tokens.revoke, actor=BOB, token_id="nightly")
    (event,) = world.events
    assert (event.kind, event.by, event.to, event.via) == ("token_revoked", BOB, BOB, "nightly")
    assert event.sessions == ("nightly",), "whose sockets are to be cut"


def test_a_name_is_taken_whatever_its_case_but_only_among_ones_own(world):
    create(world)
    refusal = world.refused(tokens.create, actor=BOB, token_id="t", name="NIGHTLY", digest="d", days=1)
    assert (refusal.code, refusal.facts["name"], refusal.facts["what"]) == ("name_taken", "NIGHTLY", "token")
    create(world, CHARLIE, token_id="of charlie")
    world.do(tokens.revoke, actor=BOB, token_id="nightly")
    create(world)


def test_nobody_has_more_than_fifty(world):
    for n in range(tokens.AT_MOST):
        create(world, name=f"n{n}")
    refusal = world.refused(tokens.create, actor=BOB, token_id="t", name="one more", digest="d", days=1)
    assert (refusal.code, refusal.facts["max"]) == ("too_many_tokens", 50)
    create(world, CHARLIE, name="c")


@pytest.mark.parametrize("who", [None, "stranger@example.com"])
def test_strangers_have_none(world, who):
    assert world.refused(tokens.create, actor=who, token_id="t", name="n", digest="d", days=1).code == "not_signed_in"
    assert world.refused(tokens.revoke, actor=who, token_id="t").code == "not_signed_in"


def test_others_tokens_are_as_if_they_were_not_there_but_for_admins(world):
    create(world)
    assert world.refused(tokens.revoke, actor=CHARLIE, token_id="nightly").code == "no_such_token"
    assert world.refused(tokens.revoke, actor=ALICE, token_id="unheard of").code == "no_such_token"
    world.do(tokens.revoke, actor=ALICE, token_id="nightly")
    assert [(event.by, event.to) for event in world.events] == [(ALICE, BOB)]
    assert world.state.users[BOB].tokens == {}


def test_one_lists_ones_own_and_an_admin_anybodys(world):
    made = [create(world, name=name) for name in ("first", "second")]
    assert tokens.list_of(world.state, world.limits, BOB) == made
    assert tokens.list_of(world.state, world.limits, BOB, email=BOB) == made
    assert tokens.list_of(world.state, world.limits, ALICE, email=BOB) == made
    assert tokens.list_of(world.state, world.limits, ALICE) == []
    for who, email, code in ((CHARLIE, BOB, "not_allowed"), (None, BOB, "not_signed_in"), (ALICE, "x", "no_such_user")):
        with pytest.raises(Refusal, match=code):
            tokens.list_of(world.state, world.limits, who, email=email)


def test_the_rest_of_the_person_stays_as_it_was(world):
    before = world.state.users[BOB]
    create(world)
    assert (world.state.users[BOB].sessions, world.state.users[BOB].role) == (before.sessions, before.role)
    world.do(tokens.revoke, actor=BOB, token_id="nightly")
    assert world.state.users[BOB] == before
