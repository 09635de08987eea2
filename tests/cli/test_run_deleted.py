"""loadzone run while its machine or group is deleted, and the deletion is undone: all goes on where it was."""

import pytest

from support.answers import done
from support.command import go_on
from support.waiting import eventually

LONE = ["run", "--vm", "lone", "--hours", "1"]
OFTEN = ["--heartbeat", "0.1"]  # a look every 1.5 s; without heartbeats the booking ends after 6 s


def test_the_booking_is_kept_again_once_the_deletion_is_undone(start_job, server, alice, ann):
    job = start_job(*LONE, *OFTEN)
    began = ann.vm("lone")["booked_at"]
    done(alice.delete_vm("lone", force=True))
    job.wait_for("lone is no longer booked for this command")
    done(alice.undelete("lone"))
    job.wait_for("lone is booked for this command again")
    heartbeats = set()
    eventually(lambda: heartbeats.add(server.stored_vm("lone")["heartbeat_at"]) or len(heartbeats) > 4)  # over 6 s
    assert ann.vm("lone")["booked_at"] == began
    assert go_on(job).err.count("no longer booked") == 1
    assert ann.vm("lone")["state"] == "free"
    assert ann.actions("lone") == ["book", "cancel", "book", "cancel"]


def test_it_comes_back_under_another_name(start_job, alice, ann):
    job = start_job(*LONE, *OFTEN)
    done(alice.delete_vm("lone", force=True))
    job.wait_for("lone is no longer booked")
    done(alice.undelete("lone"))
    done(alice.edit_vm("lone", id="db-1"))
    job.wait_for("db-1 is booked for this command again")
    go_on(job)
    assert ann.vm("db-1")["state"] == "free"
    done(alice.edit_vm("db-1", id="lone"))


def test_a_job_that_ends_right_after_the_undo_releases_it(start_job, alice, ann):
    job = start_job("run", "--group", "perf", "--count", "2", "--hours", "1", *OFTEN)
    done(alice.delete_vm("perf-1", force=True))
    job.wait_for("perf-1 is no longer booked")
    done(alice.undelete("perf-1"))
    go_on(job)
    assert {ann.vm(name)["state"] for name in ("perf-1", "perf-2")} == {"free"}


def test_a_later_booking_of_the_same_person_is_left_alone(start_job, alice, ann):
    job = start_job(*LONE, *OFTEN)
    done(alice.delete_vm("lone", force=True))
    job.wait_for("lone is no longer booked")
    done(alice.undelete("lone"))
    done(ann.cancel("lone"))
    done(ann.book("lone"))
    go_on(job)
    assert ann.vm("lone")["booked_by"] == ann.email


@pytest.fixture
def waiting(loadzone, ann, bob):
    """Return a function that starts a job which waits for what bob has."""

    def start(*target: str, taken: list[str]):
        for vm_id in taken:
            done(bob.book(vm_id))
        job = loadzone.start("run", *target, "--hours", "1", "--wait", "2m", "--", "sh", "-c", "echo on $LOADZONE_VM")
        job.wait_for("place 1")
        return job

    return start


def test_a_job_that_waits_keeps_its_place_when_its_machine_comes_back(waiting, alice, ann, bob):
    job = waiting("--vm", "lone", taken=["lone"])
    [since] = [waiter["since"] for waiter in ann.vm("lone")["queue"]]
    done(alice.delete_vm("lone", force=True))
    job.wait_for("There is no machine “lone”")
    done(alice.undelete("lone"))
    job.wait_for("(?s)place 1.*place 1")
    assert [waiter["since"] for waiter in ann.vm("lone")["queue"]] == [since]
    done(bob.cancel("lone"))
    ended = job.ended()
    assert (ended.status, ended.out) == (0, "on lone\n")
    assert ann.vm("lone")["state"] == "free"


def test_a_job_that_waits_for_a_group_goes_on_when_that_comes_back(waiting, alice, ann, bob):
    job = waiting("--group", "perf", taken=["perf-1", "perf-2"])
    done(alice.delete_group(1))
    job.wait_for("There is no such group")
    done(alice.undelete(group_id=1))
    job.wait_for("(?s)place 1.*place 1")
    done(bob.cancel("perf-2"))
    ended = job.ended()
    assert (ended.status, ended.out) == (0, "on perf-2\n")


def test_it_waits_no_longer_than_a_deletion_can_be_undone(waiting, loadzone, alice, monkeypatch):
    monkeypatch.setitem(loadzone.environment, "UNDO_SECONDS", "1")
    job = waiting("--vm", "lone", taken=["lone"])
    done(alice.delete_vm("lone", force=True))
    assert job.ended().status == 125
    done(alice.undelete("lone"))
