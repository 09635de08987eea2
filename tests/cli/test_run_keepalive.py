"""loadzone run: heartbeats and renewals keep the booking while the command runs, even if answers are lost."""

import signal

import pytest

from support.answers import done
from support.command import go_on, shell_of
from support.gateway import Gateway
from support.waiting import eventually

LONE = ["run", "--vm", "lone", "--heartbeat", "0.1"]  # a heartbeat every 1.5 s; without it the booking ends after 6 s
MARKED = 3_599_999 / 3_600_000  # how long a job for an hour books where the random part of its mark is 0
SHORT = ["--hours", "0.002"]  # 7.2 s; it is renewed in the last 1.8 s


@pytest.fixture
def gateway(server):
    with Gateway(server.url.removeprefix("http://")) as gateway:
        yield gateway


# Heartbeats and renewals


def test_the_booking_of_a_running_job_is_kept_by_heartbeats(start_job, server, ann):
    job = start_job(*LONE, "--hours", "1")
    heartbeats = set()
    eventually(lambda: heartbeats.add(server.stored_vm("lone")["heartbeat_at"]) or len(heartbeats) > 5)  # over 6 s
    assert ann.actions("lone") == ["book"], "heartbeats are not in the history"
    go_on(job)
    assert ann.actions("lone") == ["book", "cancel"]


def test_it_is_renewed_shortly_before_its_end(start_job, ann):
    job = start_job(*LONE, *SHORT)
    began = ann.vm("lone")["booked_at"]
    job.wait_for("(?s)renewed until .*renewed until")
    assert ann.vm("lone")["booked_at"] == began
    go_on(job)
    assert ann.actions("lone")[:3] == ["book", "renew", "renew"]
    assert ann.actions("lone")[-1] == "cancel"


def test_with_rare_heartbeats_it_is_renewed_in_time_too(start_job, ann):
    job = start_job("run", "--vm", "lone", *SHORT)
    job.wait_for("renewed until")
    go_on(job)
    assert ann.actions("lone")[:2] == ["book", "renew"]


def test_if_others_wait_it_says_when_the_booking_ends_and_the_command_goes_on(start_job, ann, alice):
    job = start_job(*LONE, *SHORT)
    done(alice.post("/queue/join", {"vm_id": "lone", "hours": 1}))
    job.wait_for("others are waiting for lone")
    job.wait_for("lone is no longer booked")
    assert job.is_running()
    ended = go_on(job)
    assert ended.err.count("others are waiting") == 1
    assert ann.vm("lone")["held_for"] == "alice@example.com"
    assert ann.actions("lone") == ["book", "release"]


def test_when_nobody_waits_any_longer_it_is_renewed(start_job, ann, alice):
    job = start_job(*LONE, "--hours", "0.004")
    done(alice.post("/queue/join", {"vm_id": "lone", "hours": 1}))
    job.wait_for("others are waiting for lone")
    done(alice.post("/queue/leave", {"vm_id": "lone"}))
    job.wait_for("renewed until")
    go_on(job)


def test_several_machines_are_kept_and_renewed_together(start_job, ann):
    job = start_job("run", "--group", "perf", "--count", "2", "--heartbeat", "0.1", *SHORT)
    for vm_id in ("perf-1", "perf-2"):
        job.wait_for(f"{vm_id}: renewed")
    go_on(job)
    for vm_id in ("perf-1", "perf-2"):
        assert ann.actions(vm_id)[:2] == ["book", "renew"]
        assert ann.actions(vm_id)[-1] == "cancel"


# Bookings that are taken away


def test_a_machine_that_an_admin_took_is_reported_and_left_to_the_next_holder(start_job, ann, alice, bob):
    job = start_job(*LONE, "--hours", "1")
    done(alice.cancel("lone", reason="urgent"))
    done(bob.book("lone"))
    job.wait_for("lone is no longer booked for this command")
    assert job.is_running()
    assert go_on(job).err.count("no longer booked") == 1
    assert ann.vm("lone")["booked_by"] == "bob@example.com"


def test_a_machine_that_was_handed_over_is_reported_and_left_to_the_receiver(start_job, ann, bob):
    job = start_job(*LONE, "--hours", "1")
    given = done(ann.hand_over("lone", bob.email))
    job.wait_for("lone is no longer booked for this command: it is booked by bob@example.com now; the command goes on")
    assert go_on(job).err.count("no longer booked") == 1
    assert bob.vm("lone") == given


