"""Handing a booking over: the receiver has it until the same end, and nothing of the giver's means it any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.rules import by_link, people
from loadzone.rules.booking import beat, book, book_all, cancel, change_note, renew
from loadzone.rules.expiry import settle
from loadzone.rules.hand_over import hand_over, hand_over_all
from loadzone.rules.history import clean_up
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join
from support.world import ALICE, BOB, CHARLIE, NOON, World
from unit.queues import queued

FOUR = timedelta(hours=4)


@pytest.fixture
def bobs(world):
    """Return the world after bob has booked the machine for four hours, for a job."""
    world.do(book, actor=BOB, vm_id="vm", hours=4, note="soak", via="nightly", heartbeat_minutes=10)
    return world


def given(world, actor=BOB, to=CHARLIE, **more):
    return world.do(hand_over, actor=actor, vm_id="vm", email=to, **more)


def told(world, kind):
    return [(event.by, event.to, event.receiver) for event in world.events if event.kind == kind]


def test_the_receiver_has_it_until_the_same_end_with_the_same_note(bobs):
    before = bobs.vm().booking
    bobs.later(minutes=5)
    booking = given(bobs).booking
    assert booking == replace(
        before, holder=CHARLIE, booked_at=bobs.now, via="", heartbeat_minutes=None, heartbeat_at=None
    )
    assert (booking.expires_at, booking.note, booking.end_set_at) == (NOON + FOUR, "soak", NOON)


def test_everybody_is_told_and_the_receiver_once_more_with_the_end_and_the_note(bobs):
    given(bobs)
    assert bobs.kinds() == ["handed_over", "received"]
    assert told(bobs, "handed_over") == [(BOB, None, CHARLIE)]
    [received] = [event for event in bobs.events if event.kind == "received"]
    assert (received.by, received.to, received.until, received.note) == (BOB, CHARLIE, NOON + FOUR, "soak")
    assert received.booked_at == bobs.vm().booking.booked_at, "or the buttons of the letter would be void"


def test_an_admin_hands_over_for_somebody_who_is_told_too(bobs):
    given(bobs, actor=ALICE)
    assert told(bobs, "handed_over") == [(ALICE, BOB, CHARLIE)]
    given(bobs, actor=ALICE, to=ALICE)
    assert bobs.kinds() == ["handed_over"], "an admin who takes it over knows that"
    assert told(bobs, "handed_over") == [(ALICE, CHARLIE, ALICE)]


@pytest.mark.parametrize("actor", [CHARLIE, None])
def test_nobody_else_hands_it_over(bobs, actor):
    refusal = bobs.refused(hand_over, actor=actor, vm_id="vm", email=CHARLIE)
    assert refusal.code == ("not_allowed" if actor else "not_signed_in")


def test_the_giver_has_no_part_in_it_any_more(bobs):
    given(bobs)
    for rule, more in ((cancel, {}), (renew, {"hours": 1}), (change_note, {"note": "x"}), (hand_over, {"email": BOB})):
        assert bobs.refused(rule, actor=BOB, vm_id="vm", **more).code == "not_allowed"
    assert bobs.refused(beat, actor=BOB, vm_ids=["vm"]).code == "not_allowed"
    bobs.do(renew, actor=CHARLIE, vm_id="vm", hours=1)
    bobs.do(cancel, actor=CHARLIE, vm_id="vm")


def test_it_no_longer_ends_when_the_job_is_silent(bobs):
    given(bobs)
    bobs.later(hours=3)
    bobs.do(settle, vm_ids=["vm"])
    assert bobs.vm().holder == CHARLIE
    bobs.later(hours=1)
    bobs.do(settle, vm_ids=["vm"])
    assert (bobs.vm().holder, bobs.events[0].to) == (None, CHARLIE)


@pytest.mark.parametrize("action", ["renew", "release"])
@pytest.mark.parametrize("back", [False, True])
def test_the_givers_old_links_are_void_even_if_it_comes_back(bobs, action, back):
    booking = bobs.vm().booking
    link = LinkTarget(action, BOB, frozenset([mark_of("vm", booking.booked_at, booking.expires_at)]))
    bobs.later(minutes=1)
    given(bobs)
    if back:
        bobs.later(minutes=1)
        given(bobs, actor=CHARLIE, to=BOB)
    before = bobs.vm()
    assert bobs.refused(by_link.follow, target=link).code == "link_void"
    assert bobs.vm() == before


def test_a_caller_may_name_the_very_booking(bobs):
    first = bobs.vm().booking.booked_at
    bobs.later(minutes=1)
    given(bobs, booked_at=first)
    refusal = bobs.refused(hand_over, actor=ALICE, vm_id="vm", email=ALICE, booked_at=first)
    assert (refusal.code, refusal.facts["vm"]) == ("changed", bobs.vm())
    for rule in (cancel, change_note):
        more = {"note": "x"} if rule is change_note else {}
        assert bobs.refused(rule, actor=ALICE, vm_id="vm", booked_at=first, **more).code == "changed"


def test_an_unknown_receiver_or_one_whose_domain_may_not_sign_in_is_refused(bobs):
    refusal = bobs.refused(hand_over, actor=BOB, vm_id="vm", email="nobody@example.com")
    assert (refusal.code, refusal.facts["email"], refusal.facts["field"]) == (
        "no_such_user",
        "nobody@example.com",
        "email",
    )
    bobs.do(people.sign_in, email="carol@old.example", session="s")
    bobs.limits = replace(bobs.limits, allowed_domains=("example.com",))
    assert bobs.refused(hand_over, actor=BOB, vm_id="vm", email="carol@old.example").code == "domain_not_allowed"


@pytest.mark.parametrize("actor", [BOB, ALICE])
def test_whoever_has_it_cannot_get_it(bobs, actor):
    refusal = bobs.refused(hand_over, actor=actor, vm_id="vm", email=BOB)
    assert (refusal.code, refusal.facts["holder"]) == ("is_yours", BOB)


def test_a_machine_that_is_not_booked_or_whose_booking_has_just_ended_is_refused(bobs):
    bobs.later(hours=4)
    assert bobs.refused(hand_over, actor=BOB, vm_id="vm", email=CHARLIE).code == "not_booked"
    bobs.do(settle, vm_ids=["vm"])
    assert bobs.refused(hand_over, actor=BOB, vm_id="vm", email=CHARLIE).code == "not_booked"


def test_a_machine_out_of_service_stays_so(bobs):
    bobs.do(edit, actor=ALICE, vm_id="vm", maintenance="fan")
    assert given(bobs).maintenance == "fan"


# Limits


def two_at_most():
    world = World(max_machines=2)
    world.add("vm", "a", "b", "c")
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    return world


def test_the_receivers_limit_counts_and_an_admin_goes_over_it_by_force():
    world = two_at_most()
    world.do(book_all, actor=CHARLIE, vm_ids=["a", "b"], hours=1)
    refusal = world.refused(hand_over, actor=BOB, vm_id="vm", email=CHARLIE, force=True)
    assert (refusal.code, refusal.facts["email"], refusal.facts["used"]) == ("over_limit", CHARLIE, 2)
    assert world.refused(hand_over, actor=ALICE, vm_id="vm", email=CHARLIE).code == "over_limit"
    assert given(world, actor=ALICE, force=True).holder == CHARLIE


def test_several_are_handed_over_together_or_not_at_all():
    world = two_at_most()
    world.do(book, actor=BOB, vm_id="a", hours=4)
    world.do(book, actor=CHARLIE, vm_id="b", hours=4)
    both = {"actor": BOB, "vm_ids": ["vm", "a"], "email": CHARLIE}
    refusal = world.refused(hand_over_all, **both)
    assert (refusal.code, refusal.facts["left"]) == ("over_limit", 1)
    world.do(cancel, actor=CHARLIE, vm_id="b")
    seen = {"vm": NOON, "a": NOON + FOUR}
    assert world.refused(hand_over_all, **both, bookings=seen).code == "changed"
    assert [vm.holder for vm in world.do(hand_over_all, **both, bookings={"a": NOON})] == [CHARLIE, CHARLIE]


def test_the_giver_may_be_served_elsewhere_then():
    world = two_at_most()
    world.do(book, actor=BOB, vm_id="a", hours=4)
    world.do(book, actor=CHARLIE, vm_id="b", hours=1)
    world.do(join, actor=BOB, vm_id="b", hours=1)
    world.do(cancel, actor=CHARLIE, vm_id="b")
    assert world.vm("b").hold is None, "bob has as many as one may have"
    given(world, to=ALICE)
    assert world.vm("b").hold.email == BOB


# Queues


def test_the_receiver_leaves_the_queue_of_the_machine_and_nobody_else_does(bobs):
    queued(bobs, CHARLIE, ALICE, vm_id="vm")
    given(bobs)
    assert [waiter.email for waiter in bobs.vm().queue] == [ALICE]


def test_the_receiver_is_told_that_others_wait_and_may_not_renew(bobs):
    queued(bobs, ALICE, vm_id="vm")
    given(bobs)
    assert [(event.to, event.by) for event in bobs.events if event.kind == "waited_for"] == [(CHARLIE, ALICE)]
    assert bobs.refused(renew, actor=CHARLIE, vm_id="vm", hours=1).code == "others_wait"


def test_if_only_the_receiver_waited_it_can_be_renewed(bobs):
    queued(bobs, CHARLIE, vm_id="vm")
    given(bobs)
    assert "waited_for" not in bobs.kinds()
    bobs.do(renew, actor=CHARLIE, vm_id="vm", hours=1)


# Reminders and renewals


def reminders(world):
    world.do(settle, vm_ids=["vm"])
    return [event.to for event in world.events if event.kind == "reminder"]


def test_the_receiver_is_reminded(bobs):
    given(bobs)
    bobs.now = NOON + FOUR - timedelta(minutes=60)
    assert reminders(bobs) == [CHARLIE]


def test_after_a_reminder_to_the_giver_the_receiver_hears_of_the_end_at_once_and_gets_the_next_reminder(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    world.later(hours=3)
    assert reminders(world) == [BOB]
    given(world)
    assert [event.until for event in world.events if event.kind == "received"] == [NOON + FOUR]
    assert reminders(world) == [], "the letter has just said it"
    world.later(minutes=45)
    assert reminders(world) == [CHARLIE]


def test_a_hand_over_gives_no_more_time(bobs):
    limit = NOON + timedelta(hours=bobs.limits.max_ahead_hours)
    for _ in range(6):
        bobs.do(renew, actor=BOB, vm_id="vm", hours=24)
    bobs.do(renew, actor=BOB, vm_id="vm", hours=20)
    given(bobs)
    refusal = bobs.refused(renew, actor=CHARLIE, vm_id="vm", hours=1)
    assert (refusal.code, refusal.facts["latest"]) == ("too_far_ahead", limit)


# Histories


def lines(world, email):
    return [(entry.action, entry.person) for entry in world.state.users[email].bookings]


def test_both_histories_tell_it(bobs):
    given(bobs, actor=ALICE)
    bobs.do(renew, actor=CHARLIE, vm_id="vm", hours=1)
    bobs.do(cancel, actor=CHARLIE, vm_id="vm")
    assert lines(bobs, BOB) == [("book", ""), ("hand_over", CHARLIE)]
    assert lines(bobs, CHARLIE) == [("receive", BOB), ("renew", ""), ("cancel", "")]


def test_the_clean_up_treats_it_like_a_booking_and_an_ending(bobs):
    given(bobs)
    bobs.later(hours=3, minutes=30)
    bobs.do(clean_up)
    assert lines(bobs, BOB) == [], "over an hour ago"
    assert lines(bobs, CHARLIE) == [("receive", BOB)], "the present booking"
    bobs.later(minutes=31)
    bobs.do(settle, vm_ids=["vm"])
    assert lines(bobs, CHARLIE) == [("receive", BOB), ("release", "")]
    bobs.later(hours=1, minutes=1)
    bobs.do(clean_up)
    assert lines(bobs, CHARLIE) == []
