"""How a job finds the booking that was made by a call whose answer was lost, and takes no other for it."""

import sys
from datetime import timedelta

import pytest

from support.inventory import moment
from support.server import ROOT

HOUR = 3_600_000  # milliseconds
BEFORE, AFTER = "2026-11-30T12:00:00Z", "2026-11-30T12:00:05Z"


@pytest.fixture
def lost_booking(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "cli")
    from loadzone_cli import lost_booking

    yield lost_booking
    for name in [name for name in sys.modules if name.startswith("loadzone_cli")]:
        del sys.modules[name]


@pytest.fixture(params=["least", "greatest"])
def chance(request, monkeypatch):
    """Make the random part of marks the least or the greatest that there is."""
    monkeypatch.setattr("secrets.randbelow", (lambda n: 0) if request.param == "least" else (lambda n: n - 1))


@pytest.mark.parametrize("hours", [1e-9, 1 / HOUR, 2 / HOUR, 999 / HOUR, 1000 / HOUR, 1001 / HOUR, 0.5, 1, 24])
def test_a_mark_is_shorter_than_what_was_asked_for_and_above_zero(lost_booking, chance, hours):
    length = lost_booking.marked_length(hours)
    assert max(1, round(hours * HOUR) - 999) <= length < max(2, round(hours * HOUR))


def board(**bookings):
    """Return a board: by machine when it was booked, and the length in milliseconds."""
    return {"vms": [booked(vm_id, *booking) for vm_id, booking in bookings.items()], "groups": []}


def booked(vm_id, at, length, heartbeat=10):
    end = (moment(at) + timedelta(milliseconds=length)).isoformat()
    return {
        "id": vm_id,
        "booked_by": "ann@example.com",
        "booked_at": at,
        "expires_at": end,
        "heartbeat_minutes": heartbeat,
    }


def found(lost, on):
    return [vm["id"] for vm in lost.find(on, "ann@example.com")]


def test_only_a_booking_with_the_mark_is_found(lost_booking, chance):
    lost = lost_booking.LostBooking(1, 10)
    lost.expect(board())
    mark = round(lost.hours * HOUR)
    assert found(lost, board(whole=(AFTER, HOUR), ours=(AFTER, mark), silent=(AFTER, mark, 5))) == ["ours"]
    assert lost.find(board(ours=(AFTER, mark)), "bob@example.com") == []


def test_a_booking_from_before_the_first_call_is_not_ours(lost_booking, chance):
    lost = lost_booking.LostBooking(1, 10)
    mark = round(lost.hours * HOUR)
    others = board(vm=(BEFORE, mark))
    lost.expect(others)
    lost.expect(board(vm=(AFTER, mark)))  # the second call: what came since the first may be ours
    assert found(lost, others) == []
    assert found(lost, board(vm=(AFTER, mark))) == ["vm"], "the same machine, booked since"


def test_nothing_is_ours_when_every_call_was_answered(lost_booking):
    lost = lost_booking.LostBooking(1, 10)
    mark = round(lost.hours * HOUR)
    assert found(lost, board(vm=(AFTER, mark))) == []
    lost.expect(board())
    lost.is_possible = False
    assert found(lost, board(vm=(AFTER, mark))) == []
    for at in (BEFORE, AFTER):
        lost.is_possible = False
        lost.expect(board(vm=(at, mark)))
        assert found(lost, board(vm=(at, mark))) == []
