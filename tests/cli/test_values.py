"""Notes and durations, in the many ways in which people write them."""

import time
from datetime import datetime, timedelta, timezone

import pytest

from support.answers import done
from support.command import go_on
from support.durations import DURATIONS
from support.gateway import Gateway
from support.inventory import from_now, moment
from support.server import ROOT

JENKINS = "https://jenkins.example.com/" + "job/nightly-performance/" * 8 + "1234/"
FLAGS = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one picture of three people, joined
NOTES = {
    "two\nlines\r\n": ("two lines", "one"),
    "tab\tand \x1b[31mred\x07": ("tab and [31mred", "one"),
    "soft\u00adhyphen \u202eturned": ("soft hyphen turned", "one"),
    JENKINS: (JENKINS[:199] + "…", "cut"),
    "x" * 200: ("x" * 200, ""),
    "x" * 198 + "e\u0301" * 5: ("x" * 198 + "…", "cut"),
    "x" * 196 + FLAGS: ("x" * 196 + "…", "cut"),
    "e" + "\u0301" * 300: ("…", "cut"),
    "-draft": ("-draft", ""),
    "--hours": ("--hours", ""),
    "  ": ("", ""),
}


@pytest.fixture
def durations(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "cli")
    from loadzone_cli import durations

    return durations


@pytest.mark.parametrize(("text", "hours"), DURATIONS.items())
def test_hours_are_read_as_the_page_reads_them(durations, text, hours):
    assert durations.seconds_of(text, "h") == (hours and pytest.approx(hours * 3600))


def test_a_number_without_a_unit_is_no_time_to_wait(durations):
    assert durations.seconds_of("30") is durations.seconds_of("1,5") is None
    assert durations.seconds_of("1:30") is durations.seconds_of("1:30", "m") is None
    assert durations.seconds_of("1h30m") == 5400


@pytest.mark.parametrize("hours", ["90m", "1h30m", "1,5", "1:30"])
def test_hours_of_all_commands(loadzone, ann, hours):
    assert loadzone("book", "lone", "--hours", hours).status == 0
    assert loadzone("renew", "lone", "--hours", hours).status == 0
    booked = ann.vm("lone")
    assert moment(booked["expires_at"]) - moment(booked["booked_at"]) == timedelta(hours=3)


def test_a_heartbeat_in_other_units(start_job, ann):
    job = start_job("run", "--vm", "lone", "--hours", "1h", "--heartbeat", "90s", "--wait", "1m30s")
    assert ann.vm("lone")["heartbeat_minutes"] == 1.5
    go_on(job)


@pytest.mark.parametrize(("given", "kept"), NOTES.items(), ids=range(len(NOTES)))
def test_a_note_becomes_one_line_that_is_not_too_long(loadzone, ann, given, kept):
    ended = loadzone("book", "lone", "--hours", "1", "--note", given)
    assert ended.status == 0, ended.err
    assert ann.vm("lone")["note"] == kept[0]
    assert (kept[1] or "note") in ended.err if kept[1] else ended.err == ""


def test_a_note_is_changed(loadzone, ann, bob):
    done(ann.book("lone", note="before"))
    assert loadzone("note", "lone", "two\nlines").status == 0
    assert ann.vm("lone")["note"] == "two lines"
    assert loadzone("note", "lone", "").status == 0
    assert ann.vm("lone")["note"] == ""
    assert loadzone("note", "lone", "--", "-draft").status == 0
    assert ann.vm("lone")["note"] == "-draft"
    assert loadzone("note", "perf-1", "x").status == 1
    assert loadzone("note", "lone").status == 2


def test_a_note_does_not_keep_a_job_from_running(loadzone, ann):
    ended = loadzone("run", "--vm", "lone", "--hours", "1", "--note", f"{JENKINS}\n\udcff", "--", "echo", "ran")
    assert (ended.status, ended.out) == (0, "ran\n")
    assert ended.err.count("note") == 2