def test_a_machine_that_was_handed_over_just_before_the_end_is_not_released(start_job, ann, bob):
    job = start_job("run", "--vm", "lone", "--hours", "1")  # it looks only every 150 seconds
    given = done(ann.hand_over("lone", bob.email))
    ended = go_on(job)
    assert "lone is no longer booked for this command: it is booked by bob@example.com now, so" in ended.err
    assert bob.vm("lone") == given


def test_an_admins_job_releases_nothing_that_is_handed_over_while_it_releases(
    start_job, server, alice, bob, tmp_path, gateway
):
    shell = shell_of(tmp_path / "alice", server, alice)
    job = start_job("run", "--vm", "lone", "--hours", "1", shell=shell, LOADZONE_URL=gateway.url)
    gateway.meanwhile["POST /cancel"] = lambda: done(alice.hand_over("lone", bob.email))
    go_on(job)
    assert bob.vm("lone")["booked_by"] == bob.email


def test_a_later_booking_of_the_same_person_is_not_released(start_job, ann, alice):
    job = start_job("run", "--vm", "lone", "--hours", "1")
    done(alice.cancel("lone"))
    done(ann.book("lone"))
    go_on(job)
    assert ann.vm("lone")["booked_by"] == "ann@example.com"
    assert ann.actions("lone") == ["book", "cancel", "book"]


def test_an_admins_job_leaves_other_peoples_bookings_alone(start_job, server, alice, bob, tmp_path):
    job = start_job("run", "--vm", "lone", "--hours", "1", shell=shell_of(tmp_path / "alice", server, alice))
    done(alice.cancel("lone"))
    done(bob.book("lone"))
    go_on(job)
    assert bob.vm("lone")["booked_by"] == "bob@example.com"


def test_a_token_that_is_revoked_meanwhile_is_reported(start_job, ann):
    job = start_job(*LONE, "--hours", "1")
    [token] = done(ann.get("/tokens"))
    done(ann.request("DELETE", f"/tokens/{token['id']}"))
    job.wait_for("This token is not valid")
    assert "not released" in go_on(job).err
    eventually(lambda: ann.vm("lone")["state"] == "free")


# Lost answers


@pytest.mark.parametrize("waits", [[], ["--wait", "2m"]])
def test_a_booking_whose_answer_was_lost_is_found(start_job, gateway, ann, waits):
    gateway.lose = "POST /book"
    job = start_job("run", "--vm", "lone", "--hours", "1", *waits, LOADZONE_URL=gateway.url)
    assert gateway.seen.count("POST /book") == 1
    go_on(job)
    assert ann.actions("lone") == ["book", "cancel"]


def test_several_whose_answer_was_lost_are_found(start_job, gateway, ann):
    gateway.lose = "POST /book"
    go_on(start_job("run", "--group", "perf", "--count", "2", "--hours", "1", LOADZONE_URL=gateway.url))
    assert ann.actions("perf-1") == ann.actions("perf-2") == ["book", "cancel"]


@pytest.mark.parametrize("hours", [1, MARKED])
def test_anothers_booking_is_not_taken_for_the_lost_one(loadzone, gateway, ann, tmp_path, hours):
    """Another job with the same token booked the machine just before: for the whole length, or with the same mark."""
    (tmp_path / "sitecustomize.py").write_text("import secrets\nsecrets.randbelow = lambda n: 0\n")
    done(ann.book("lone", hours=hours, heartbeat_minutes=10))
    gateway.lose = "POST /book"
    here = {"LOADZONE_URL": gateway.url, "PYTHONPATH": str(tmp_path)}
    ended = loadzone("run", "--vm", "lone", "--hours", "1", "--", "true", **here)
    assert ended.status == 124
    assert ann.actions("lone") == ["book"]


def test_a_signal_before_the_answer_leaves_no_booking_behind(loadzone, gateway, ann):
    gateway.stall = "POST /book"
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--", "true", LOADZONE_URL=gateway.url)
    eventually(lambda: ann.vm("lone")["state"] == "booked")
    job.send(signal.SIGTERM)
    assert job.ended().status == 128 + signal.SIGTERM
    assert ann.actions("lone") == ["book", "cancel"]


def test_a_release_whose_answer_was_lost_is_done_once(start_job, gateway, ann):
    job = start_job("run", "--vm", "lone", "--hours", "1", LOADZONE_URL=gateway.url)
    gateway.lose = "POST /cancel"
    go_on(job)
    assert ann.actions("lone") == ["book", "cancel"]
