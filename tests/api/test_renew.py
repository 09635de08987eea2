"""POST /renew"""

from datetime import timedelta

import pytest

from support.answers import done, refusal
from support.inventory import moment


def test_the_hours_are_added_to_the_end(bob, vm):
    booked = done(bob.book(vm, 2, note="kept"))
    renewed = done(bob.renew(vm, 1.5))
    assert moment(renewed["expires_at"]) == moment(booked["expires_at"]) + timedelta(hours=1.5)
    assert renewed["note"] == "kept"
    assert renewed["booked_at"] == booked["booked_at"]
    assert bob.vm(vm) == renewed


def test_the_history_has_the_action_renew(bob, vm, server):
    bob.book(vm)
    renewed = done(bob.renew(vm))
    assert bob.actions(vm) == ["book", "renew"]
    assert bob.history()[-1]["end"] == renewed["expires_at"]
    assert server.stored_vm(vm)["expires_at"] == renewed["expires_at"]


def test_a_free_machine_cannot_be_renewed(bob, vm):
    assert refusal(bob.renew(vm)) == (409, "not_booked")
    assert bob.vm(vm)["state"] == "free"


def test_somebody_elses_booking_cannot_be_renewed(bob, carol, vm):
    booked = done(bob.book(vm))
    assert refusal(carol.renew(vm)) == (403, "not_allowed")
    assert carol.vm(vm) == booked


def test_an_admin_renews_for_the_holder(alice, bob, vm):
    bob.book(vm)
    renewed = done(alice.renew(vm))
    assert renewed["booked_by"] == "bob@example.com"
    assert "renew" in bob.actions(vm)


def test_a_stranger_cannot_renew(bob, charlie, vm):
    bob.book(vm)
    assert refusal(charlie.renew(vm)) == (401, "not_signed_in")


def test_an_unknown_machine_cannot_be_renewed(bob):
    assert refusal(bob.renew("no-such-machine")) == (404, "no_such_vm")


def test_a_renewal_that_names_the_end_counts_once(bob, vm):
    booked = done(bob.book(vm))
    renewed = done(bob.renew(vm, expires_at=booked["expires_at"]))
    answer = bob.renew(vm, expires_at=booked["expires_at"])
    assert refusal(answer) == (409, "changed")
    assert answer.json()["expires_at"] == renewed["expires_at"]
    assert bob.vm(vm) == renewed


def test_the_end_may_be_named_in_another_zone(bob, vm):
    booked = done(bob.book(vm))
    local = moment(booked["expires_at"]) + timedelta(hours=3)
    done(bob.renew(vm, expires_at=local.replace(tzinfo=None).isoformat() + "+03:00"))


@pytest.mark.parametrize("end", ["soon", 17, [], {}, True, "2026-13-45T00:00:00Z"])
def test_a_bad_end_is_refused(bob, vm, end):
    booked = done(bob.book(vm))
    assert refusal(bob.renew(vm, expires_at=end)) == (400, "bad_input")
    assert bob.vm(vm) == booked


@pytest.mark.parametrize("hours", [0, -2, 24.5])
def test_hours_outside_the_limits_are_refused(bob, vm, hours):
    booked = done(bob.book(vm))
    answer = bob.renew(vm, hours)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "hours"
    assert bob.vm(vm) == booked


def test_no_booking_reaches_further_than_a_week_ahead(bob, vm):
    bob.book(vm, 24)
    for _ in range(6):
        last = done(bob.renew(vm, 24))
    answer = bob.renew(vm, 1)
    assert refusal(answer) == (409, "too_far_ahead")
    assert moment(answer.json()["latest"]) >= moment(last["expires_at"])
    assert bob.vm(vm) == last


def test_the_holder_cannot_renew_while_somebody_waits(bob, carol, newcomer, vm):
    done(bob.book(vm))
    done(carol.join(vm))
    done(newcomer.join(vm))
    before = bob.vm(vm)
    answer = bob.renew(vm)
    assert refusal(answer) == (409, "others_wait")
    assert (answer.json()["vm_id"], answer.json()["n"]) == (vm, 2)
    assert bob.vm(vm) == before
    done(carol.leave(vm))
    done(newcomer.leave(vm))
    done(bob.renew(vm))


def test_an_admin_may_renew_while_somebody_waits(alice, bob, carol, vm):
    done(bob.book(vm))
    done(carol.join(vm))
    before = moment(carol.vm(vm)["expires_at"])
    assert moment(done(alice.renew(vm))["expires_at"]) > before
