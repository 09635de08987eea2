"""POST /heartbeat: a heartbeat notifies nobody; a booking whose job stops sending heartbeats ends."""

import pytest

from support.answers import done, refusal
from support.inventory import from_now, moment
from support.waiting import eventually

SECONDS = 1 / 60  # in minutes


def heartbeat_at(server, vm: str) -> str:
    return server.stored_vm(vm)["heartbeat_at"]


def test_a_heartbeat_writes_only_its_time(bob, vm, server):
    booked = done(bob.book(vm, heartbeat_minutes=10))
    assert booked["heartbeat_minutes"] == 10
    state, history, before = bob.state(), bob.history(), heartbeat_at(server, vm)
    assert done(bob.heartbeat(vm)) == {"status": "ok"}
    assert moment(heartbeat_at(server, vm)) > moment(before)
    assert bob.state() == state, "a heartbeat changes nothing that is shown"
    assert bob.history() == history


def test_one_heartbeat_for_several_machines(bob, make_vm, make_group, server):
    vms = [make_vm(), make_vm()]
    done(bob.book_any(make_group(*vms), count=2, heartbeat_minutes=10))
    before = [heartbeat_at(server, vm) for vm in vms]
    done(bob.heartbeat(*vms))
    assert all(moment(heartbeat_at(server, vm)) > moment(old) for vm, old in zip(vms, before, strict=True))


def test_a_booking_without_a_job_needs_no_heartbeats(bob, vm):
    booked = done(bob.book(vm))
    assert booked["heartbeat_minutes"] is None
    done(bob.heartbeat(vm))
    assert bob.vm(vm) == booked


@pytest.mark.parametrize(
    ("other", "expected"),
    [("carols", (403, "not_allowed")), ("nobodys", (409, "not_booked")), ("no-such-machine", (404, "no_such_vm"))],
)
def test_no_heartbeat_is_written_if_one_machine_is_not_the_callers(bob, carol, make_vm, server, other, expected):
    mine, machines = make_vm(), {"carols": make_vm(), "nobodys": make_vm()}
    done(bob.book(mine, heartbeat_minutes=10))
    done(carol.book(machines["carols"], heartbeat_minutes=10))
    before = server.stored_vm(mine)
    answer = bob.heartbeat(mine, machines.get(other, other))
    assert refusal(answer) == expected
    assert answer.json()["vm_id"] == machines.get(other, other)
    assert server.stored_vm(mine) == before


def test_not_even_an_admin_sends_heartbeats_for_another_persons_job(alice, bob, vm):
    done(bob.book(vm, heartbeat_minutes=10))
    assert refusal(alice.heartbeat(vm)) == (403, "not_allowed")


def test_a_stranger_cannot_send_heartbeats(charlie, vm):
    assert refusal(charlie.heartbeat(vm)) == (401, "not_signed_in")


def test_the_machine_of_a_silent_job_becomes_free(bob, vm):
    booked = done(bob.book(vm, heartbeat_minutes=1 * SECONDS))
    free = eventually(lambda: (seen := bob.vm(vm))["state"] == "free" and seen)
    lasted = from_now() - moment(booked["booked_at"])
    assert lasted.total_seconds() >= 1
    assert free["booked_by"] is free["heartbeat_minutes"] is free["expires_at"] is None
    assert bob.actions(vm) == ["book", "release"]


def test_the_machine_of_a_silent_job_is_held_for_the_next_in_the_queue(bob, carol, vm):
    done(bob.book(vm, heartbeat_minutes=4 * SECONDS))
    done(carol.join(vm))
    eventually(lambda: bob.vm(vm)["held_for"] == "carol@example.com")


def test_a_job_that_sends_heartbeats_keeps_its_machine_while_others_wait(bob, carol, vm):
    booked = done(bob.book(vm, heartbeat_minutes=4 * SECONDS))
    done(carol.join(vm))
    over = moment(booked["booked_at"]) + (from_now(seconds=5) - from_now())

    def heartbeats_sent_long_enough() -> bool:
        done(bob.heartbeat(vm))
        return from_now() > over

    eventually(heartbeats_sent_long_enough)
    assert bob.vm(vm)["booked_by"] == "bob@example.com"
    assert bob.vm(vm)["expires_at"] == booked["expires_at"], "heartbeats do not move the end"


def test_heartbeats_do_not_extend_a_booking(bob, vm):
    done(bob.book(vm, 1 / 3600, heartbeat_minutes=10))
    eventually(lambda: bob.vm(vm)["state"] == "free")
    assert refusal(bob.heartbeat(vm)) == (409, "not_booked")


def test_the_next_booking_needs_no_heartbeats(bob, carol, vm):
    done(bob.book(vm, heartbeat_minutes=10))
    done(bob.cancel(vm))
    assert done(carol.book(vm))["heartbeat_minutes"] is None


@pytest.mark.parametrize("minutes", [0, -1, 0.009, 1441, 1e308, "10", True])
def test_bad_heartbeat_minutes_are_refused(bob, vm, minutes):
    answer = bob.book(vm, heartbeat_minutes=minutes)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "heartbeat_minutes"
    assert bob.vm(vm)["state"] == "free"


def test_a_job_that_waits_gets_a_booking_with_heartbeats(bob, carol, vm):
    done(bob.book(vm))
    done(carol.join(vm, auto=True, heartbeat_minutes=10))
    assert done(bob.cancel(vm))["heartbeat_minutes"] == 10
    done(carol.heartbeat(vm))
