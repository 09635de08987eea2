"""Timers run on the leader alone: each fires once and in time, whatever becomes of that node."""

import os
import signal
import time

import psycopg
import pytest

from support.answers import done
from support.inventory import from_now, moment
from support.listener import Listener
from support.node import LEADS
from support.people import Person
from support.waiting import eventually, soonest

END_SESSION = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'loadzone leader'"


@pytest.fixture
def carol(second):
    """Return carol, whose browser is on the node that does not lead."""
    return Person(second, "carol@example.com").sign_in()


@pytest.fixture
def listener(carol):
    with Listener(carol) as listener:
        yield listener


def end_of_booking(holder, vm: str, seconds: float):
    """Book the machine for these seconds, and return when that ends."""
    return moment(done(holder.book(vm, seconds / 3600))["expires_at"])


def lateness(listener, vm: str, end) -> float:
    listener.wait_for("notification", kind="expired", vm_id=vm)
    return (from_now() - end).total_seconds()


def ended(listener) -> list[str]:
    return sorted(told["vm_id"] for told in listener.notifications("expired"))


def test_a_booking_made_on_another_node_ends_in_time(carol, listener, make_vm):
    vms = [make_vm() for _ in range(5)]
    assert soonest(lateness(listener, vm, end_of_booking(carol, vm, 0.4)) for vm in vms) < 0.1
    assert len(set(ended(listener))) == len(ended(listener)) > 0
    assert [carol.actions(vm) for vm in ended(listener)] == [["book", "release"]] * len(ended(listener))


def test_a_node_that_does_not_lead_writes_nothing_at_its_start(server, start_node, database_url, alice, vm):
    done(alice.book(vm))
    eventually(lambda: LEADS in server.log)
    with psycopg.connect(database_url, autocommit=True) as database:
        written = "SELECT max(seq) FROM loadzone.commits"
        before = database.execute(written).fetchone()
        second = start_node()
        Person(second).state()
        assert database.execute(written).fetchone() == before
    assert LEADS not in second.log


def test_a_booking_that_ends_while_the_leader_is_killed_ends_once(server, second, start_node, carol, listener, vm):
    third = start_node()
    end = end_of_booking(carol, vm, 1)
    server.kill()
    killed = time.monotonic()
    eventually(lambda: LEADS in second.log + third.log)
    took_over_after = time.monotonic() - killed
    assert took_over_after < 10, "some tenths of a second, but for a busy machine"
    assert lateness(listener, vm, end) < 10
    assert (second.log + third.log).count(LEADS) == 1
    assert carol.actions(vm) == ["book", "release"]
    assert ended(listener) == [vm]


def test_what_a_hung_leader_leaves_is_done_once_also_when_it_goes_on(server, second, carol, listener, make_vm):
    first, later = make_vm(), make_vm()
    ends = [end_of_booking(carol, vm, seconds) for vm, seconds in ((first, 1), (later, 6))]
    os.kill(server.pid, signal.SIGSTOP)
    try:
        assert lateness(listener, first, ends[0]) < 15, "five seconds, but for a busy machine"
        eventually(lambda: from_now() > ends[1])
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert LEADS in second.log
    stranger = Person(server)
    eventually(lambda: stranger.get("/vms").ok)  # until then it says that it may be behind
    eventually(lambda: stranger.vm(later)["state"] == "free")
    listener.wait_for("notification", kind="expired", vm_id=later)
    assert [carol.actions(vm) for vm in (first, later)] == [["book", "release"]] * 2
    assert ended(listener) == sorted([first, later])


def test_a_leader_whose_session_is_ended_loses_no_timer_and_runs_none_twice(carol, listener, make_vm, database_url):
    vms = [make_vm() for _ in range(12)]
    for number, vm in enumerate(vms):
        end_of_booking(carol, vm, 1 + number / 5)
    with psycopg.connect(database_url, autocommit=True) as database:
        for _ in range(100):
            database.execute(END_SESSION)
            time.sleep(0.2)
            if len(ended(listener)) >= len(vms):
                break
    eventually(lambda: len(ended(listener)) >= len(vms))
    assert ended(listener) == sorted(vms)
    assert [carol.actions(vm) for vm in vms] == [["book", "release"]] * len(vms)


def test_a_leader_that_is_stopped_hands_over_at_once(server, second, carol, listener, vm):
    end = end_of_booking(carol, vm, 2)
    server.stop()
    eventually(lambda: LEADS in second.log)
    assert lateness(listener, vm, end) < 10
    assert carol.actions(vm) == ["book", "release"]