def test_a_note_that_the_server_refuses_is_left_out(start_job, server, ann, tmp_path):
    """A newer server may have other rules: this one gets a note that the command did not shorten."""
    (tmp_path / "sitecustomize.py").write_text("from loadzone_cli import note\nnote.LONGEST = 500\n")
    path = f"{tmp_path}:{ROOT / 'cli'}"
    job = start_job("run", "--vm", "lone", "--hours", "1", "--note", "x" * 300, PYTHONPATH=path)
    job.wait_for("booked without the note")
    assert ann.vm("lone")["note"] == ""
    go_on(job)


# Proxies between the command and the server


@pytest.fixture
def gateway(server):
    with Gateway(server.url.removeprefix("http://")) as gateway:
        yield gateway


@pytest.mark.parametrize(
    ("status", "page"), [(404, "<h1>default backend</h1>"), (200, "<h1>Sign in</h1>"), (503, '{"error": {"code": 14}}')]
)
def test_pages_of_a_proxy_end_no_job(start_job, gateway, ann, status, page):
    """A proxy answers in its own way while LoadZone is away: while a job runs, and when it ends."""
    gateway.status = status
    job = start_job("run", "--vm", "lone", "--hours", "1", "--heartbeat", "0.1", LOADZONE_URL=gateway.url)
    gateway.page = page
    job.wait_for("trying again")
    gateway.page = ""
    job.wait_for("the server is back")
    gateway.page = page
    job.type("go on")
    job.wait_for("(?s)trying again.*trying again")
    gateway.page = ""
    assert job.ended().status == 5
    assert ann.actions("lone") == ["book", "cancel"]


def test_with_wait_a_job_waits_for_the_server_too(loadzone, gateway, ann):
    gateway.page, gateway.status = "<h1>deploying</h1>", 502
    job = loadzone.start(
        "run", "--group", "perf", "--hours", "1", "--wait", "1m", "--", "true", LOADZONE_URL=gateway.url
    )
    job.wait_for("502; trying again")
    gateway.page = ""
    assert job.ended().status == 0
    assert (
        loadzone("run", "--vm", "lone", "--hours", "1", "--", "true", LOADZONE_URL="http://127.0.0.1:9").status == 125
    )


# Until when


@pytest.fixture
def local_times(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "cli")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    from loadzone_cli import local_times

    yield local_times
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("18:00", "2026-11-30T17:00:00Z"),
        ("12:59", "2026-12-01T11:59:00Z"),
        ("13:00", "2026-12-01T12:00:00Z"),
        ("13:01", "2026-11-30T12:01:00Z"),
        ("24:00", "2026-11-30T23:00:00Z"),
        ("9:05", "2026-12-01T08:05:00Z"),
        ("2026-12-01 18:00", "2026-12-01T17:00:00Z"),
        ("2026-12-01T18:00", "2026-12-01T17:00:00Z"),
        ("2026-07-01 18:00", "2026-07-01T16:00:00Z"),
        ("2026-12-01T18:00Z", "2026-12-01T18:00:00Z"),
        ("2026-12-01T18:00:30+05:30", "2026-12-01T12:30:30Z"),
        ("25:00", None),
        ("18:60", None),
        ("18", None),
        ("soon", None),
        ("0001-01-01T00:00+23:00", None),
    ],
)
def test_times_are_local_unless_they_name_a_zone(local_times, text, meant):
    noon = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)  # 13:00 in Berlin
    assert local_times.utc_of(text, noon) == meant


def test_the_time_of_the_clock_on_the_night_of_the_change(local_times):
    evening = datetime(2026, 10, 24, 20, tzinfo=timezone.utc)
    assert local_times.utc_of("06:00", evening) == "2026-10-25T05:00:00Z"


def test_a_machine_is_booked_and_renewed_until_a_time(loadzone, ann):
    end = from_now(hours=3).replace(second=0, microsecond=0)
    words = ["book", "lone", "--until", end.strftime("%H:%M")]
    assert loadzone(*words, TZ="UTC").status == 0
    assert moment(ann.vm("lone")["expires_at"]) == end
    later = end + timedelta(hours=2)
    assert loadzone("renew", "lone", "--until", later.strftime("%Y-%m-%d %H:%M"), TZ="UTC").status == 0
    assert moment(ann.vm("lone")["expires_at"]) == later
    assert loadzone("renew", "lone", "--until", "soon").status == 2
    assert loadzone("renew", "lone", "--until", "18:00", "--hours", "1").status == 2
