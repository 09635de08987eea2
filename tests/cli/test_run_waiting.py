"""loadzone run --wait: wait in the queue for one machine or several, until the time is up."""

import signal

import pytest

from support.answers import done
from support.command import go_on, shell_of
from support.inventory import from_now, inventory, machine
from support.people import Person
from support.server import FREQUENT_SWEEPS
from support.waiting import eventually

GROUP = ["run", "--group", "perf", "--hours", "1"]


@pytest.fixture
def all_taken(bob):
    for vm_id in ("perf-1", "perf-2", "lone"):
        done(bob.book(vm_id))


def queue(person):
    return [waiter["email"] for waiter in person.group(1)["queue"]]


def test_the_command_runs_when_its_turn_comes(loadzone, ann, bob, all_taken):
    job = loadzone.start(*GROUP, "--wait", "2m", "--", "sh", "-c", "echo on $LOADZONE_VM; read line")
    job.wait_for("waiting in the queue, place 1")
    [waiter] = ann.group(1)["queue"]
    assert (waiter["hours"], waiter["auto"], waiter["count"]) == (1, False, 1)
    done(bob.cancel("perf-2"))
    assert job.wait_for("on .*", "out") == "on perf-2"
    assert queue(ann) == []
    job.type("")
    assert job.ended().status == 0
    assert ann.vm("perf-2")["state"] == "free"


def test_a_group_that_is_renamed_meanwhile_is_still_the_one_waited_for(loadzone, alice, ann, bob, all_taken):
    job = loadzone.start(*GROUP, "--wait", "2m", "--", "sh", "-c", "echo on $LOADZONE_VM; read line")
    job.wait_for("waiting in the queue, place 1")
    done(alice.edit_group(1, name="load"))
    done(bob.cancel("perf-2"))
    assert job.wait_for("on .*", "out") == "on perf-2"
    done(alice.edit_group(1, name="perf"))
    job.type("")
    assert job.ended().status == 0
    assert ann.vm("perf-2")["state"] == "free"


def test_a_certain_machine_can_be_waited_for(loadzone, ann, bob, all_taken):
    job = loadzone.start(
        "run", "--vm", "lone", "--hours", "1", "--wait", "2m", "--", "sh", "-c", "echo on $LOADZONE_VM"
    )
    job.wait_for("place 1")
    assert [waiter["email"] for waiter in ann.vm("lone")["queue"]] == ["ann@example.com"]
    done(bob.cancel("lone"))
    assert job.ended().out == "on lone\n"


def test_the_place_is_shown_when_it_changes(loadzone, alice, bob, all_taken):
    done(alice.post("/queue/join", {"group_id": 1, "hours": 1}))
    job = loadzone.start(*GROUP, "--wait", "2m", "--", "true")
    job.wait_for("place 2")
    done(alice.post("/queue/leave", {"group_id": 1}))
    job.wait_for("place 1")
    done(bob.cancel("perf-1"))
    assert job.ended().status == 0
    assert [line for line in job.err.splitlines() if "place" in line] == [
        "loadzone: waiting in the queue, place 2",
        "loadzone: waiting in the queue, place 1",
    ]


def test_a_job_does_not_overtake_people_who_joined_earlier(loadzone, ann, alice, bob, all_taken):
    done(alice.post("/queue/join", {"group_id": 1, "hours": 1}))
    job = loadzone.start(*GROUP, "--wait", "2m", "--", "true")
    job.wait_for("place 2")
    done(bob.cancel("perf-1"))
    assert ann.vm("perf-1")["held_for"] == "alice@example.com"
    job.wait_for("place 1")
    assert job.is_running()
    done(alice.post("/queue/leave", {"group_id": 1}))
    assert job.ended().status == 0


def test_the_wait_ends_when_the_time_is_up(loadzone, ann, all_taken):
    ended = loadzone(*GROUP, "--wait", "3s", "--", "true")
    assert (ended.status, ended.out) == (124, "")
    assert "too few machines came free in time" in ended.err
    assert queue(ann) == []


def test_several_machines_are_collected_one_by_one(loadzone, ann, bob, all_taken):
    job = loadzone.start(*GROUP, "--count", "2", "--wait", "2m", "--", "sh", "-c", 'echo "$LOADZONE_VMS"')
    job.wait_for("place 1")
    done(bob.cancel("perf-1"))
    assert ann.vm("perf-1")["held_for"] == "ann@example.com"
    assert job.is_running()
    done(bob.cancel("perf-2"))
    ended = job.ended()
    assert (ended.status, ended.out.count("perf-")) == (0, 2)


def test_a_job_that_was_removed_from_the_queue_joins_again(loadzone, ann, alice, bob, all_taken):
    job = loadzone.start(*GROUP, "--wait", "2m", "--", "true")
    job.wait_for("place 1")
    done(alice.post("/queue/leave", {"group_id": 1, "email": "ann@example.com"}))
    eventually(lambda: queue(ann) == ["ann@example.com"])
    done(bob.cancel("perf-1"))
    assert job.ended().status == 0


