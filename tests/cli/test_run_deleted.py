"""loadzone run while its machine is deleted, and the deletion is undone: the booking is there again, and kept."""

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
