"""loadzone run while the server is down, has other limits or loses a machine. Each test starts a server of its own."""

import signal

import pytest

from cli.conftest import MACHINES
from support.answers import done
from support.command import go_on
from support.inventory import moment
from support.waiting import eventually

LONE = ["run", "--vm", "lone", "--heartbeat", "0.1"]  # a heartbeat every 1.5 s


@pytest.fixture
def server(start):
    return start(MACHINES)


def test_the_server_may_be_restarted_during_a_job(start_job, server, ann):
    job = start_job(*LONE, "--hours", "1")
    began = ann.vm("lone")["booked_at"]
    server.stop()
    job.wait_for("cannot be reached.*trying again")
    server.start()
    job.wait_for("the server is back")
    assert ann.vm("lone")["booked_at"] == began
    assert go_on(job).err.count("trying again") == 1
    assert ann.actions("lone") == ["book", "cancel"]


def test_the_server_may_be_restarted_while_a_job_waits(loadzone, server, ann, bob):
    done(bob.book("lone"))
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--wait", "2m", "--", "true")
    job.wait_for("place 1")
    server.stop()
    job.wait_for("trying again")
    server.start()
    done(bob.cancel("lone"))
    assert job.ended().status == 0
    assert ann.actions("lone") == ["book", "cancel"]


def test_the_server_may_be_down_at_the_end(start_job, server, ann):
    job = start_job("run", "--vm", "lone", "--hours", "1")
    server.stop()
    job.type("go on")
    job.wait_for("trying again")
    server.start()
    assert job.ended().status == 5
    assert ann.vm("lone")["state"] == "free"
    assert ann.actions("lone") == ["book", "cancel"]


def test_a_signal_ends_the_wait_for_the_release(start_job, server):
    job = start_job("run", "--vm", "lone", "--hours", "1")
    server.stop()
    job.type("go on")
    job.wait_for("trying again")
    job.send(signal.SIGTERM)
    ended = job.ended()
    assert (ended.status, "not released" in ended.err, "in 10 minutes" in ended.err) == (5, True, True)


def test_a_renewal_is_as_long_as_the_limits_allow(start_job, ann, server):
    """The longest allowed time ahead is shorter than two of the longest bookings."""
    server.settings |= {"LOADZONE_MAX_HOURS": "0.0025", "LOADZONE_MAX_AHEAD_HOURS": "0.0027"}
    server.restart()
    job = start_job(*LONE, "--hours", "0.0025")
    first = ann.vm("lone")
    job.wait_for("renewed until")
    second = ann.vm("lone")
    gained = (moment(second["expires_at"]) - moment(first["expires_at"])).total_seconds()
    assert 0 < gained < 9
    assert second["booked_at"] == first["booked_at"]
    go_on(job)


def test_if_one_of_several_is_lost_the_others_are_kept_and_released(start_job, ann, alice):
    job = start_job("run", "--group", "perf", "--count", "2", "--hours", "1", "--heartbeat", "0.1")
    done(alice.delete_vm("perf-1", force=True))
    job.wait_for("perf-1 is no longer booked")
    heartbeats = set()
    eventually(lambda: heartbeats.add(ann.server.stored_vm("perf-2")["heartbeat_at"]) or len(heartbeats) > 5)
    go_on(job)
    assert ann.vm("perf-2")["state"] == "free"