def test_a_killed_job_loses_its_place_and_a_running_job_keeps_it(start, tmp_path):
    """The server looks for waiters without a heartbeat once a minute; this one does so twice a second."""
    server = start(inventory([machine("vm", "bob@example.com", from_now(hours=1))]), program=FREQUENT_SWEEPS)
    alice, ann, carol = (Person(server, f"{name}@example.com").sign_in() for name in ("alice", "ann", "carol"))
    jobs = [
        shell_of(tmp_path / person.email, server, person).start(
            *("run", "--vm", "vm", "--hours", "1", "--wait", "3m", "--heartbeat", "0.1", "--", "true")
        )
        for person in (ann, carol)
    ]
    for job in jobs:
        job.wait_for("place")
    since = {waiter["email"]: waiter["since"] for waiter in ann.vm("vm")["queue"]}
    jobs[1].send(signal.SIGKILL)
    jobs[1].ended()
    eventually(lambda: ann.queue("vm") == [ann.email])
    assert ann.vm("vm")["queue"][0]["since"] == since[ann.email]
    done(alice.cancel("vm"))
    assert jobs[0].ended().status == 0


def test_a_machine_in_maintenance_is_waited_for(loadzone, alice, ann):
    done(alice.edit_vm("lone", maintenance="disk swap"))
    assert loadzone("run", "--vm", "lone", "--hours", "1", "--", "true").status == 124
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--wait", "2m", "--", "true")
    job.wait_for("place 1")
    done(alice.edit_vm("lone", maintenance=None))
    assert job.ended().status == 0


def test_with_tags_it_waits_outside_the_queue(loadzone, ann, bob, all_taken):
    job = loadzone.start(*GROUP, "--tag", "BIG", "--wait", "2m", "--", "sh", "-c", "echo on $LOADZONE_VM")
    job.wait_for("waiting until enough are free")
    assert queue(ann) == []
    done(bob.cancel("perf-2"))
    done(bob.cancel("perf-1"))
    assert job.ended().out == "on perf-1\n"


def test_it_does_not_wait_for_tags_that_too_few_machines_have(loadzone):
    ended = loadzone(*GROUP, "--count", "2", "--tag", "big", "--wait", "2m", "--", "true")
    assert (ended.status, "only 1 machine " in ended.err) == (124, True)


def test_a_place_that_the_person_took_by_hand_stays(loadzone, ann, all_taken):
    done(ann.post("/queue/join", {"group_id": 1, "hours": 1}))
    job = loadzone.start(*GROUP, "--wait", "3s", "--", "true")
    assert job.ended().status == 124
    assert queue(ann) == ["ann@example.com"]


def test_a_place_that_is_no_longer_the_jobs_stays(loadzone, ann, alice, all_taken):
    """The job's own place is gone, and its person has a new one: by hand, or for another job."""
    job = loadzone.start(*GROUP, "--wait", "2m", "--", "true")
    job.wait_for("place 1")

    def is_replaced():
        done(alice.post("/queue/leave", {"group_id": 1, "email": "ann@example.com"}))
        return done(ann.post("/queue/join", {"group_id": 1, "hours": 1}))["status"] == "ok"

    eventually(is_replaced)
    done(alice.post("/queue/join", {"group_id": 1, "hours": 1}))
    done(alice.post("/queue/leave", {"group_id": 1}))  # makes a newer board, which the job reads before it leaves
    job.send(signal.SIGTERM)
    job.ended()
    assert queue(ann) == ["ann@example.com"]


def test_a_full_queue_is_reported_and_waited_for(loadzone, server, ann, bob, all_taken):
    others = [Person(server).sign_in() for _ in range(10)]
    for person in others:
        done(person.post("/queue/join", {"vm_id": "lone", "hours": 1}))
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--wait", "2m", "--", "true")
    job.wait_for("10")
    for person in others:
        done(person.post("/queue/leave", {"vm_id": "lone"}))
    job.wait_for("place 1")
    done(bob.cancel("lone"))
    assert job.ended().status == 0


def test_a_machine_that_another_job_of_the_same_person_has_is_waited_for(loadzone, start_job, ann):
    first = start_job("run", "--vm", "lone", "--hours", "1")
    second = loadzone.start("run", "--vm", "lone", "--hours", "1", "--wait", "2m", "--", "echo", "ran")
    second.wait_for("lone")
    go_on(first)
    assert second.ended().out == "ran\n"
    assert ann.actions("lone") == ["book", "cancel"] * 2


def test_at_the_limit_of_machines_it_waits_for_other_jobs_of_the_same_person(start, tmp_path):
    server = start(inventory([machine("one"), machine("other")]), LOADZONE_MAX_MACHINES="1")
    ann = Person(server, "ann@example.com").sign_in()
    shell = shell_of(tmp_path / "ann", server, ann)
    done(ann.book("one"))
    other = ["run", "--vm", "other", "--hours", "1"]
    assert shell(*other, "--", "true").status == 125
    job = shell.start(*other, "--wait", "2m", "--", "echo", "ran")
    job.wait_for("place")
    done(ann.cancel("one"))
    assert job.ended().out == "ran\n"
    assert ann.queue("other") == []
