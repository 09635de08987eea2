"""Rules of invitations: whom they make known, who gets a letter, and how they end."""

import pytest

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.events import LETTER_KINDS
from loadzone.domain.people import Letter
from loadzone.i18n import LANGUAGES, say
from loadzone.notifications.letters import LetterWriter, Reader, letters_for
from loadzone.notifications.signed_links import SignedLinks
from loadzone.rules import invitations, people, sessions
from loadzone.rules.still_so import still_so
from support.world import ALICE, BOB, NOON, World

EVE = "eve@example.com"
WRITER = LetterWriter(SignedLinks("k" * 20, "http://lz"), "http://lz")


def invite(world, *emails):
    return world.do(invitations.invite, actor=ALICE, emails=list(emails))


def test_the_invited_are_known_and_have_never_been_here(world):
    assert invite(world, EVE, BOB) == ([EVE], [BOB])
    eve = world.state.users[EVE]
    assert (eve.invited_by, eve.created, sessions.last_seen(eve)) == (ALICE, world.now, None)
    assert [(event.kind, event.to) for event in world.events] == [("invited", EVE)]


def test_another_invitation_within_a_day_sends_no_second_letter(world):
    invite(world, EVE)
    world.later(hours=23)
    assert invite(world, EVE) == ([], [EVE])
    assert world.events == []
    world.later(hours=1)
    assert invite(world, EVE) == ([EVE], [])


def test_signing_in_ends_the_invitation(world):
    invite(world, EVE)
    world.later(hours=5)
    world.do(people.sign_in, email=EVE, session="s")
    eve = world.state.users[EVE]
    assert (eve.invited_by, eve.created, eve.role) == ("", world.now, "user")
    assert "user_added" in [event.kind for event in world.events]
    world.later(days=5)
    assert invite(world, EVE) == ([], [EVE])


def test_the_role_given_to_somebody_invited_is_kept(world):
    invite(world, EVE)
    world.do(people.set_role, actor=ALICE, email=EVE, role="admin")
    world.do(people.sign_in, email=EVE, session="s")
    assert world.state.users[EVE].role == "admin"


def test_an_invited_person_can_be_removed(world):
    invite(world, EVE)
    world.do(people.remove, actor=ALICE, email=EVE)
    assert EVE not in world.state.users


def test_one_address_of_another_domain_refuses_all():
    world = World(allowed_domains=("example.com",))
    refusal = world.refused(invitations.invite, actor=ALICE, emails=[EVE, "eve@example.org"])
    assert (refusal.code, refusal.facts["email"]) == ("domain_not_allowed", "eve@example.org")
    assert EVE not in world.state.users


def test_only_admins_invite(world):
    assert world.refused(invitations.invite, actor=BOB, emails=[EVE]).code == "not_allowed"


def test_the_file_keeps_an_invitation(world):
    invite(world, EVE)
    encoder = StateEncoder()
    encoder.mark_all(world.state)
    loaded, _ = read_state(encoder.encode(world.state))
    assert loaded.users[EVE] == world.state.users[EVE]


def test_the_letter_is_so_until_the_person_signs_in_or_is_removed(world):
    invite(world, EVE)
    [letter] = letters_for(world.events, world.now)
    assert still_so(letter, world.state, world.now) == letter
    world.do(people.sign_in, email=EVE, session="s")
    assert still_so(letter, world.state, world.now) is None
    world.do(people.remove, actor=ALICE, email=EVE)
    assert still_so(letter, world.state, world.now) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_says_who_invites_and_leads_to_the_page(language):
    letter = Letter("1", "eve+x@example.com", "invitation", NOON, {"by": ALICE})
    written = WRITER.write(letter, Reader(language, may_unsubscribe=True))
    assert written.subject == say(language, "mail.invitation.subject", by=ALICE)
    for text in (written.text, written.html):
        assert "http://lz/?email=eve%2Bx@example.com" in text
        assert "eve+x@example.com" in text
    assert written.unsubscribe == ""


def test_nobody_chooses_to_get_no_invitation():
    assert "invitation" not in LETTER_KINDS
