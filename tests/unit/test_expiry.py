from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.records import Booking
from loadzone.rules.booking import book, renew
from loadzone.rules.expiry import set_right, settle
from loadzone.rules.inventory import edit
from loadzone.rules.queue import join
from support.world import ALICE, BOB, CHARLIE, NOON


def settled(world, *vm_ids):
    world.do(settle, vm_ids=vm_ids or ("vm",))
    return world.kinds()


def test_at_the_end_the_machine_is_free(world):
    world.do(book, actor=BOB, vm_id="vm", hours=0.1)
    world.later(hours=0.1, milliseconds=-1)
    assert settled(world) == []
    world.later(milliseconds=1)
    assert settled(world) == ["expired"]
    assert world.vm().holder is None
    assert world.history() == ["book", "release"]


def test_it_is_released_once(world):
    world.do(book, actor=BOB, vm_id="vm", hours=0.1)
    world.later(hours=1)
    assert settled(world) == ["expired"]
    assert settled(world) == []
    assert world.history() == ["book", "release"]


def test_many_are_released_in_the_order_of_their_ends(world):
    world.add("late", "early", "middle")
    for vm_id, hours in (("late", 0.3), ("early", 0.1), ("middle", 0.2)):
        world.do(book, actor=BOB, vm_id=vm_id, hours=hours)
    world.later(days=3)
    settled(world, "late", "early", "middle")
    assert [event.vm_id for event in world.events] == ["early", "middle", "late"]


def test_unknown_and_free_machines_are_skipped(world):
    assert settled(world, "vm", "deleted meanwhile") == []


def test_reminders_come_an_hour_and_a_quarter_of_an_hour_before_the_end(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    reminded = []
    for minute in range(240):
        if settled(world) == ["reminder"]:
            (event,) = world.events
            assert (event.to, event.until) == (BOB, NOON + timedelta(hours=4))
            reminded.append(minute)
        world.later(minutes=1)
    assert reminded == [180, 225]


def test_a_reminder_due_before_the_booking_began_is_not_sent(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    assert settled(world) == []
    world.later(minutes=44)
    assert settled(world) == []
    world.later(minutes=1)
    assert settled(world) == ["reminder"]


def test_with_reminders_off_only_the_end_is_told(world):
    world.limits = replace(world.limits, remind_minutes=())
    world.do(book, actor=BOB, vm_id="vm", hours=2)
    assert world.next_deadline(world.vm()) == NOON + timedelta(hours=2)
    world.later(hours=2, seconds=-1)
    assert settled(world) == []
    world.later(seconds=1)
    assert settled(world) == ["expired"]


def test_of_several_missed_reminders_only_the_last_is_sent(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    world.later(minutes=230)
    assert settled(world) == ["reminder"]
    assert world.events[0].hours == pytest.approx(1 / 6)
    assert settled(world) == []


def test_a_renewal_moves_reminders_and_end(world):
    end = world.do(book, actor=BOB, vm_id="vm", hours=2).booking.expires_at
    world.later(minutes=61)
    assert settled(world) == ["reminder"]
    world.do(renew, actor=BOB, vm_id="vm", hours=2)
    world.now = end
    assert settled(world) == []
    world.later(hours=1)
    assert settled(world) == ["reminder"]
    world.later(hours=1)
    assert settled(world) == ["expired"]


def test_a_renewal_within_the_last_hour_is_not_followed_by_the_hours_reminder(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.later(minutes=50)
    world.do(renew, actor=BOB, vm_id="vm", hours=0.5)
    assert settled(world) == []
    assert world.next_deadline(world.vm()) == NOON + timedelta(minutes=75)


def test_a_booking_whose_beginning_is_unknown_gets_its_reminder(world):
    world.state.vms["vm"] = replace(world.vm(), booking=Booking(BOB, expires_at=NOON + timedelta(minutes=30)))
    assert settled(world) == ["reminder"]


def test_the_next_deadline_is_the_first_of_reminders_and_end(world):
    assert world.next_deadline(world.vm()) is None
    vm = world.do(book, actor=BOB, vm_id="vm", hours=4)
    assert world.next_deadline(vm) == NOON + timedelta(hours=3)
    world.later(minutes=226)
    settled(world)
    assert world.next_deadline(world.vm()) == NOON + timedelta(hours=4)


def test_a_clock_set_back_releases_nothing_twice_and_nothing_late(world):
    world.do(book, actor=BOB, vm_id="vm", hours=0.5)
    world.later(hours=1)
    assert settled(world) == ["expired"]
    world.do(book, actor=CHARLIE, vm_id="vm", hours=0.2)
    world.later(hours=-10)
    assert settled(world) == []
    assert world.vm().holder == CHARLIE
    world.later(hours=10.2)
    assert settled(world) == ["expired"]
    assert world.history(BOB) == ["book", "release"]
    assert world.history(CHARLIE) == ["book", "release"]


def test_a_booking_without_an_end_gets_the_longest_one_from_now(world):
    world.state.vms["vm"] = replace(world.vm(), booking=Booking(BOB))
    world.do(set_right)
    assert world.vm().booking.expires_at == NOON + timedelta(hours=24)


def test_editing_a_machine_leaves_its_booking_as_it_is(world):
    booked = world.do(book, actor=BOB, vm_id="vm", hours=2)
    edited = world.do(edit, actor=ALICE, vm_id="vm", description="new")
    assert edited == replace(booked, description="new", version=booked.version + 1)


def test_ending_many_bookings_pauses_to_let_others_run(world):
    world.limits = replace(world.limits, max_machines=250)
    names = [f"vm-{number}" for number in range(250)]
    world.add(*names)
    for name in names:
        world.do(book, actor=BOB, vm_id=name, hours=1)
        world.do(join, actor=ALICE, vm_id=name, hours=1)
    world.later(hours=1)
    pauses = []
    world.do(settle, pause=lambda: pauses.append(1), vm_ids=names)
    assert len(pauses) == 2, "one while they end, one while their queues are looked at"
    assert not any(vm.holder for vm in world.state.vms.values())
