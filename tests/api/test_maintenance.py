"""POST /edit-vm {"maintenance": "reason"} takes a machine out of service; null brings it back."""

import pytest

from support.answers import done, refusal
from support.inventory import moment
from support.waiting import eventually


def test_a_machine_goes_out_of_service_and_comes_back(alice, bob, vm, server):
    out = done(alice.edit_vm(vm, maintenance="  disk swap "))
    assert (out["state"], out["maintenance"]) == ("maintenance", "disk swap")
    assert bob.vm(vm) == out
    assert server.stored_vm(vm)["maintenance"] == "disk swap"
    restored = done(alice.edit_vm(vm, maintenance=None))
    assert (restored["state"], restored["maintenance"]) == ("free", None)


def test_a_machine_in_maintenance_cannot_be_booked_not_even_by_an_admin(alice, bob, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    for answer in (bob.book(vm), alice.book(vm), alice.book(vm, force=True)):
        assert refusal(answer) == (409, "in_maintenance")
        assert (answer.json()["vm_id"], answer.json()["reason"]) == (vm, "disk swap")
        assert "disk swap" in answer.json()["error"]
    assert bob.vm(vm)["booked_by"] is None


def test_a_booking_stays_until_its_end_and_is_not_renewed(alice, bob, vm):
    booked = done(bob.book(vm, 1))
    out = done(alice.edit_vm(vm, maintenance="disk swap"))
    assert (out["state"], out["booked_by"], out["expires_at"]) == ("booked", "bob@example.com", booked["expires_at"])
    assert out["maintenance"] == "disk swap"
    answer = bob.renew(vm)
    assert refusal(answer) == (409, "in_maintenance")
    assert answer.json()["reason"] == "disk swap"
    assert moment(done(alice.renew(vm))["expires_at"]) > moment(booked["expires_at"])
    assert done(bob.cancel(vm))["state"] == "maintenance"


def test_nobody_gets_the_machine_when_the_booking_ends(alice, bob, carol, newcomer, vm):
    done(bob.book(vm, 4 / 3600))
    done(alice.edit_vm(vm, maintenance="disk swap"))
    done(carol.join(vm))
    done(newcomer.join(vm, auto=True))
    eventually(lambda: bob.vm(vm)["state"] == "maintenance")
    seen = bob.vm(vm)
    assert seen["booked_by"] is seen["held_for"] is None
    assert bob.queue(vm) == ["carol@example.com", newcomer.email]


def test_a_person_may_wait_for_a_machine_in_maintenance_and_gets_it_afterwards(alice, carol, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    assert done(carol.join(vm, 2, auto=True)) == {"status": "ok", "position": 1}
    assert done(alice.edit_vm(vm, maintenance=None))["booked_by"] == "carol@example.com"


def test_a_person_waiting_for_the_group_gets_another_machine(alice, bob, carol, make_vm, make_group):
    broken, other = make_vm(), make_vm()
    group = make_group(broken, other)
    done(bob.book(other))
    done(alice.edit_vm(broken, maintenance="disk swap"))
    assert done(carol.join(group))["position"] == 1
    assert done(bob.cancel(other))["held_for"] == "carol@example.com"
    assert alice.vm(broken)["state"] == "maintenance"


def test_the_reason_can_be_changed(alice, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    assert done(alice.edit_vm(vm, maintenance="no fan"))["maintenance"] == "no fan"


def test_the_reason_stays_if_it_is_not_named(alice, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    assert done(alice.edit_vm(vm, description="new"))["maintenance"] == "disk swap"
    assert done(alice.edit_vm(vm, maintenance=None, description="newer"))["description"] == "newer"


def test_the_same_reason_again_changes_nothing(alice, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    before = alice.state()["revision"]
    done(alice.edit_vm(vm, maintenance="disk swap"))
    assert alice.state()["revision"] == before


def test_only_admins_take_machines_out_of_service(bob, charlie, vm):
    assert refusal(bob.edit_vm(vm, maintenance="mine")) == (403, "not_allowed")
    assert refusal(charlie.edit_vm(vm, maintenance="mine")) == (401, "not_signed_in")
    assert bob.vm(vm)["state"] == "free"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, True, 5, ["disk"], "two\nlines"])
def test_a_bad_reason_is_refused(alice, vm, reason):
    answer = alice.edit_vm(vm, maintenance=reason)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "maintenance"
    assert alice.vm(vm)["state"] == "free"


def test_a_reason_may_have_200_letters_of_any_kind(alice, vm):
    for reason in ("ы" * 200, "<img src=x onerror=alert(1)> {{7*7}} {by} 🎉"):
        assert done(alice.edit_vm(vm, maintenance=reason))["maintenance"] == reason


def test_a_stranger_sees_the_state_without_the_reason(alice, bob, charlie, make_vm):
    free, booked = make_vm(), make_vm()
    done(bob.book(booked))
    for vm in (free, booked):
        done(alice.edit_vm(vm, maintenance="secret reason"))
    assert (charlie.vm(free)["state"], charlie.vm(booked)["state"]) == ("maintenance", "booked")
    assert charlie.vm(free).keys() == charlie.vm(booked).keys() == {"id", "group", "state", "expires_at", "booked_by"}
    assert "secret reason" not in charlie.get("/vms").text


def test_a_machine_in_maintenance_can_be_deleted(alice, vm):
    done(alice.edit_vm(vm, maintenance="beyond repair"))
    done(alice.delete_vm(vm))
    assert alice.vm(vm) is None
