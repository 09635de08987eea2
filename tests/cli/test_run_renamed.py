"""loadzone run while its machine is renamed: by an admin who tidies up, or in a swap of two names."""

import pytest

from support.answers import done
from support.command import go_on
from support.people import Person
from support.waiting import eventually

LONE = ["run", "--vm", "lone", "--hours", "1"]


@pytest.fixture
def rename(server):
    """Return a function that renames a machine; afterwards all have their own names again."""
    admin = Person(server, "alice@example.com").sign_in()
    given = []

    def rename(old, new):
        done(admin.edit_vm(old, id=new))
        given.append((old, new))

    yield rename
    for old, new in reversed(given):
        done(admin.edit_vm(new, id=old))


def test_the_booking_is_kept_and_released(start_job, server, ann, rename):
    job = start_job(*LONE, "--heartbeat", "0.1")
    began = ann.vm("lone")["booked_at"]
    rename("lone", "db-1")
    job.wait_for("lone is called db-1 now")
    heartbeats = set()
    eventually(lambda: heartbeats.add(server.stored_vm("db-1")["heartbeat_at"]) or len(heartbeats) > 4)  # over 6 s
    assert ann.vm("db-1")["booked_at"] == began
    ended = go_on(job)
    assert "no longer booked" not in ended.err
    assert ann.vm("db-1")["state"] == "free"
    assert ann.actions("db-1") == ["book", "cancel"]


def test_it_is_released_if_it_was_renamed_since_the_last_heartbeat(start_job, ann, rename):
    job = start_job(*LONE)
    rename("lone", "db-1")
    go_on(job)
    assert ann.vm("db-1")["state"] == "free"


def test_it_is_renewed_under_its_new_name(start_job, ann, rename):
    job = start_job("run", "--vm", "lone", "--hours", "0.002", "--heartbeat", "0.1")  # 7.2 s
    rename("lone", "db-1")
    job.wait_for("db-1: renewed until")
    go_on(job)
    assert ann.actions("db-1")[:2] == ["book", "renew"]


def test_a_machine_is_waited_for_under_its_former_name(loadzone, ann, bob, rename):
    done(bob.book("lone"))
    job = loadzone.start(*LONE, "--wait", "2m", "--", "sh", "-c", "echo on $LOADZONE_VM; read line")
    job.wait_for("place 1")
    rename("lone", "db-1")
    done(bob.cancel("db-1"))
    assert job.wait_for("on .*", "out") == "on db-1"
    assert ann.vm("db-1")["queue"] == []
    job.type("")
    assert job.ended().status == 0
    assert ann.vm("db-1")["state"] == "free"


def test_who_stops_waiting_leaves_the_queue_of_the_renamed_machine(loadzone, ann, bob, rename):
    done(bob.book("lone"))
    job = loadzone.start(*LONE, "--wait", "2m", "--", "true")
    job.wait_for("place 1")
    rename("lone", "db-1")
    job.send(2)
    job.ended()
    assert ann.vm("db-1")["queue"] == []


def test_two_machines_of_a_job_may_swap_their_names(start_job, ann, rename):
    job = start_job("run", "--group", "perf", "--count", "2", "--hours", "1", "--heartbeat", "0.1")
    for old, new in (("perf-1", "x"), ("perf-2", "perf-1"), ("x", "perf-2")):
        rename(old, new)
        job.wait_for(f"{old} is called {new} now")
    ended = go_on(job)
    assert "no longer booked" not in ended.err
    assert {ann.vm(name)["state"] for name in ("perf-1", "perf-2")} == {"free"}


def test_the_commands_take_a_former_name(loadzone, ann, rename):
    rename("lone", "db-1")
    assert loadzone("book", "lone", "--hours", "1").out.startswith("db-1 ")
    assert loadzone("renew", "lone", "--hours", "1").status == 0
    assert loadzone("note", "lone", "soak").status == 0
    assert ann.vm("db-1")["note"] == "soak"
    assert loadzone("release", "lone").status == 0
    assert ann.vm("db-1")["state"] == "free"
