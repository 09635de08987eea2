"""The links in letters: each does one action, once, on the booking or hold that its letter is about."""

import re
from datetime import timedelta

import pytest
from itsdangerous import URLSafeSerializer

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.domain.refusal import Refusal
from loadzone.notifications.letters import LetterWriter, Reader, letters_for
from loadzone.notifications.signed_links import SignedLinks
from loadzone.rules import by_link
from loadzone.rules.booking import book, cancel, renew
from loadzone.rules.expiry import settle
from loadzone.rules.inventory import delete, edit
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, holds, queued

LINKS = SignedLinks("k" * 20, "http://lz")


def mailed(world, kind):
    """Return the targets of the links in the letter about this event, by action."""
    (letter,) = letters_for([event for event in world.events if event.kind == kind], world.now)
    text = LetterWriter(LINKS, "http://lz").write(letter, Reader("en")).text
    targets = [LINKS.read(token) for token in re.findall(r"http://lz/link/(\S+)", text)]
    return {target.action: target for target in targets}


def follow(world, target):
    """Press the button of a link about one machine; return the machine."""
    [vm], refused = world.do(by_link.follow, target=target)
    assert refused == []
    return world.vm(vm.id)


def shown(world, target):
    """Return the names of the machines on the page behind the link."""
    return sorted(vm.id for vm in by_link.machines(target, world.state.vms, world.limits, world.now))


def void(world, target):
    """Return whether the link does nothing any more: its page shows that, and its button is refused."""
    refusal = world.refused(by_link.follow, target=target)
    return not shown(world, target) and (refusal.code, STATUS[refusal.code]) == ("link_void", 410)


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
    assert all(shown(held, target) == ["vm"] for target in held.links.values())


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
    held.now = held.vm().hold.until
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
    assert held.refused(by_link.follow, target=held.links["take"]).code == "not_signed_in"


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
    assert reminded.refused(by_link.follow, target=reminded.links["renew"]).code == "others_wait"


def test_the_link_is_void_for_a_renewed_booking_and_for_the_next_one(reminded):
    end = reminded.vm().booking.expires_at
    reminded.do(renew, actor=BOB, vm_id="vm", hours=1)
    assert void(reminded, reminded.links["release"])
    reminded.do(cancel, actor=BOB, vm_id="vm")
    reminded.do(book, actor=BOB, vm_id="vm", hours=59 / 60)
    assert reminded.vm().booking.expires_at == end
    assert void(reminded, reminded.links["release"])


def test_the_link_is_void_once_the_job_is_silent_even_before_the_timer_has_come_by(world):
    world.do(book, actor=BOB, vm_id="vm", hours=2, heartbeat_minutes=10)
    booking = world.vm().booking
    mark = mark_of("vm", booking.booked_at, booking.expires_at)
    world.later(minutes=10)
    refusal = world.refused(by_link.follow, target=LinkTarget("renew", BOB, frozenset([mark])))
    assert refusal.code == "link_void"


def test_a_forged_link_is_refused():
    target = LinkTarget("take", BOB, frozenset([mark_of("vm", NOON, NOON + timedelta(minutes=15))]))
    ours, theirs = (
        links.url(target).rpartition("/")[2] for links in (LINKS, SignedLinks("another key" * 2, "http://lz"))
    )
    assert LINKS.read(ours) == target
    for forged in (ours[:-1], "x" + ours, theirs, ""):
        with pytest.raises(Refusal, match="not_found"):
            LINKS.read(forged)


def test_a_link_of_an_earlier_version_is_read():
    """It names the booking itself."""
    booking = ["release", "vm", BOB, "2026-11-24T12:00:00Z", "2026-11-24T14:00:00Z"]
    token = URLSafeSerializer("k" * 20, salt="loadzone-mail-link").dumps(booking)
    mark = mark_of("vm", NOON, NOON + timedelta(hours=2))
    assert LINKS.read(token) == LinkTarget("release", BOB, frozenset([mark]))


# Links about several machines


@pytest.fixture
def three(world):
    """Return the world with three machines of bob that end at one time; `links` are those of the one reminder."""
    world.add("a", "b", "c")
    for vm_id in "abc":
        world.do(book, actor=BOB, vm_id=vm_id, hours=2)
    world.later(minutes=61)
    world.do(settle, vm_ids=["a", "b", "c"])
    world.links = mailed(world, "reminder")
    return world


def names(vms):
    return sorted(vm.id for vm in vms)


@pytest.mark.parametrize("action", ["renew", "release"])
def test_a_link_acts_on_all_machines_of_its_letter(three, action):
    assert shown(three, three.links[action]) == ["a", "b", "c"]
    done, refused = three.do(by_link.follow, target=three.links[action])
    assert (names(done), refused) == (["a", "b", "c"], [])
    assert void(three, three.links["renew"])
    assert void(three, three.links["release"])


def test_it_acts_on_those_that_are_still_so(three):
    three.do(renew, actor=BOB, vm_id="a", hours=1)
    three.do(cancel, actor=BOB, vm_id="b")
    three.do(book, actor=CHARLIE, vm_id="b", hours=1)
    assert shown(three, three.links["release"]) == ["c"]
    done, refused = three.do(by_link.follow, target=three.links["release"])
    assert (names(done), refused) == (["c"], [])
    assert (three.vm("a").holder, three.vm("b").holder) == (BOB, CHARLIE)


def test_what_cannot_be_done_on_one_machine_is_said_and_done_on_the_others(three):
    queued(three, CHARLIE, vm_id="b")
    before = three.vm("b")
    done, refused = three.do(by_link.follow, target=three.links["renew"])
    assert names(done) == ["a", "c"]
    assert [(vm_id, refusal.code) for vm_id, refusal in refused] == [("b", "others_wait")]
    assert three.vm("b") == before
    assert shown(three, three.links["renew"]) == ["b"]


def test_where_it_can_be_done_on_none_it_is_refused(three):
    for vm_id in "abc":
        queued(three, CHARLIE, vm_id=vm_id)
    assert three.refused(by_link.follow, target=three.links["renew"]).code == "others_wait"


@pytest.mark.parametrize(("action", "holder"), [("take", BOB), ("pass", None)])
def test_several_held_machines_are_taken_and_passed_alike(full, action, holder):
    queued(full, BOB, group_id=1, count=2)
    free(full, "a", "b")
    done, refused = full.do(by_link.follow, target=mailed(full, "held")[action])
    assert (names(done), refused) == (["a", "b"], [])
    assert [full.vm(vm_id).holder for vm_id in "ab"] == [holder, holder]


def test_a_link_about_hundreds_of_machines_fits_into_an_address():
    marks = frozenset(mark_of(f"machine-{n}", NOON, NOON + timedelta(hours=1)) for n in range(500))
    assert len(marks) == 500
    target = LinkTarget("release", BOB, marks)
    token = LINKS.url(target).rpartition("/")[2]
    assert len(token) < 6000
    assert LINKS.read(token) == target


def test_the_mark_of_a_booking_is_that_of_no_other():
    times = [None, NOON, NOON + timedelta(milliseconds=1)]
    marks = {mark_of(vm_id, since, until) for vm_id in ("a", "b") for since in times for until in times if until}
    assert len(marks) == 12
