"""Several concurrent jobs for the machines of one group: each gets its turn, and never two run on one machine."""

import re

import pytest

from support.command import shell_of
from support.people import Person

PERF = ["run", "--group", "perf", "--hours", "1", "--wait", "100s"]
JOBS = 6


class Journal:
    """A file into which the jobs write when they begin and end, and on which machines."""

    def __init__(self, path):
        self.path = path
        path.touch()

    def command(self, seconds=0.3):
        note = 'for vm in $(echo "$LOADZONE_VMS" | grep -o "perf-[0-9]"); do echo "%s $vm" >> "$0"; done'
        return ["sh", "-c", f"{note % 'begin'}; sleep {seconds}; {note % 'end'}", str(self.path)]

    def of(self, vm_id):
        return [line.split()[0] for line in self.path.read_text().splitlines() if line.endswith(vm_id)]

    def check(self, uses):
        """Check how many times machines were used, and that each was used by one job at a time."""
        assert len(re.findall("begin", self.path.read_text())) == uses
        for vm_id in ("perf-1", "perf-2"):
            assert self.of(vm_id) == ["begin", "end"] * (len(self.of(vm_id)) // 2)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal")


@pytest.fixture
def shells(server, tmp_path):
    """Return one shell per job, each with the token of another person."""
    return [shell_of(tmp_path / f"home-{n}", server, Person(server).sign_in()) for n in range(JOBS)]


def all_end_well(jobs):
    for job in jobs:
        ended = job.ended(110)
        assert ended.status == 0, ended.err


def check_nothing_is_left(person):
    state = person.state()
    assert {vm["state"] for vm in state["vms"]} == {"free"}
    assert [place["queue"] for place in state["vms"] + state["groups"] if place["queue"]] == []


def test_different_people(shells, journal, ann):
    all_end_well([shell.start(*PERF, "--", *journal.command()) for shell in shells])
    journal.check(JOBS)
    check_nothing_is_left(ann)


def test_one_person_with_one_token(loadzone, journal, ann):
    all_end_well([loadzone.start(*PERF, "--", *journal.command()) for _ in range(JOBS)])
    journal.check(JOBS)
    check_nothing_is_left(ann)


def test_some_want_both_machines(shells, journal, ann):
    options = [[], ["--count", "2"], [], ["--count", "2"], [], []]
    jobs = [
        shell.start(*PERF, *option, "--", *journal.command()) for shell, option in zip(shells, options, strict=True)
    ]
    all_end_well(jobs)
    journal.check(8)
    check_nothing_is_left(ann)


def test_one_person_wants_one_and_both(loadzone, journal, ann):
    options = [[], ["--count", "2"], [], ["--count", "2"]]
    all_end_well([loadzone.start(*PERF, *option, "--", *journal.command()) for option in options])
    journal.check(6)
    check_nothing_is_left(ann)


def test_some_give_up_and_some_are_killed(shells, journal, ann):
    """A job that ends, in whichever way, does not block the others."""
    first = shells[0].start(*PERF, "--heartbeat", "0.1", "--count", "2", "--", "sh", "-c", "echo here; read line")
    first.wait_for("here", "out")
    giving_up = shells[1].start("run", "--group", "perf", "--hours", "1", "--wait", "3s", "--", *journal.command())
    interrupted = shells[2].start(*PERF, "--", *journal.command())
    rest = [shell.start(*PERF, "--", *journal.command()) for shell in shells[3:]]
    for job in (giving_up, interrupted, *rest):
        job.wait_for("place")
    interrupted.send(2)
    assert giving_up.ended().status == 124
    assert interrupted.ended().status == 130
    first.send(9)
    first.ended()
    all_end_well(rest)
    journal.check(3)
    check_nothing_is_left(ann)


def test_a_job_does_not_release_the_machine_of_another_with_an_equal_booking(loadzone, ann, tmp_path):
    """Jobs recognise their bookings by a random part of the length, which may by chance be the same for two jobs."""
    (tmp_path / "sitecustomize.py").write_text("import secrets\nsecrets.randbelow = lambda n: 7\n")
    alike = {"PYTHONPATH": str(tmp_path)}
    staying = loadzone.start(*PERF, "--", "sh", "-c", "echo here; read line", **alike)
    staying.wait_for("here", "out")
    loadzone.start(*PERF, "--", "true", **alike).ended()
    assert [vm["state"] for vm in ann.state()["vms"] if vm["booked_by"] == ann.email] == ["booked"]
    staying.type("")
    staying.ended()
    check_nothing_is_left(ann)
