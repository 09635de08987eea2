"""The links in letters: each does one action, once, on the booking or hold that its letter is about."""

import re
from datetime import timedelta

import pytest

from loadzone.domain.refusal import Refusal
from loadzone.notifications.letters import LetterWriter, letters_for
from loadzone.notifications.signed_links import LinkTarget, SignedLinks
from loadzone.rules import by_link
from loadzone.rules.booking import book, cancel, renew
from loadzone.rules.expiry import settle
from loadzone.rules.inventory import delete, edit
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued

LINKS = SignedLinks("k" * 20, "http://lz")
ACTIONS = {"take": by_link.take, "pass": by_link.pass_on, "renew": by_link.renew, "release": by_link.release}


def mailed(world, kind):
    """Return the targets of the links in the letter about this event, by action."""
    (event,) = [event for event in world.events if event.kind == kind]
    (letter,) = letters_for(event, world.now)
    text = LetterWriter(LINKS, "http://lz").write(letter, "en").text
    targets = [LINKS.read(token) for token in re.findall(r"http://lz/link/(\S+)", text)]
    return {target.action: target for target in targets}


def follow(world, target):
    return world.do(ACTIONS[target.action], target=target)


def void(world, target):
    """Return whether the link does nothing any more: its page shows that, and its button is refused."""
    shown = by_link.is_valid(target, world.state.vms.get(target.vm_id), world.now)
    refusal = world.refused(ACTIONS[target.action], target=target)
    return not shown and (refusal.code, STATUS[refusal.code]) == ("link_void", 410)


@pytest.fixture
def held(taken):
    """Return the world with the machine held for bob while alice waits; `links` are those in bob's letter."""
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    taken.links = mailed(taken, "held")
    return taken


@pytest.fixture
def reminded(world):
    world.do(book, actor=BOB, vm_id="vm", hours=2)
    world.later(minutes=61)
    world.do(settle, vm_ids=["vm"])
    world.links = mailed(world, "reminder")
    return world


def test_the_letter_of_a_hold_has_links_to_take_and_to_pass(held):
    assert sorted(held.links) == ["pass", "take"]
    assert all(by_link.is_valid(target, held.vm(), held.now) for target in held.links.values())


def test_take_books_for_the_hours_asked_in_the_queue(held):
    vm = follow(held, held.links["take"])
    assert (vm.holder, vm.booking.expires_at) == (BOB, held.now + timedelta(hours=2))
    assert void(held, held.links["take"])
    assert void(held, held.links["pass"])


def test_take_books_no_longer_than_the_settings_allow(held):
    held.limits = type(held.limits)(admins=(ALICE,), max_hours=1)
    assert follow(held, held.links["take"]).booking.expires_at == held.now + timedelta(hours=1)


def test_pass_gives_it_to_the_next(held):
    assert follow(held, held.links["pass"]).hold.email == ALICE
    assert void(held, held.links["pass"])
    assert void(held, held.links["take"])


@pytest.mark.parametrize(("action", "holder"), [("take", BOB), ("pass", None)])
def test_a_hold_from_the_groups_queue_is_taken_and_passed_alike(full, action, holder):
    queued(full, BOB, group_id=1)
    free(full, "a")
    vm = follow(full, mailed(full, "held")[action])
    assert (vm.holder, vm.hold) == (holder, None)


@pytest.mark.parametrize("action", ["take", "pass"])
def test_once_the_time_is_over_the_link_is_void(held, action):
    held.now = held.links[action].until
    assert void(held, held.links[action])
    held.do(settle, vm_ids=["vm"])
    assert void(held, held.links[action])
    assert holds(held) == {"vm": (ALICE, True)}


@pytest.mark.parametrize("action", ["take", "pass"])
def test_the_link_is_void_for_a_later_hold_of_the_same_person(held, action):
    held.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    assert void(held, held.links[action])
    held.later(minutes=1)
    held.do(cancel, actor=ALICE, vm_id="vm")
    assert holds(held) == {"vm": (BOB, True)}
    assert void(held, held.links[action])
    follow(held, mailed(held, "held")[action])


@pytest.mark.parametrize("action", ["take", "pass"])
def test_a_machine_out_of_service_or_deleted_can_be_neither_taken_nor_passed(held, action):
    held.do(edit, actor=ALICE, vm_id="vm", maintenance="disk swap")
    assert void(held, held.links[action])
    held.do(delete, actor=ALICE, vm_id="vm")
    assert void(held, held.links[action])


def test_a_removed_person_cannot_take_it(held):
    del held.state.users[BOB]
    assert held.refused(by_link.take, target=held.links["take"]).code == "not_signed_in"


def test_the_letter_of_a_reminder_has_links_to_renew_and_to_release(reminded):
    assert sorted(reminded.links) == ["release", "renew"]
    end = reminded.vm().booking.expires_at
    assert follow(reminded, reminded.links["renew"]).booking.expires_at == end + timedelta(hours=1)
    assert void(reminded, reminded.links["renew"])
    assert void(reminded, reminded.links["release"]), "the letter was about the old end"


def test_release_frees_it_for_the_next(reminded):
    queued(reminded, CHARLIE, vm_id="vm")
    assert follow(reminded, reminded.links["release"]).hold.email == CHARLIE
    assert void(reminded, reminded.links["release"])


def test_a_link_renews_only_what_its_person_may_renew(reminded):
    queued(reminded, CHARLIE, vm_id="vm")
    assert reminded.refused(by_link.renew, target=reminded.links["renew"]).code == "others_wait"


def test_the_link_is_void_for_a_renewed_booking_and_for_the_next_one(reminded):
    reminded.do(renew, actor=BOB, vm_id="vm", hours=1)
    assert void(reminded, reminded.links["release"])
    reminded.do(cancel, actor=BOB, vm_id="vm")
    reminded.do(book, actor=BOB, vm_id="vm", hours=59 / 60)
    assert reminded.vm().booking.expires_at == reminded.links["release"].until
    assert void(reminded, reminded.links["release"])


def test_a_forged_link_is_refused():
    target = LinkTarget("take", "vm", BOB, NOON, NOON + timedelta(minutes=15))
    ours, theirs = (
        links.url(target).rpartition("/")[2] for links in (LINKS, SignedLinks("another key" * 2, "http://lz"))
    )
    assert LINKS.read(ours) == target
    for forged in (ours[:-1], "x" + ours, theirs, ""):
        with pytest.raises(Refusal, match="not_found"):
            LINKS.read(forged)
