from datetime import timedelta

import pytest

from loadzone.rules.booking import book, cancel, renew
from loadzone.web.errors import STATUS
from support.world import ALICE, BOB, CHARLIE, NOON


def test_a_free_machine_is_booked_for_the_hours_asked(world):
    vm = world.do(book, actor=BOB, vm_id="vm", hours=4, note="soak")
    assert (vm.holder, vm.booking.booked_at, vm.booking.expires_at, vm.booking.note) == (
        BOB,
        NOON,
        NOON + timedelta(hours=4),
        "soak",
    )
    assert world.vm() == vm
    assert world.history() == ["book"]
    assert world.kinds() == ["booked"]


@pytest.mark.parametrize("who", [BOB, CHARLIE, ALICE])
def test_a_taken_machine_is_refused_to_everybody_even_its_holder(world, who):
    booked = world.do(book, actor=BOB, vm_id="vm", hours=4)
    refusal = world.refused(book, actor=who, vm_id="vm", hours=1)
    assert (refusal.code, STATUS[refusal.code]) == ("vm_taken", 409)
    assert (refusal.facts["holder"], refusal.facts["until"]) == (BOB, booked.booking.expires_at)


@pytest.mark.parametrize("who", [None, "stranger@example.com"])
def test_nobody_books_without_signing_in(world, who):
    assert world.refused(book, actor=who, vm_id="vm", hours=1).code == "not_signed_in"


@pytest.mark.parametrize("hours", [0, -1, 24.001, float("nan"), float("inf")])
def test_hours_outside_the_limits_are_refused(world, hours):
    refusal = world.refused(book, actor=BOB, vm_id="vm", hours=hours)
    assert (refusal.code, refusal.facts["field"], refusal.facts["max"]) == ("bad_input", "hours", 24)


def test_the_longest_booking_is_allowed(world):
    assert world.do(book, actor=BOB, vm_id="vm", hours=24).booking.expires_at == NOON + timedelta(hours=24)


def test_the_shortest_booking_lasts_a_millisecond(world):
    assert world.do(book, actor=BOB, vm_id="vm", hours=1e-300).booking.expires_at == NOON + timedelta(milliseconds=1)


def test_an_unknown_machine_is_refused(world):
    assert world.refused(book, actor=BOB, vm_id="nowhere", hours=1).code == "no_such_vm"


def test_a_booking_is_over_at_its_end_before_the_timer_runs(world):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.later(hours=1)
    assert world.do(book, actor=CHARLIE, vm_id="vm", hours=1).holder == CHARLIE
    assert world.history(BOB) == ["book", "release"]
    assert world.kinds() == ["expired", "booked"]


def test_a_renewal_adds_to_the_end(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    world.later(hours=3)
    assert world.do(renew, actor=BOB, vm_id="vm", hours=2).booking.expires_at == NOON + timedelta(hours=6)
    assert world.history() == ["book", "renew"]


def test_a_renewal_that_names_an_old_end_is_refused_with_the_present_one(world):
    first = world.do(book, actor=BOB, vm_id="vm", hours=4).booking.expires_at
    second = world.do(renew, actor=BOB, vm_id="vm", hours=2, expires_at=first).booking.expires_at
    refusal = world.refused(renew, actor=BOB, vm_id="vm", hours=2, expires_at=first)
    assert (refusal.code, refusal.facts["expires_at"]) == ("changed", second)


def test_nothing_ends_later_than_the_settings_allow(world):
    world.do(book, actor=BOB, vm_id="vm", hours=24)
    for _ in range(6):
        world.do(renew, actor=BOB, vm_id="vm", hours=24)
    assert world.vm().booking.expires_at == NOON + timedelta(hours=168)
    refusal = world.refused(renew, actor=BOB, vm_id="vm", hours=0.001)
    assert (refusal.code, refusal.facts["latest"]) == ("too_far_ahead", NOON + timedelta(hours=168))


@pytest.mark.parametrize(("rule", "arguments"), [(renew, {"hours": 1}), (cancel, {})])
def test_a_free_machine_can_be_neither_renewed_nor_released(world, rule, arguments):
    assert world.refused(rule, actor=BOB, vm_id="vm", **arguments).code == "not_booked"


@pytest.mark.parametrize(("rule", "arguments"), [(renew, {"hours": 1}), (cancel, {})])
def test_somebody_elses_booking_is_only_for_admins(world, rule, arguments):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    assert world.refused(rule, actor=CHARLIE, vm_id="vm", **arguments).code == "not_allowed"
    world.do(rule, actor=ALICE, vm_id="vm", **arguments)


@pytest.mark.parametrize(("rule", "arguments"), [(renew, {"hours": 1}), (cancel, {})])
def test_a_booking_that_has_ended_can_be_neither_renewed_nor_released(world, rule, arguments):
    world.do(book, actor=BOB, vm_id="vm", hours=1)
    world.later(hours=1)
    assert world.refused(rule, actor=BOB, vm_id="vm", **arguments).code == "not_booked"


def test_releasing_frees_and_forgets_the_note(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4, note="secret plan")
    vm = world.do(cancel, actor=BOB, vm_id="vm")
    assert vm == world.vm()
    assert vm.booking is None
    assert vm.loose_note == ""
    assert world.history() == ["book", "cancel"]
    assert world.kinds() == ["released"]


def test_an_admins_release_tells_the_holder_why(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    world.do(cancel, actor=ALICE, vm_id="vm", reason="disk swap")
    (event,) = world.events
    assert (event.kind, event.by, event.to, event.reason) == ("force_released", ALICE, BOB, "disk swap")
    assert world.history(BOB) == ["book", "cancel"]
    assert world.history(ALICE) == []


def test_an_admins_renewal_goes_into_the_holders_history(world):
    world.do(book, actor=BOB, vm_id="vm", hours=4)
    world.do(renew, actor=ALICE, vm_id="vm", hours=1)
    assert (world.history(BOB), world.history(ALICE)) == (["book", "renew"], [])
