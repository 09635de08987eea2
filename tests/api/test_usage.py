"""GET /usage and GET /usage.csv: who may ask, what for, and what comes back."""

import csv
import io
from datetime import datetime, timedelta, timezone

import pytest

from loadzone.lib.times import parse_time
from support.answers import done, refusal
from support.people import Person


def test_members_get_all_figures(alice):
    done(alice.add_vm("seen-by-usage"), 201)
    answer = done(alice.get("/usage"))
    assert answer["total"].keys() == {
        *("booked_hours", "service_hours", "ratio", "bookings", "p50", "p95", "ended", "waits", "given_up")
    }
    assert len(answer["heat"]) == 7 * 24
    assert answer["series"]["step"] == "day"
    assert answer["before"]["to"] == answer["from"]


def test_strangers_get_nothing(server):
    stranger = Person(server)
    assert refusal(stranger.get("/usage")) == (401, "not_signed_in")
    assert refusal(stranger.get("/usage.csv?table=groups")) == (401, "not_signed_in")


def test_the_period_is_cut_to_quarters_of_an_hour(alice):
    answer = done(alice.get("/usage?from=2026-01-02T03:14:59Z&to=2026-01-05T03:16:01Z&zone=Asia/Kathmandu"))
    assert (answer["from"], answer["to"]) == ("2026-01-02T03:00:00Z", "2026-01-05T03:15:00Z")
    assert answer["zone"] == "Asia/Kathmandu"
    assert answer["series"]["step"] == "hour"
    assert answer["series"]["starts"][:2] == ["2026-01-02T03:00:00Z", "2026-01-02T03:15:00Z"]
    assert (answer["before"]["from"], answer["before"]["to"]) == ("2025-12-30T02:45:00Z", "2026-01-02T03:00:00Z")


def test_without_a_period_it_is_the_last_thirty_days(alice):
    answer = done(alice.get("/usage"))
    begin, end = parse_time(answer["from"]), parse_time(answer["to"])
    assert timedelta(0) <= datetime.now(timezone.utc) - end < timedelta(minutes=16)
    assert end - begin == timedelta(days=30)


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("from=yesterday", "from", "time"),
        ("to=2026-13-01", "to", "time"),
        ("zone=Mars/Olympus", "zone", "zone"),
        ("group_id=first", "group_id", "whole_number"),
        ("group_id=-1", "group_id", "whole_number"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from", "no_period"),
        ("from=2026-01-02T00:01:00Z&to=2026-01-02T00:14:00Z", "from", "no_period"),
        ("to=0001-01-01T00:00:00Z", "from", "no_period"),
        ("to=0001-01-01T00:00:00%2B14:00", "from", "no_period"),
        ("from=9999-12-31T23:59:59-14:00", "from", "no_period"),
        ("from=2199-01-01T00:00:00Z", "from", "no_period"),
        ("from=0001-01-01T00:00:00Z&to=0001-02-01T00:00:00Z", "from", "no_period"),
        ("from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from", "too_many_days"),
    ],
)
def test_a_wrong_query_is_refused_with_a_sentence(alice, query, field, reason):
    response = alice.get(f"/usage?{query}")
    assert refusal(response) == (400, "bad_input")
    assert (response.json()["field"], response.json()["reason"]) == (field, reason)


def test_the_table_must_be_one_of_those(alice):
    response = alice.get("/usage.csv?table=all")
    assert refusal(response) == (400, "bad_input")
    assert "heat" in response.json()["allowed"]


@pytest.mark.parametrize("table", ["groups", "machines", "people", "unused", "heat", "series", "waits"])
def test_each_table_is_a_csv_file_for_spreadsheets(alice, table):
    response = alice.get(f"/usage.csv?table={table}")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert all(len(row) == len(header) for row in rows)
    assert len(rows) == 7 * 24 or table != "heat"
