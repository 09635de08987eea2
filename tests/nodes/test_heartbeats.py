"""Jobs report to any node. Their silence counts only while a node could hear them, whoever leads."""

import os
import signal

import pytest

from support.answers import done
from support.inventory import from_now
from support.listener import Listener
from support.node import LEADS
from support.people import Person
from support.waiting import eventually

HEARTBEAT = 0.15  # minutes: a busy machine may take seconds for the next request


@pytest.fixture
def carol(second):
    return Person(second, "carol@example.com").sign_in()


def report(person, *vms):
    """Report as a job does: again, where the node says that it may be behind."""
    answers = []
    eventually(
        lambda: answers.append(person.post("/heartbeat", {"vm_ids": list(vms)})) or answers[-1].status_code != 503
    )
    done(answers[-1])


def wait_until(moment):
    eventually(lambda: from_now() > moment, timeout=60)


def test_a_job_that_reports_to_other_nodes_goes_on_when_the_leader_is_gone_and_a_silent_one_ends(
    server, second, start_node, carol, make_vm
):
    """The node that leads next has heard all the time, but for the silent one nothing."""
    third = start_node()
    alive, silent = make_vm(), make_vm()
    on_third = Person(third, carol.email).sign_in()
    silent_from = from_now(minutes=HEARTBEAT)  # at the earliest
    for vm in (alive, silent):
        done(carol.book(vm, 1, heartbeat_minutes=HEARTBEAT))
    server.kill()
    with Listener(carol) as listener:
        eventually(lambda: LEADS in second.log + third.log)
        report(carol, alive)
        eventually(lambda: report(on_third, alive) or listener.notifications("silent"))
        assert [told["vm_id"] for told in listener.notifications("silent")] == [silent]
        assert from_now() > silent_from
        report(on_third, alive)
        assert len(listener.notifications("silent")) == 1
    assert carol.vm(alive)["state"] == "booked"


def test_time_without_the_database_is_not_the_silence_of_a_job(cluster, second, carol, make_vm):
    vm, other = make_vm(), make_vm()
    done(Person(second).sign_in().book(other, 1))
    done(carol.book(vm, 1, heartbeat_minutes=HEARTBEAT))
    done(carol.join(other, heartbeat_minutes=HEARTBEAT))
    silent_from = from_now(minutes=HEARTBEAT, seconds=0.5)
    cluster.kill()
    try:
        wait_until(silent_from)
    finally:
        cluster.launch()
    report(carol, vm)
    assert [waiter["email"] for waiter in carol.vm(other)["queue"]] == [carol.email]


def test_a_pause_of_all_nodes_is_not_the_silence_of_a_job(server, second, carol, vm):
    done(carol.book(vm, 1, heartbeat_minutes=HEARTBEAT))
    silent_from = from_now(minutes=HEARTBEAT, seconds=0.5)
    for node in (server, second):
        os.kill(node.pid, signal.SIGSTOP)
    try:
        wait_until(silent_from)
    finally:
        for node in (server, second):
            os.kill(node.pid, signal.SIGCONT)
    report(carol, vm)
