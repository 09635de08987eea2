"""API tokens: their owner, their lifetime, who may revoke them, and that the data file does not contain them."""

from datetime import datetime, timedelta

import pytest

from loadzone.auth.api_tokens import NOTED_EVERY, ApiTokens
from loadzone.auth.login_codes import LoginCodes
from loadzone.auth.memory_codes import MemoryCodes
from loadzone.auth.sessions import Session, Sessions
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.refusal import Refusal
from loadzone.lib import atomic_file
from loadzone.lib.digests import digest
from loadzone.rules import people, tokens
from loadzone.rules.finish import finish
from support.disk import Failing
from support.stores import json_store
from support.world import ALICE, BOB, CHARLIE, NOON


class System:
    """API tokens in a real data file, and a clock that stands still until it is moved."""

    def __init__(self, path):
        self.now = NOON
        self.path = path
        self.store = json_store(path)
        limits = Config(admins=(ALICE,))
        self.bus = CommandBus(self.store, lambda: self.now, limits, finish, lambda event, now: ())
        self.tokens = ApiTokens(limits, self.store, self.bus, lambda: self.now)

    def make(self, actor=BOB, name="nightly", days=30):
        return self.tokens.make(actor, name, days)

    def refused(self, call, *arguments, **named):
        with pytest.raises(Refusal) as caught:
            call(*arguments, **named)
        return caught.value.code

    def code(self, text):
        """Return the code with which this token is refused."""
        return self.refused(self.tokens.find, text)

    def last_use(self, email, token_id) -> datetime | None:
        return self.store.snapshot.users[email].tokens[token_id].used


@pytest.fixture
def system(tmp_path):
    system = System(tmp_path / "data.json")
    for person in (ALICE, BOB, CHARLIE):
        system.bus.run(people.sign_in, email=person, session="s")
    yield system
    system.store.close()


def sessions_of(system, **settings):
    codes = LoginCodes("k" * 20, MemoryCodes())
    return Sessions(Config(**settings), system.store, system.bus, lambda: system.now, codes, lambda *_: None)


# Finding a token


def test_a_token_leads_to_its_owner(system):
    record, text = system.make()
    assert system.tokens.find(text) == (BOB, record)
    assert (record.name, record.created, record.expires) == ("nightly", NOON, NOON + timedelta(days=30))
    assert record.used is None


def test_a_token_of_a_domain_no_longer_allowed_is_refused_even_before_it_is_removed(system):
    _, text = system.make()
    narrowed = Config(allowed_domains=("example.org",))
    assert system.refused(ApiTokens(narrowed, system.store, system.bus, lambda: NOON).find, text) == "bad_token"


def test_a_session_of_a_domain_no_longer_allowed_is_void_even_before_it_is_removed(system):
    cookie = {"who": BOB, "session": "secret"}
    system.bus.run(people.sign_in, email=BOB, session=digest("secret"))
    found = [
        sessions_of(system, allowed_domains=domains).find(cookie)
        for domains in [(), ("example.com",), ("example.org",)]
    ]
    assert [session and session.email for session in found] == [BOB, BOB, None]


def test_it_has_the_form_of_a_token_and_no_two_are_alike(system):
    made = [system.make(name=f"n{n}")[1] for n in range(10)]
    assert all(text.startswith("lz_") and text.count("_") >= 2 and len(text) > 60 for text in made)
    assert len({text.split("_")[1] for text in made}) == 10
    assert len({text.split("_", 2)[2] for text in made}) == 10


def test_the_file_has_a_hash_of_it_and_nothing_else(system):
    record, text = system.make()
    content = system.path.read_text()
    assert record.digest in content
    assert text not in content
    assert text.split("_", 2)[2] not in content


def test_it_outlives_a_restart(system):
    record, text = system.make()
    system.store.close()
    again = System(system.path)
    assert again.tokens.find(text) == (BOB, record)
    again.store.close()


def test_a_malformed_or_unknown_token_is_refused(system):
    record, text = system.make()
    prefix, token_id, secret = text.split("_", 2)
    others = system.make(CHARLIE)[1].split("_", 2)
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
    assert [system.code(each) for each in wrong] == ["bad_token"] * len(wrong)
    assert system.tokens.find(text)[0] == BOB


def test_it_works_until_it_expires(system):
    _, text = system.make(days=1)
    system.now += timedelta(days=1, milliseconds=-1)
    assert system.tokens.find(text)[0] == BOB
    system.now += timedelta(milliseconds=1)
    assert system.code(text) == "token_expired"


def test_a_revoked_token_is_refused(system):
    record, text = system.make()
    kept = system.make(name="other")[1]
    system.bus.run(tokens.revoke, actor=BOB, token_id=record.id)
    assert system.code(text) == "bad_token"
    assert system.tokens.find(kept)[0] == BOB


def test_removing_its_owner_removes_it_for_good(system):
    record, text = system.make()
    removals = []
    system.store.subscribe(lambda commit: removals.extend(commit.events))
    system.bus.run(people.remove, actor=ALICE, email=BOB)
    assert system.code(text) == "bad_token"
    assert record.id in removals[-1].sessions, "its sockets are cut"
    system.bus.run(people.sign_in, email=BOB, session="again")
    assert system.code(text) == "bad_token"


