from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.domain.refusal import Refusal
from loadzone.notifications.letters import letters_for, reader_of
from loadzone.rules import by_link, people, sessions, tokens
from loadzone.rules.booking import book, cancel
from loadzone.rules.queue import join
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, World


def roles(world):
    return {one.user.email: one.role for one in people.list_all(world.state, world.limits, ALICE)}


def test_if_no_admins_are_set_the_first_to_sign_in_becomes_one():
    world = World(admins=())
    assert roles(world) == {ALICE: "admin", BOB: "user", CHARLIE: "user"}


def test_if_admins_are_set_only_they_are_admins():
    world = World(admins=(CHARLIE,))
    assert people.role_of(world.state, world.limits, ALICE) == "user"
    assert people.role_of(world.state, world.limits, CHARLIE) == "admin"


def test_only_addresses_of_the_allowed_domains_can_sign_in():
    world = World(allowed_domains=("example.com",))
    refusal = world.refused(people.sign_in, email="eve@sub.example.com", session="s")
    assert (refusal.code, STATUS[refusal.code]) == ("domain_not_allowed", 403)


def test_a_session_lasts_thirty_days_from_its_last_use(world):
    world.do(people.sign_in, email=BOB, session="phone")
    world.later(days=29)
    world.do(sessions.keep, actor=BOB, name="phone")
    world.later(days=29)
    user = world.state.users[BOB]
    assert sessions.is_in_force(user, "phone", world.limits, world.now)
    assert not sessions.is_in_force(user, f"session of {BOB}", world.limits, world.now)
    assert not sessions.is_in_force(user, "phone", world.limits, world.now + timedelta(days=1))


def test_the_sockets_of_a_session_that_runs_out_are_cut_once(world):
    world.do(people.sign_in, email=BOB, session="phone")
    world.later(days=29)
    world.do(sessions.keep, actor=BOB, name="phone")
    since = world.now
    world.later(days=1)
    world.do(sessions.cut_expired, since=since)
    cut = {event.to: event.sessions for event in world.events}
    assert cut[BOB] == (f"session of {BOB}",)
    since = world.now
    world.later(minutes=5)
    world.do(sessions.cut_expired, since=since)
    assert world.events == []


def test_signing_out_ends_one_session_or_all(world):
    world.do(people.sign_in, email=BOB, session="phone")
    world.do(people.sign_in, email=BOB, session="laptop")
    world.do(sessions.sign_out, actor=BOB, name="phone")
    assert world.events[0].sessions == ("phone",)
    assert "laptop" in world.state.users[BOB].sessions
    world.do(sessions.sign_out, actor=BOB, name=None)
    assert not world.state.users[BOB].sessions


def test_the_number_of_sessions_is_limited(world):
    for number in range(300):
        world.do(people.sign_in, email=BOB, session=f"s{number}")
    assert len(world.state.users[BOB].sessions) == sessions.AT_MOST
    assert "s299" in world.state.users[BOB].sessions
    assert world.events[-1].sessions == ("s99",), "the session whose sockets are cut"


def test_the_session_unused_longest_goes_first(world):
    world.do(people.sign_in, email=BOB, session="daily browser")
    for number in range(300):
        world.later(minutes=1)
        world.do(sessions.keep, actor=BOB, name="daily browser")
        world.do(people.sign_in, email=BOB, session=f"script {number}")
    assert "daily browser" in world.state.users[BOB].sessions


def test_an_admin_makes_admins_and_takes_it_back(world):
    world.do(people.set_role, actor=ALICE, email=BOB, role="admin")
    assert roles(world)[BOB] == "admin"
    assert (world.do(people.set_role, actor=BOB, email=BOB, role="user"), roles(world)[BOB]) == (None, "user")


def test_a_user_can_neither_change_roles_nor_remove_people(world):
    assert world.refused(people.set_role, actor=BOB, email=BOB, role="admin").code == "not_allowed"
    assert world.refused(people.remove, actor=BOB, email=ALICE).code == "not_allowed"
    with pytest.raises(Refusal, match="not_allowed"):
        people.list_all(world.state, world.limits, BOB)


def test_the_last_admin_stays():
    world = World(admins=())
    assert world.refused(people.set_role, actor=ALICE, email=ALICE, role="user").code == "last_admin"
    assert world.refused(people.remove, actor=ALICE, email=ALICE).code == "last_admin"
    world.do(people.set_role, actor=ALICE, email=BOB, role="admin")
    world.do(people.remove, actor=ALICE, email=ALICE)
    assert ALICE not in world.state.users


def test_an_admin_named_in_the_settings_stays_one(world):
    assert world.refused(people.set_role, actor=ALICE, email=ALICE, role="user").code == "admin_by_settings"


