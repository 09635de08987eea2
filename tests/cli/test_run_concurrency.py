"""Several jobs at once want the machines of one group: all get their turn, and never two on one machine."""

import re

import pytest

from support.command import shell_of
from support.people import Person

PERF = ["run", "--group", "perf", "--hours", "1", "--wait", "100s"]
JOBS = 6


class Journal:
    """Where the jobs write down when they begin and end, and on which machines."""

    def __init__(self, path):
        self.path = path
        path.touch()

    def words(self, seconds=0.3):
        note = 'for vm in $(echo "$LOADZONE_VMS" | grep -o "perf-[0-9]"); do echo "%s $vm" >> "$0"; done'
        return ["sh", "-c", f"{note % 'begin'}; sleep {seconds}; {note % 'end'}", str(self.path)]

    def of(self, vm_id):
        return [line.split()[0] for line in self.path.read_text().splitlines() if line.endswith(vm_id)]

    def check(self, runs):
        """So many machines were used, each by one job at a time."""
        assert len(re.findall("begin", self.path.read_text())) == runs
        for vm_id in ("perf-1", "perf-2"):
            assert self.of(vm_id) == ["begin", "end"] * (len(self.of(vm_id)) // 2)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal")


@pytest.fixture
def shells(server, tmp_path):
    """Where people of their own run their jobs."""
    return [shell_of(tmp_path / f"home-{n}", server, Person(server).sign_in()) for n in range(JOBS)]


def all_end_well(jobs):
    for job in jobs:
        ended = job.ended(110)
        assert ended.status == 0, ended.err


def nothing_is_left(person):
    state = person.state()
    assert {vm["state"] for vm in state["vms"]} == {"free"}
    assert [place["queue"] for place in state["vms"] + state["groups"] if place["queue"]] == []


def test_different_people(shells, journal, ann):
    all_end_well([shell.start(*PERF, "--", *journal.words()) for shell in shells])
    journal.check(JOBS)
    nothing_is_left(ann)


def test_one_person_with_one_token(loadzone, journal, ann):
    all_end_well([loadzone.start(*PERF, "--", *journal.words()) for _ in range(JOBS)])
    journal.check(JOBS)
    nothing_is_left(ann)


def test_some_want_both_machines(shells, journal, ann):
    wishes = [[], ["--count", "2"], [], ["--count", "2"], [], []]
    jobs = [shell.start(*PERF, *wish, "--", *journal.words()) for shell, wish in zip(shells, wishes, strict=True)]
    all_end_well(jobs)
    journal.check(8)
    nothing_is_left(ann)


def test_one_person_wants_one_and_both(loadzone, journal, ann):
    wishes = [[], ["--count", "2"], [], ["--count", "2"]]
    all_end_well([loadzone.start(*PERF, *wish, "--", *journal.words()) for wish in wishes])
    journal.check(6)
    nothing_is_left(ann)


def test_some_give_up_and_some_are_killed(shells, journal, ann):
    """Whoever goes, in whichever way, holds up nobody."""
    first = shells[0].start(*PERF, "--heartbeat", "0.05", "--count", "2", "--", "sh", "-c", "echo here; read line")
    first.wait_for("here", "out")
    impatient = shells[1].start("run", "--group", "perf", "--hours", "1", "--wait", "3s", "--", *journal.words())
    interrupted = shells[2].start(*PERF, "--", *journal.words())
    rest = [shell.start(*PERF, "--", *journal.words()) for shell in shells[3:]]
    for job in (impatient, interrupted, *rest):
        job.wait_for("place")
    interrupted.send(2)
    assert impatient.ended().status == 124
    assert interrupted.ended().status == 130
    first.send(9)
    first.ended()
    all_end_well(rest)
    journal.check(3)
    nothing_is_left(ann)


def test_one_that_ends_leaves_the_machine_of_another_that_looks_alike(loadzone, ann, tmp_path):
    """Bookings are told apart by a random part of their length, which two jobs may happen to share."""
    (tmp_path / "sitecustomize.py").write_text("import secrets\nsecrets.randbelow = lambda n: 7\n")
    alike = {"PYTHONPATH": str(tmp_path)}
    staying = loadzone.start(*PERF, "--", "sh", "-c", "echo here; read line", **alike)
    staying.wait_for("here", "out")
    loadzone.start(*PERF, "--", "true", **alike).ended()
    assert [vm["state"] for vm in ann.state()["vms"] if vm["booked_by"] == ann.email] == ["booked"]
    staying.type("")
    staying.ended()
    nothing_is_left(ann)
