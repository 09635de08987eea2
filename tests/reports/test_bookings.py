"""Bookings as the history tells them are what a slow and obvious reading of all lines finds."""

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import Booking, State, Vm
from loadzone.reports import bookings
from loadzone.reports.bookings import BookingSpan, bookings_of
from loadzone.reports.finding import Lines
from loadzone.reports.wanted import Wanted
from reports.lines import PEOPLE, START

ENDED = ("released", "expired", "force_released", "silent", "vm_deleted")


def made(seed, count=120):
    """Return lines in which people have three machines by turns, the bookings that they tell, and the state after."""
    chance, lines, spans, running = random.Random(seed), [], [], {}
    for number in range(1, count + 1):
        at, vm = START + timedelta(hours=number), chance.randint(1, 3)
        line = HistoryLine(number, 1, at, "renewed", chance.choice(PEOPLE), vm=vm, vm_id=f"vm-{vm}", booking=at)
        began = running.pop(vm, None)
        if began is None:
            running[vm] = line = replace(line, action=chance.choice(["booked", "auto_booked"]), email=line.actor)
        elif chance.random() < 0.3:  # something else happens
            running[vm], line = began, replace(line, email=began.email, booking=began.booking)
        elif chance.random() < 0.3:
            line = replace(line, action="handed_over", email=chance.choice(PEOPLE))
            spans.append(BookingSpan(began, began.booking, at, "handed_over"))
            running[vm] = line
        else:
            end = at - timedelta(minutes=chance.randint(0, 5))
            line = replace(line, action=chance.choice(ENDED), email=began.email, booking=began.booking, until=end)
            spans.append(BookingSpan(began, began.booking, end, line.action))
        lines.append(line)
    spans += [BookingSpan(began, began.booking, None, None) for began in running.values()]
    vms = {f"vm-{vm}": Vm(f"vm-{vm}", number=vm, booking=booking_of(began)) for vm, began in running.items()}
    return lines, sorted(spans, key=lambda span: -span.began.id), State(vms=vms)


def booking_of(began):
    return Booking(began.email, booked_at=began.booking)


def pages_of(history, state, wanted, limit):
    def walk(connection):
        shown, before = [], None
        while True:
            page = bookings_of(Lines(connection, state), state, wanted, before, limit)
            assert len(page.bookings) <= limit
            shown += page.bookings
            before = page.next
            if before is None:
                return shown

    return history.read(walk)


def has_part(span, since, until):
    return (until is None or span.start < until) and (since is None or span.end is None or span.end > since)


@pytest.mark.parametrize("seed", range(3))
def test_bookings_are_those_that_an_obvious_reading_finds(history, seed):
    lines, spans, state = made(seed)
    history.append(lines[:100])
    state = replace(state, history={line.id: line for line in lines[90:]})
    assert pages_of(history, state, Wanted(), 7) == spans
    for vm in (1, 2):
        of_vm = [span for span in spans if span.began.vm == vm]
        assert pages_of(history, state, Wanted(vms=(vm,)), 3) == of_vm
        for hour in (0, 30, 60, 119):
            since, until = START + timedelta(hours=hour), START + timedelta(hours=hour + 10)
            expected = [span for span in of_vm if has_part(span, since, until)]
            assert pages_of(history, state, Wanted(vms=(vm,), since=since, until=until), 3) == expected
            expected = [span for span in spans if has_part(span, since, None)]
            assert pages_of(history, state, Wanted(since=since), 20) == expected
    mine = [span for span in spans if span.began.email == PEOPLE[0]]
    assert pages_of(history, state, Wanted(person=PEOPLE[0]), 5) == mine


def test_a_booking_of_which_no_line_tells_the_end_is_not_shown_as_running(history):
    lines, spans, _ = made(1)
    history.append(lines)
    for span in pages_of(history, State(), Wanted(), 50):
        assert span in spans or (span.ended, span.end) == ("unknown", span.began.until)


class Followed(list):
    """A list that counts what is read of it."""

    read = 0

    def __iter__(self):
        for one in super().__iter__():
            self.read += 1
            yield one


def test_where_much_waits_each_line_is_looked_at_once():
    """While the database is away, 100,000 lines may wait, and a page of the file has 1,000 bookings."""
    lines = [HistoryLine(n, 1, START, "booked", vm=n, vm_id=f"vm-{n}", booking=START) for n in range(1, 501)]
    found = SimpleNamespace(connection=None, last=0, waiting=Followed(lines))
    assert bookings._ends(found, lines) == {}
    assert found.waiting.read <= 2 * len(lines)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_the_ends_of_the_calendar_are_times_too(history, moment):
    lines, _, state = made(1)
    history.append(lines)
    at = moment.replace(tzinfo=timezone.utc)
    found = pages_of(history, state, Wanted(since=at), 50), pages_of(history, state, Wanted(until=at), 50)
    assert [bool(shown) for shown in found] == ([True, False] if moment == datetime.min else [bool(found[0]), True])
