"""What GET /usage tells of acts: those that were moved, those that still wait, and what was there before the first."""

import csv
import io

import pytest

from support.answers import done
from support.people import Person
from support.server import ADMIN
from support.waiting import eventually

PERIOD = "from=2026-11-02T00:00:00Z&to=2026-11-04T00:00:00Z"
KIM, ANN = "kim@example.com", "ann@example.com"


def line(number, at, action, **fields):
    return {"id": number, "epoch": 1, "at": f"2026-11-{at}Z", "action": action, **fields}


def of_machine(number, at, action, **fields):
    return line(number, at, action, vm=1, vm_id="web", group_id=7, group="Front", **fields)


def booked(number, at, email, until):
    begin, end = f"2026-11-{at}Z", f"2026-11-{until}Z"
    return of_machine(number, at, "booked", actor=email, email=email, booking=begin, until=end)


# web is booked for two hours, of which it is out of service for one, and again for six; nobody has needed old.
LINES = [
    line(3, "02T00:00:00", "group_added", group_id=7, group="Front"),
    of_machine(4, "02T00:00:00", "vm_added"),
    line(5, "02T00:00:00", "vm_added", vm=2, vm_id="old"),
    booked(6, "02T10:00:00", KIM, "02T12:00:00"),
    of_machine(7, "02T11:00:00", "queue_joined", actor=ANN, email=ANN, booking="2026-11-02T11:00:00Z"),
    of_machine(8, "02T11:00:00", "maintenance_began", reason="disk"),
    of_machine(9, "02T15:00:00", "expired", email=KIM, booking="2026-11-02T10:00:00Z", until="2026-11-02T12:00:00Z"),
    of_machine(10, "02T16:00:00", "maintenance_ended"),
    of_machine(11, "02T16:00:00", "held", email=ANN, booking="2026-11-02T11:00:00Z"),
    booked(12, "02T16:00:00", ANN, "02T22:00:00"),
    of_machine(13, "02T22:00:00", "released", actor=ANN, email=ANN, booking="2026-11-02T16:00:00Z"),
]
DATA = {
    "vms": [{"id": "web", "number": 1, "group": 7}, {"id": "old", "number": 2}],
    "groups": [{"id": 7, "name": "Front", "vm_ids": ["web"]}],
    "users": {},
    "history": LINES,
    "epoch": 1,
    "last_number": 13,
}


@pytest.fixture
def alice(start):
    return Person(start(DATA), ADMIN).sign_in()


def test_all_figures_of_some_acts(alice):
    answer = done(alice.get(f"/usage?{PERIOD}"))
    [front, none] = sorted(answer["groups"], key=lambda group: group["group_id"] is None)
    assert (front["booked_hours"], front["service_hours"], front["ratio"]) == (8, 44, pytest.approx(8 / 44, abs=1e-5))
    assert (front["bookings"], front["ended"], front["given_up"]) == (2, {"expired": 1, "released": 1}, 0)
    assert (front["p50"], front["p95"]) == (pytest.approx(2, rel=0.05), pytest.approx(6, rel=0.05))
    assert front["waits"] == {"turns": 1, "p50": pytest.approx(5, rel=0.05), "p95": pytest.approx(5, rel=0.05)}
    assert (none["booked_hours"], none["service_hours"], none["ratio"]) == (0, 48, 0)
    people = [(one["email"], one["booked_hours"], one["bookings"]) for one in answer["people"]]
    assert people == [(ANN, 6, 1), (KIM, 2, 1)]
    [idle] = answer["unused"]
    assert (idle["vm_id"], idle["service_hours"], idle["last_use"]) == ("old", 48, None)
    assert answer["since"] == "2026-11-02T00:00:00Z"


def test_an_answer_that_was_given_is_given_again_until_it_changes(alice):
    first = done(alice.get(f"/usage?{PERIOD}"))
    assert done(alice.get(f"/usage?{PERIOD}")) == first
    done(alice.edit_vm("old", id="older"))

    def name():
        return [one["vm_id"] for one in done(alice.get(f"/usage?{PERIOD}"))["unused"]]

    eventually(lambda: name() == ["older"])


@pytest.mark.parametrize("table", ["groups", "machines", "people", "heat", "series"])
def test_the_sums_of_a_table_are_those_of_the_page(alice, table):
    total = done(alice.get(f"/usage?{PERIOD}"))["total"]
    content = alice.get(f"/usage.csv?{PERIOD}&table={table}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert sum(float(row["booked_hours"]) for row in rows) == pytest.approx(total["booked_hours"], abs=1e-6)
    if table != "people":
        assert sum(float(row["service_hours"]) for row in rows) == pytest.approx(total["service_hours"], abs=1e-6)
    if table in ("groups", "machines", "people"):
        assert sum(int(row["bookings"]) for row in rows) == total["bookings"]


def test_a_group_alone_is_asked_for(alice):
    answer = done(alice.get(f"/usage?{PERIOD}&group_id=7"))
    assert [machine["vm_id"] for machine in answer["machines"]] == ["web"]
    assert answer["unused"] == []
    assert done(alice.get(f"/usage?{PERIOD}&group_id=8"))["groups"] == []


def test_days_are_those_of_the_zone(alice):
    fifteen_days = "from=2026-10-20T00:00:00Z&to=2026-11-04T00:00:00Z"
    answer = done(alice.get(f"/usage?{fifteen_days}&zone=Asia/Kathmandu"))
    series = answer["series"]
    [front] = [group for group in series["groups"] if group["group_id"] == 7]
    hours = dict(zip(series["starts"], front["booked_hours"], strict=True))
    assert hours["2026-11-01T18:15:00Z"] == pytest.approx(2 + 2.25)
    assert hours["2026-11-02T18:15:00Z"] == pytest.approx(6 - 2.25)
    [busiest] = [one for one in answer["heat"] if one["weekday"] == 0 and one["hour"] == 16]
    assert busiest["booked_hours"] == pytest.approx(1)  # 10:15 to 11:15 UTC


def test_machines_that_no_line_tells_of_are_there_from_the_start_on(start):
    server = start({"vms": [{"id": "silent"}], "groups": [], "users": {}})
    alice = Person(server, ADMIN).sign_in()
    eventually(lambda: done(alice.get("/usage"))["since"] is not None)