def test_removing_somebody_frees_what_they_hold_and_ends_their_sessions(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(people.remove, actor=ALICE, email=BOB)
    assert world.vm().holder is None
    assert BOB not in world.state.users
    assert world.kinds() == ["force_released", "user_removed"]
    assert world.events[-1].sessions == (f"session of {BOB}",)
    assert world.refused(people.remove, actor=ALICE, email=BOB).code == "no_such_user"


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ({}, "en"),
        ({"language": "ru"}, "ru"),
        ({"seen_language": "ru"}, "ru"),
        ({"language": "en", "seen_language": "ru"}, "en"),
    ],
)
def test_somebody_who_is_removed_reads_of_it_in_their_language(world, wishes, language):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.state.users[BOB] = replace(world.state.users[BOB], **wishes)
    world.do(people.remove, actor=ALICE, email=BOB)
    [letter] = letters_for(world.events, world.now)
    assert reader_of(letter, None, "en").language == language


def test_somebody_who_is_removed_gets_no_letter_of_a_kind_that_they_have_stopped(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(people.choose, actor=BOB, letters={"released": False})
    world.do(people.remove, actor=ALICE, email=BOB)
    assert list(letters_for(world.events, world.now)) == []


def test_choosing_the_same_language_again_makes_no_event(world):
    world.do(people.choose, actor=BOB, language="en")
    assert world.kinds() == ["preferences_changed", "language_chosen"]
    world.do(people.choose, actor=BOB, language="en")
    assert world.kinds() == []


def test_the_choice_of_letters_keeps_what_it_does_not_name(world):
    world.do(people.choose, actor=BOB, letters={"held": False, "reminder": False})
    world.do(people.choose, actor=BOB, letters={"held": True, "ended": False})
    assert world.state.users[BOB].no_letters == ("reminder", "ended")
    world.do(people.unsubscribe, email=BOB, kind="auto")
    world.do(people.unsubscribe, email=BOB, kind="auto")
    assert world.state.users[BOB].no_letters == ("reminder", "ended", "auto")
    world.do(people.subscribe, email=BOB, kind="auto")
    assert world.state.users[BOB].no_letters == ("reminder", "ended")
    for rule in (people.unsubscribe, people.subscribe):
        assert world.refused(rule, email="nobody@example.com", kind="auto").code == "no_such_user"


# LOADZONE_ALLOWED_DOMAINS, narrowed

EVE = "eve@old.example"


@pytest.fixture
def narrowed():
    """Return a world in which eve has a session, a token, a booking, a place and a hold, but may not sign in."""
    world = World()
    world.add("booked", "taken", "held")
    world.do(people.sign_in, email=EVE, session="phone")
    world.do(tokens.create, actor=EVE, token_id="t", name="nightly", digest="digest", days=30)
    world.do(book, actor=EVE, vm_id="booked", hours=2)
    for vm_id in ("taken", "held"):
        world.do(book, actor=CHARLIE, vm_id=vm_id, hours=2)
        world.do(join, actor=EVE, vm_id=vm_id, hours=1)
        world.do(join, actor=BOB, vm_id=vm_id, hours=1)
    world.do(cancel, actor=CHARLIE, vm_id="held")
    assert world.vm("held").hold.email == EVE
    world.limits = replace(world.limits, allowed_domains=("example.com",))
    return world


def test_people_of_a_domain_no_longer_allowed_lose_sessions_tokens_places_and_holds(narrowed):
    before = narrowed.state.users[BOB]
    narrowed.do(people.end_disallowed)
    assert narrowed.kinds() == ["domain_disallowed", "queue_dropped", "hold_ended", "held"]
    assert (narrowed.events[0].to, narrowed.events[0].sessions) == (EVE, ("phone", "t"))
    eve = narrowed.state.users[EVE]
    assert (eve.sessions, eve.tokens) == ({}, {})
    assert (narrowed.vm("held").hold.email, [w.email for w in narrowed.vm("taken").queue]) == (BOB, [BOB])
    assert narrowed.vm("booked").holder == EVE, "what was promised to her stays"
    assert narrowed.state.users[BOB] == before
    narrowed.do(people.end_disallowed)
    assert narrowed.events == []


def test_the_links_in_their_letters_are_void(narrowed):
    booking = narrowed.vm("booked").booking
    for action in ("renew", "release"):
        mark = mark_of("booked", booking.booked_at, booking.expires_at)
        assert narrowed.refused(by_link.follow, target=LinkTarget(action, EVE, frozenset([mark]))).code == "link_void"


def test_an_admin_who_may_not_sign_in_does_not_count_as_the_last_one():
    world = World(admins=())
    world.do(people.sign_in, email=EVE, session="phone")
    for email in (BOB, EVE):
        world.state.users[email] = replace(world.state.users[email], role="admin")
    world.state.users[ALICE] = replace(world.state.users[ALICE], role="user")
    world.limits = replace(world.limits, allowed_domains=("example.com",))
    assert world.refused(people.set_role, actor=BOB, email=BOB, role="user").code == "last_admin"
