"""The clean-up of histories: a test for each rule, and for each case that the rules leave open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.people import Entry
from loadzone.domain.records import Booking
from loadzone.rules import history
from loadzone.rules.booking import book, cancel, renew
from support.world import BOB, NOON

HOUR = timedelta(hours=1)
YOUNG, OLD = NOON - HOUR, NOON - HOUR - timedelta(milliseconds=1)


def cleaned(world, *entries):
    """Return what is left of these entries after the clean-up."""
    world.state.users[BOB] = replace(world.state.users[BOB], bookings=entries)
    world.do(history.clean_up)
    return list(world.state.users[BOB].bookings)


@pytest.mark.parametrize("action", ["cancel", "release"])
def test_endings_go_an_hour_after_their_start(world, action):
    young, old = Entry(action, "vm", YOUNG, YOUNG), Entry(action, "vm", OLD, OLD)
    assert cleaned(world, old, young) == [young]


@pytest.mark.parametrize("action", ["cancel", "release"])
def test_endings_go_by_their_start_whatever_their_end(world, action):
    assert cleaned(world, Entry(action, "vm", OLD, NOON + HOUR)) == []


@pytest.mark.parametrize("action", ["book", "renew"])
def test_bookings_and_renewals_go_an_hour_after_their_end(world, action):
    young, old = Entry(action, "vm", OLD - HOUR, YOUNG), Entry(action, "vm", OLD - HOUR, OLD)
    assert cleaned(world, old, young) == [young]


@pytest.mark.parametrize("action", ["book", "renew", "login", "deleted", "whatever"])
def test_an_entry_without_an_end_goes_by_its_start(world, action):
    young, old = Entry(action, "vm", YOUNG), Entry(action, "vm", OLD)
    assert cleaned(world, old, young) == [young]


def test_any_other_action_goes_by_its_start_even_with_an_end(world):
    assert cleaned(world, Entry("deleted", "vm", OLD, NOON + HOUR)) == []


def test_an_entry_without_any_time_stays(world):
    entry = Entry("login")
    assert cleaned(world, entry) == [entry]


@pytest.mark.parametrize("action", ["cancel", "release"])
def test_an_old_pair_goes_with_its_renewals_even_if_their_ends_lie_ahead(world, action):
    ahead = NOON + 5 * HOUR
    pair = [
        Entry("book", "vm", OLD - HOUR, ahead),
        Entry("renew", "vm", OLD - HOUR, ahead),
        Entry(action, "vm", OLD, OLD),
    ]
    assert cleaned(world, *pair) == []


def test_a_young_pair_stays(world):
    pair = [Entry("book", "vm", OLD - HOUR, NOON + HOUR), Entry("cancel", "vm", YOUNG, YOUNG)]
    assert cleaned(world, *pair) == pair


def test_a_pair_belongs_to_one_machine(world):
    kept = Entry("book", "other", OLD, NOON + HOUR)
    assert cleaned(world, kept, Entry("cancel", "vm", OLD, OLD)) == [kept]


def test_an_ending_pairs_with_the_booking_before_it_and_not_with_the_next(world):
    first = [Entry("book", "vm", OLD - 2 * HOUR, NOON + HOUR), Entry("cancel", "vm", OLD, OLD)]
    second = Entry("book", "vm", YOUNG, NOON + HOUR)
    assert cleaned(world, *first, second) == [second]


def test_the_present_booking_never_goes(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(renew, actor=BOB, vm_id="vm", hours=1)
    world.later(hours=100)  # the timer has not run yet
    world.do(history.clean_up)
    assert world.history() == ["book", "renew"]


def test_an_earlier_booking_of_the_same_machine_goes_while_the_present_one_stays(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(cancel, actor=BOB, vm_id="vm")
    world.later(minutes=61)
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.do(history.clean_up)
    assert world.history() == ["book"]


def test_nothing_is_written_if_nothing_goes(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    before = world.state.copy()
    world.do(history.clean_up)
    assert all(world.state.users[email] is user for email, user in before.users.items())


def test_at_most_200_entries_are_kept_and_the_oldest_go_first(world):
    entries = [Entry("login", None, NOON + timedelta(seconds=n)) for n in range(250)]
    assert cleaned(world, *entries) == entries[50:]


def test_200_entries_are_not_exceeded_between_two_clean_ups(world):
    for _ in range(150):
        world.do(book, actor=BOB, vm_id="vm", hours=1)
        world.do(cancel, actor=BOB, vm_id="vm")
    assert len(world.history()) == 200


def test_present_bookings_outlive_the_limit_of_200(world):
    world.do(book, actor=BOB, vm_id="vm", hours=24)
    world.add("busy")
    for _ in range(150):
        world.do(book, actor=BOB, vm_id="busy", hours=1)
        world.do(cancel, actor=BOB, vm_id="busy")
    entries = world.state.users[BOB].bookings
    assert len(entries) == 200
    assert entries[0].vm_id == "vm"


def test_a_holder_who_is_not_among_the_users_has_no_history(world):
    world.state.vms["vm"] = replace(world.vm(), booking=Booking("gone@example.com", expires_at=NOON))
    world.do(history.clean_up)
    assert "gone@example.com" not in world.state.users
