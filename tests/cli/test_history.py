"""`loadzone history` and `loadzone usage`: what they print, filters, pages, JSON, both languages, refusals."""

import json
import re
import subprocess
import sys

import pytest

from support.answers import done, is_russian
from support.people import Person
from support.server import ADMIN, ROOT


@pytest.fixture
def root(server) -> Person:
    return Person(server, ADMIN).sign_in()


@pytest.fixture
def used(ann, root) -> str:
    """Return a machine that ann had and that an admin took from her."""
    done(ann.book("lone", 2, note="soak 4.2"))
    done(root.cancel("lone", reason="needed for the release"))
    return "lone"


def lines(ended) -> list[str]:
    assert ended.status == 0, ended.err
    return ended.out.splitlines()


def test_a_line_says_when_which_machine_who_what_and_why(loadzone, used):
    last, first = lines(loadzone("history", "--vm", used, "--limit", "2"))
    when = r"^\d{4}-\d\d-\d\d \d\d:\d\d \S+  lone  "
    assert re.match(
        when + r"alice@example\.com: booking of ann@example\.com ended early \(needed for the release\)$", last
    )
    assert re.match(when + r"ann@example\.com: booked until \d{4}-\d\d-\d\d \d\d:\d\d \S+ \(soak 4\.2\)$", first)


def test_in_russian(loadzone, used):
    last = lines(loadzone("history", "--vm", used, "--limit", "1", LANG="ru_RU.UTF-8"))[0]
    assert "alice@example.com: бронь ann@example.com снята" in last
    assert is_russian(loadzone("history", "--help", LANG="ru_RU.UTF-8").out)


def test_filters(loadzone, ann, used):
    of_ann = lines(loadzone("history", "--person", ann.email, "--action", "booked,force_released", "--limit", "2"))
    assert len(of_ann) == 2
    assert all("ann@example.com" in line for line in of_ann)
    assert "booked until" in lines(loadzone("history", "--action", "booked", "--text", "soak", "--since", "1h"))[0]
    assert lines(loadzone("history", "--vm", used, "--until", "2020-01-01")) == []
    done(ann.book("perf-1"))
    in_group = lines(loadzone("history", "--group", "Perf", "--since", "1d"))
    assert in_group
    assert not any("  lone  " in line for line in in_group)


def test_pages(loadzone, used):
    everything = json.loads(loadzone("history", "--vm", used, "--json", "--limit", "1000").out)
    assert everything["next"] is None
    page = loadzone("history", "--vm", used, "--limit", "1")
    cursor = re.search(r"--cursor (\S+)", page.err)[1]
    following = json.loads(loadzone("history", "--vm", used, "--limit", "1", "--cursor", cursor, "--json").out)
    assert following["history"] == everything["history"][1:2]
    assert following["next"]


def test_more_than_the_server_gives_at_once(loadzone, root):
    for number in range(210):
        done(root.edit_vm("perf-2", description=f"number {number}"))
    assert len(lines(loadzone("history", "--vm", "perf-2", "--limit", "205"))) == 205


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("history --vm nix", 1),
        ("history --group nix", 1),
        ("history --action dance", 1),
        ("history --since yesterday", 2),
        ("history --limit 0", 2),
        ("usage --days 0", 2),
        ("usage --days 4000", 1),
        ("usage --group nix", 1),
    ],
)
def test_what_is_refused(loadzone, words, status):
    ended = loadzone(*words.split())
    assert (ended.status, ended.out) == (status, "")
    assert ended.err


def test_usage_is_a_table_of_groups(loadzone):
    """The figures end with the last full quarter of an hour, so those of a young server may have no group yet."""
    answer = json.loads(loadzone("usage", "--days", "7", "--json").out)
    assert {"total", "groups", "machines"} <= answer.keys()
    printed = loadzone("usage", "--days", "7")
    names = [group["name"] or "no group" for group in answer["groups"]]
    assert [row.split("  ")[0] for row in lines(printed)[1 : len(names) + 1]] == names
    assert bool(printed.err) is not bool(names)
    assert is_russian(loadzone("usage", "--help", LANG="ru_RU.UTF-8").out)


def test_the_figures_of_a_group_in_columns():
    waits = {"turns": 2, "p50": 0.25, "p95": 1.0}
    figures = {"booked_hours": 12.34, "ratio": 0.581, "bookings": 7, "p50": 2.0, "waits": waits, "given_up": 1}
    assert cells_of("Perf", figures) == ["Perf", "12.3", "58 %", "7", "2.0 h", "0.2 h", "1"]
    nothing = {**figures, "ratio": None, "p50": None, "waits": {**waits, "p50": None}}
    assert cells_of("a\x1b[31m", nothing) == ["a?[31m", "12.3", "-", "7", "-", "-", "1"]


def cells_of(name: str, figures: dict) -> list[str]:
    """Return what the command makes of the figures. It is no part of the path of the tests."""
    script = (
        "import json, sys; from loadzone_cli.report_commands import cells_of;"
        "print(json.dumps(cells_of(*json.loads(sys.argv[1]))))"
    )
    environment = {"PYTHONPATH": str(ROOT / "cli"), "LANG": "C.UTF-8"}
    words = [sys.executable, "-c", script, json.dumps([name, figures])]
    return json.loads(subprocess.run(words, env=environment, capture_output=True, check=True, text=True).stdout)
