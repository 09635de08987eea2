"""Pages of the history are what a slow and obvious search finds, whatever is asked for."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import State
from loadzone.reports import finding, search
from loadzone.reports.wanted import Wanted
from reports.lines import MACHINES, START, make_lines, make_wanted, pages_of


def waiting(lines):
    return State(history={line.id: line for line in lines})


def wanted_of(lines, wanted):
    return [line for line in reversed(lines) if wanted.includes(line)]


@pytest.mark.parametrize("windows", [(3, 4), (1_000, 19_000)], ids=["little at once", "as served"])
def test_pages_have_what_an_obvious_search_finds(history, windows, monkeypatch):
    """With windows of some lines, most pages end because enough was looked at."""
    monkeypatch.setattr(search, "WINDOWS", windows)
    monkeypatch.setattr(finding, "LOOKED_AT_MOST", sum(windows))
    lines, chance = make_lines(150), random.Random(2)
    history.append(lines[:120])
    state = waiting(lines[110:])
    for _ in range(60):
        wanted = make_wanted(chance)
        assert pages_of(history, state, wanted, chance.choice([1, 7, 200])) == wanted_of(lines, wanted), wanted


@pytest.mark.parametrize(("moved", "left"), [(0, 0), (1, 0), (1, 1), (7, 0), (7, 5), (20, 0), (20, 19), (20, 20)])
def test_lines_on_their_way_are_shown_once(make_sqlite, moved, left):
    """The first ones are in the database, and have left the state or not; the others wait."""
    history, lines = make_sqlite(), make_lines(20)
    history.append(lines[:moved] or lines[:1])
    assert pages_of(history, waiting(lines[left:]), Wanted(with_people=True), 6) == lines[::-1]


@pytest.mark.parametrize("question", range(12))
def test_lines_that_are_moved_during_a_search_are_shown_once(history, make_history, question):
    """They are moved just before this question to the database, of those that a search asks."""
    lines, asked = make_lines(20), []
    history.append(lines[:10])
    other = make_history()
    history.read(lambda connection: None)  # which prepares it

    def move(*_):
        asked.append(1)
        if len(asked) == question + 2:  # the first one begins the transaction
            other.append(lines[10:])

    event.listen(history.engine, "before_cursor_execute", move)
    assert pages_of(history, waiting(lines[8:]), Wanted(with_people=True), 200) == lines[::-1]


def test_lines_of_a_later_epoch_get_ids_after_the_earlier_ones(history):
    """An older file was restored: numbers come again."""
    old, new = make_lines(30), make_lines(10, seed=3, epoch=2, first=5)
    history.append(old)
    expected = [*old, *(replace(line, id=31 + place) for place, line in enumerate(new))][::-1]
    for moved in (0, 4, 10):
        if moved:
            history.append(new[:moved])
        assert pages_of(history, waiting(new), Wanted(with_people=True), 4) == expected


def test_the_history_tells_since_when_it_has_everything(history):
    before, *lines = make_lines(5)
    history.append([replace(before, via="upgrade")])

    def since(state):
        return history.read(lambda connection: finding.Lines(connection, state).since())

    assert since(State()) is None
    assert since(waiting(lines)) == lines[0].at
    history.append(lines)
    assert since(State()) == lines[0].at


def test_members_see_no_acts_about_people_alone(history):
    lines = make_lines(60)
    gap = replace(lines[-1], id=61, action="history_gap", vm=None, vm_id=None, group_id=None)
    history.append([*lines, gap])
    shown = pages_of(history, State(), Wanted(), 9)
    assert shown == [gap, *(line for line in lines[::-1] if line.vm_id in MACHINES)]
    assert len(shown) < len(lines)
    assert pages_of(history, State(), Wanted(actions=("token_made",)), 9) == []


def test_a_time_bounds_what_is_looked_at(make_sqlite, monkeypatch):
    """However little is looked at, what was at that time is found at once, also from long ago."""
    monkeypatch.setattr(search, "WINDOWS", (20,))
    history, lines = make_sqlite(), make_lines(2_000)
    history.append(lines)
    wanted = Wanted(since=START, until=START + timedelta(hours=1), with_people=True)
    page = history.read(lambda connection: finding.Lines(connection, State()).page(wanted, None, 50))
    assert page.lines == wanted_of(lines, wanted)
    assert page.next is None


def test_members_see_acts_about_machines_that_were_gone_before_machines_had_numbers(history):
    """An upgrade begins the history with them."""
    line = HistoryLine(1, 1, START, "booked", email="kim@example.com", via="upgrade", vm_id="gone", booking=START)
    signed_in = HistoryLine(2, 1, START, "signed_in", email="kim@example.com")
    assert pages_of(history, waiting([line, signed_in]), Wanted(), 5) == [line]
    history.append([line, signed_in])
    assert pages_of(history, State(), Wanted(), 5) == [line]