# Its last use


def test_its_last_use_is_written_at_most_every_ten_minutes(system):
    record, text = system.make()
    system.tokens.note_use(*system.tokens.find(text))
    assert system.last_use(BOB, record.id) == NOON
    system.now += NOTED_EVERY - timedelta(seconds=1)
    before = system.store.snapshot
    system.tokens.note_use(*system.tokens.find(text))
    assert system.store.snapshot is before, "nothing is written"
    system.now += timedelta(seconds=1)
    system.tokens.note_use(*system.tokens.find(text))
    assert system.last_use(BOB, record.id) == NOON + NOTED_EVERY


def test_its_use_is_written_after_the_clock_was_set_back(system):
    record, text = system.make()
    system.tokens.note_use(*system.tokens.find(text))
    system.now -= timedelta(days=1)
    system.tokens.note_use(*system.tokens.find(text))
    assert system.last_use(BOB, record.id) == NOON - timedelta(days=1)


def test_a_session_is_renewed_after_the_clock_was_set_back(system):
    sessions = sessions_of(system)
    session = Session(BOB, "s")
    assert not sessions.renew_session(session), "its use is noted today"
    system.now -= timedelta(days=3)
    assert sessions.renew_session(session)
    assert system.store.snapshot.users[BOB].sessions["s"].used == system.now


def test_a_token_works_while_the_disk_is_full(system, monkeypatch, caplog):
    record, text = system.make()
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("writev"))
        system.tokens.note_use(*system.tokens.find(text))
    assert system.last_use(BOB, record.id) is None
    assert "could not be noted" in caplog.text
    assert system.tokens.find(text)[0] == BOB


def test_a_token_revoked_while_it_is_used_is_not_written_back(system):
    record, text = system.make()
    known = system.tokens.find(text)
    system.bus.run(tokens.revoke, actor=BOB, token_id=record.id)
    system.tokens.note_use(*known)
    assert system.store.snapshot.users[BOB].tokens == {}


# The rules


def create(world, actor=BOB, name="nightly", token_id=None, days=30):
    return world.do(tokens.create, actor=actor, token_id=token_id or name, name=name, digest=f"of {name}", days=days)


def test_events_of_making_and_revoking_name_the_token(world):
    create(world)
    assert [(event.kind, event.by, event.via) for event in world.events] == [("token_made", BOB, "nightly")]
    world.do(tokens.revoke, actor=BOB, token_id="nightly")
    (event,) = world.events
    assert (event.kind, event.by, event.to, event.via) == ("token_revoked", BOB, BOB, "nightly")
    assert event.sessions == ("nightly",), "its sockets are cut"


def test_a_name_is_taken_whatever_its_case_but_only_among_ones_own(world):
    create(world)
    refusal = world.refused(tokens.create, actor=BOB, token_id="t", name="NIGHTLY", digest="d", days=1)
    assert (refusal.code, refusal.facts["name"], refusal.facts["what"]) == ("name_taken", "nightly", "token")
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
def test_strangers_can_neither_make_nor_revoke_one(world, who):
    assert world.refused(tokens.create, actor=who, token_id="t", name="n", digest="d", days=1).code == "not_signed_in"
    assert world.refused(tokens.revoke, actor=who, token_id="t").code == "not_signed_in"


def test_others_tokens_are_unknown_to_everybody_but_admins(world):
    create(world)
    assert world.refused(tokens.revoke, actor=CHARLIE, token_id="nightly").code == "no_such_token"
    assert world.refused(tokens.revoke, actor=ALICE, token_id="unknown").code == "no_such_token"
    world.do(tokens.revoke, actor=ALICE, token_id="nightly")
    assert [(event.by, event.to) for event in world.events] == [(ALICE, BOB)]
    assert world.state.users[BOB].tokens == {}


def test_people_list_their_own_tokens_and_an_admin_anybodys(world):
    made = [create(world, name=name) for name in ("first", "second")]
    assert tokens.list_of(world.state, world.limits, BOB) == made
    assert tokens.list_of(world.state, world.limits, BOB, email=BOB) == made
    assert tokens.list_of(world.state, world.limits, ALICE, email=BOB) == made
    assert tokens.list_of(world.state, world.limits, ALICE) == []
    for who, email, code in ((CHARLIE, BOB, "not_allowed"), (None, BOB, "not_signed_in"), (ALICE, "x", "no_such_user")):
        with pytest.raises(Refusal, match=code):
            tokens.list_of(world.state, world.limits, who, email=email)


def test_the_rest_of_the_person_stays_unchanged(world):
    before = world.state.users[BOB]
    create(world)
    assert (world.state.users[BOB].sessions, world.state.users[BOB].role) == (before.sessions, before.role)
    world.do(tokens.revoke, actor=BOB, token_id="nightly")
    assert world.state.users[BOB] == before
