"""What is no longer so is not sent: each kind of letter, while its reader's machines and queues change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.events import EVENT_KINDS
from loadzone.domain.people import Letter
from loadzone.notifications.letters import letters_for
from loadzone.rules.booking import book, cancel, renew
from loadzone.rules.expiry import settle
from loadzone.rules.groups import create
from loadzone.rules.hand_over import hand_over
from loadzone.rules.inventory import delete, edit
from loadzone.rules.queue import join, leave
from loadzone.rules.still_so import STILL_SO, still_so
from loadzone.rules.undelete import undelete_vms
from support.world import ALICE, BOB, CHARLIE, NOON
from unit.queues import free, queued


def letter_of(world, kind, to=BOB):
    """Return the letter of this kind that the last change asks for."""
    (letter,) = [one for one in letters_for(world.events, world.now) if (one.kind, one.to) == (kind, to)]
    return letter


def is_so(world, letter):
    return still_so(letter, world.state, world.now) is not None


def test_each_kind_of_letter_is_decided():
    assert STILL_SO.keys() == {kind.letter for kind in EVENT_KINDS.values() if kind.letter}


@pytest.fixture
def reminder(world):
    world.do(book, actor=BOB, vm_id="vm", hours=2)
    world.later(minutes=61)
    world.do(settle, vm_ids=["vm"])
    return letter_of(world, "reminder")


def test_a_reminder_is_so_until_the_end(world, reminder):
    assert is_so(world, reminder)
    world.later(minutes=59)
    assert not is_so(world, reminder)


def test_a_reminder_is_not_so_after_a_renewal_or_a_release(world, reminder):
    world.do(renew, actor=BOB, vm_id="vm", hours=1)
    assert not is_so(world, reminder)
    world.do(cancel, actor=BOB, vm_id="vm")
    assert not is_so(world, reminder)
    world.do(book, actor=CHARLIE, vm_id="vm", hours=59 / 60)
    assert not is_so(world, reminder)


@pytest.fixture
def held(taken):
    """Return the letter that the machine is held for bob, for whom it is held while alice waits."""
    queued(taken, BOB, ALICE, vm_id="vm")
    free(taken, "vm")
    return letter_of(taken, "held")


def test_a_hold_is_so_until_its_end(taken, held):
    assert is_so(taken, held)
    taken.now = taken.vm().hold.until
    assert not is_so(taken, held), "before the timer has come by, too"
    taken.do(settle, vm_ids=["vm"])
    assert not is_so(taken, held)


@pytest.mark.parametrize("what", ["taken", "given up", "lost"])
def test_a_hold_is_not_so_once_it_is_over_in_another_way(taken, held, what):
    if what == "taken":
        taken.do(book, actor=BOB, vm_id="vm", hours=1)
    elif what == "given up":
        taken.do(leave, actor=BOB, vm_id="vm")
    else:
        taken.do(edit, actor=ALICE, vm_id="vm", maintenance="disk swap")
    assert not is_so(taken, held)


def test_that_a_turn_has_passed_is_so_until_its_person_waits_or_books_again(taken, held):
    taken.later(minutes=15)
    taken.do(settle, vm_ids=["vm"])
    lapsed = letter_of(taken, "lapsed")
    assert is_so(taken, lapsed)
    taken.do(join, actor=BOB, vm_id="vm", hours=1)
    assert not is_so(taken, lapsed)


def test_that_a_turn_has_passed_is_so_for_somebody_who_waits_for_the_group_too(full):
    queued(full, BOB, vm_id="a")
    queued(full, ALICE, BOB, group_id=1)
    free(full, "a")
    full.later(minutes=15)
    full.do(settle, vm_ids=["a"])
    assert is_so(full, letter_of(full, "lapsed"))


@pytest.mark.parametrize("kind", ["ended", "silent"])
def test_that_a_booking_has_ended_is_so_until_its_person_has_the_machine_again(world, kind):
    world.do(book, actor=BOB, vm_id="vm", hours=1, heartbeat_minutes=10 if kind == "silent" else None)
    world.later(hours=1) if kind == "ended" else world.later(minutes=10)
    world.do(settle, vm_ids=["vm"])
    letter = letter_of(world, kind)
    assert is_so(world, letter)
    world.do(book, actor=CHARLIE, vm_id="vm", hours=1)
    assert is_so(world, letter)
    world.do(cancel, actor=CHARLIE, vm_id="vm")
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    assert not is_so(world, letter)


def test_what_an_admin_did_is_always_told(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(cancel, actor=ALICE, vm_id="vm", reason="needed")
    released = letter_of(world, "released")
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    assert is_so(world, released)
    world.do(delete, actor=ALICE, vm_id="vm", force=True)
    assert is_so(world, letter_of(world, "deleted"))


def test_that_a_booking_was_handed_over_is_so_until_it_is_renewed_or_goes_on(world):
    world.do(book, actor=CHARLIE, vm_id="vm", hours=2)
    world.do(hand_over, actor=CHARLIE, vm_id="vm", email=BOB)
    received = letter_of(world, "received")
    assert is_so(world, received)
    world.later(minutes=1)
    world.do(hand_over, actor=ALICE, vm_id="vm", email=CHARLIE)
    handed_over = letter_of(world, "handed_over")
    assert not is_so(world, received)
    world.later(minutes=1)
    world.do(hand_over, actor=CHARLIE, vm_id="vm", email=BOB)
    assert not is_so(world, received), "its buttons are void: the booking is another one with the same end"
    assert is_so(world, handed_over), "what an admin did"
    received = letter_of(world, "received")
    world.do(renew, actor=BOB, vm_id="vm", hours=1)
    assert not is_so(world, received)


def test_a_deletion_is_so_until_it_is_undone(taken):
    queued(taken, BOB, vm_id="vm")
    taken.do(delete, actor=ALICE, vm_id="vm", force=True)
    deleted, gone = letter_of(taken, "deleted", CHARLIE), letter_of(taken, "queue_gone")
    assert is_so(taken, deleted)
    assert is_so(taken, gone)
    taken.do(undelete_vms, actor=ALICE, vm_ids=["vm"])
    assert not is_so(taken, deleted)
    assert not is_so(taken, gone)


def test_that_a_booking_goes_on_is_so_until_it_is_over(taken):
    taken.do(delete, actor=ALICE, vm_id="vm", force=True)
    taken.later(minutes=1)
    taken.do(undelete_vms, actor=ALICE, vm_ids=["vm"])
    letter = letter_of(taken, "undeleted", CHARLIE)
    assert is_so(taken, letter)
    taken.do(cancel, actor=CHARLIE, vm_id="vm")
    assert not is_so(taken, letter)


def test_that_somebody_waits_again_is_so_until_the_turn_comes(taken):
    queued(taken, BOB, vm_id="vm")
    taken.do(delete, actor=ALICE, vm_id="vm", force=True)
    taken.later(minutes=1)
    taken.do(undelete_vms, actor=ALICE, vm_ids=["vm"])
    letter = letter_of(taken, "queue_back")
    assert is_so(taken, letter)
    free(taken, "vm")
    assert not is_so(taken, letter), "another letter tells of the turn"


def test_a_booking_at_once_is_so_until_it_is_renewed_or_over(taken):
    queued(taken, BOB, vm_id="vm", auto=True)
    free(taken, "vm")
    letter = letter_of(taken, "auto")
    assert is_so(taken, letter)
    taken.do(renew, actor=BOB, vm_id="vm", hours=1)
    assert not is_so(taken, letter)


def test_that_somebody_waits_is_so_while_somebody_does(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(join, actor=CHARLIE, vm_id="vm", hours=1)
    letter = letter_of(world, "waited")
    assert is_so(world, letter)
    world.do(leave, actor=CHARLIE, vm_id="vm")
    assert not is_so(world, letter)


def test_maintenance_is_so_until_it_ends_or_the_booking_does(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(edit, actor=ALICE, vm_id="vm", maintenance="fan")
    letter = letter_of(world, "maintenance")
    assert is_so(world, letter)
    world.do(edit, actor=ALICE, vm_id="vm", maintenance=None)
    assert not is_so(world, letter)
    world.do(edit, actor=ALICE, vm_id="vm", maintenance="fan again")
    world.do(cancel, actor=BOB, vm_id="vm")
    assert not is_so(world, letter)


def test_maintenance_of_a_machine_that_is_waited_for_is_so_while_both_last(taken):
    queued(taken, BOB, vm_id="vm")
    taken.do(edit, actor=ALICE, vm_id="vm", maintenance="fan")
    letter = letter_of(taken, "waiting_maintenance")
    assert is_so(taken, letter)
    taken.do(leave, actor=BOB, vm_id="vm")
    assert not is_so(taken, letter)


def test_that_a_hold_was_taken_back_is_so_while_its_person_waits_again(taken, held):
    taken.do(book, actor=ALICE, vm_id="vm", hours=1, force=True)
    letter = letter_of(taken, "taken")
    assert is_so(taken, letter)
    taken.do(leave, actor=BOB, vm_id="vm")
    assert not is_so(taken, letter)


def test_being_taken_out_of_a_queue_is_so_until_its_person_is_in_it_again(full):
    for place in ({"vm_id": "a"}, {"group_id": 1}):
        queued(full, BOB, **place)
        full.do(leave, actor=ALICE, email=BOB, **place)
        letter = letter_of(full, "queue_removed")
        assert is_so(full, letter)
        queued(full, BOB, **place)
        assert not is_so(full, letter)


def test_that_a_queue_is_gone_is_so_until_there_is_another_of_that_name_with_its_person(taken):
    queued(taken, BOB, vm_id="vm")
    taken.do(delete, actor=ALICE, vm_id="vm", force=True)
    letter = letter_of(taken, "queue_gone")
    assert is_so(taken, letter)
    taken.add("vm")
    taken.do(book, actor=CHARLIE, vm_id="vm", hours=1)
    assert is_so(taken, letter)
    queued(taken, BOB, vm_id="vm")
    assert not is_so(taken, letter)


def test_of_several_machines_those_stay_that_are_still_so(world):
    world.add("a", "b", "c")
    for vm_id in "abc":
        world.do(book, actor=BOB, vm_id=vm_id, hours=2)
    world.later(minutes=61)
    world.do(settle, vm_ids=["a", "b", "c"])
    letter = letter_of(world, "reminder")
    world.do(renew, actor=BOB, vm_id="a", hours=1)
    left = still_so(letter, world.state, world.now)
    assert [topic["vm_id"] for topic in left.topics] == ["b", "c"]
    assert (left.id, left.kind, left.to, left.created) == (letter.id, letter.kind, letter.to, letter.created)
    world.do(cancel, actor=BOB, vm_id="b")
    assert still_so(letter, world.state, world.now).about["vm_id"] == "c"
    assert "more" not in still_so(letter, world.state, world.now).about


def test_a_kind_that_is_not_known_is_still_so(world):
    assert is_so(world, Letter("1", BOB, "from a later version", NOON, {"vm_id": "vm"}))


def test_an_old_letter_about_a_group_that_names_it_only_is_still_so(world):
    world.do(create, actor=ALICE, name="Perf", vm_ids=["vm"])
    assert is_so(world, Letter("1", BOB, "queue_removed", NOON, {"group": "Perf"}))


def test_a_letter_of_an_earlier_version_is_looked_at_alike(world, reminder):
    old = replace(reminder, about={key: reminder.about[key] for key in ("vm_id", "until", "booked_at")})
    assert is_so(world, old)
    world.now += timedelta(hours=1)
    assert not is_so(world, old)
