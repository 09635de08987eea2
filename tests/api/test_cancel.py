"""POST /cancel"""

import pytest

from support.answers import done, refusal


def test_the_holder_releases(bob, vm, server):
    bob.book(vm, note="done with it")
    released = done(bob.cancel(vm))
    assert released["state"] == "free"
    assert released["booked_by"] is released["expires_at"] is None
    assert released["note"] == ""
    assert bob.vm(vm) == released
    assert server.stored_vm(vm)["booked_by"] is None


def test_the_history_has_the_action_cancel(bob, vm):
    bob.book(vm)
    bob.cancel(vm)
    assert bob.actions(vm) == ["book", "cancel"]


def test_a_free_machine_cannot_be_cancelled(bob, vm):
    assert refusal(bob.cancel(vm)) == (409, "not_booked")


def test_somebody_elses_booking_cannot_be_cancelled(bob, carol, vm):
    booked = done(bob.book(vm))
    assert refusal(carol.cancel(vm)) == (403, "not_allowed")
    assert bob.vm(vm) == booked


def test_a_release_by_an_admin_is_in_the_holders_history(alice, bob, vm):
    bob.book(vm)
    assert done(alice.cancel(vm, reason="the disk is full"))["state"] == "free"
    assert bob.actions(vm) == ["book", "cancel"]
    assert alice.actions(vm) == []


def test_a_reason_may_have_200_letters_and_no_more(alice, bob, vm):
    bob.book(vm)
    answer = alice.cancel(vm, reason="п" * 201)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "reason"
    done(alice.cancel(vm, reason="п" * 200))


@pytest.mark.parametrize("reason", [7, [], {}, True])
def test_a_reason_is_text(alice, bob, vm, reason):
    booked = done(bob.book(vm))
    assert refusal(alice.cancel(vm, reason=reason)) == (400, "bad_input")
    assert bob.vm(vm) == booked


def test_a_stranger_cannot_cancel(bob, charlie, vm):
    bob.book(vm)
    assert refusal(charlie.cancel(vm)) == (401, "not_signed_in")
    assert bob.vm(vm)["state"] == "booked"


def test_an_unknown_machine_cannot_be_cancelled(bob):
    assert refusal(bob.cancel("no-such-machine")) == (404, "no_such_vm")
