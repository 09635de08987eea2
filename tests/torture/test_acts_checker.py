"""The check of the history at the end of a run: what it finds in lines and calls made by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import Booking, State, Vm
from loadzone.lib.times import iso
from support.world import NOON
from torture import acts_checker
from torture.acts_checker import Acts
from torture.group_checker import MACHINES
from torture.history import FAILED, REFUSED, UNKNOWN, History, Operation

ANN, BEN = "ann@example.com", "ben@example.com"
END = NOON + timedelta(hours=1)
BOOKED = HistoryLine(10, 3, NOON, "booked", ANN, vm=1, vm_id="vm", email=ANN, booking=NOON, until=END)
RELEASED = replace(BOOKED, id=12, at=END, action="released", until=END)
JOINED = replace(BOOKED, id=11, action="queue_joined", actor=BEN, email=BEN, until=None)
LEFT = replace(JOINED, id=13, action="queue_left")


def call(name, actor=ANN, **more):
    answer = {"booked_by": ANN, "booked_at": iso(NOON), "expires_at": iso(END), "status": "ok"}
    return Operation(actor, name, "vm", 1.0, 1.5, **{"answer": answer, **more})


BOOK, RELEASE, JOIN, LEAVE = call("book"), call("cancel"), call("join", BEN), call("leave", BEN)


def found(calls, lines, booking=None):
    state = State({name: Vm(name, group=1, number=n) for n, name in enumerate(MACHINES, 2)})
    state.vms["vm"] = Vm("vm", booking=booking, number=1)
    history = History()
    history.operations, history.acts = list(calls), Acts(list(lines), state)
    return list(acts_checker.violations(history))


def test_each_call_that_was_answered_is_one_line():
    assert found([BOOK, JOIN, RELEASE, LEAVE], [BOOKED, JOINED, RELEASED, LEFT]) == []


@pytest.mark.parametrize("missing", [BOOKED, JOINED, RELEASED, LEFT], ids=lambda line: line.action)
def test_a_lost_line_is_found(missing):
    lines = [line for line in (BOOKED, JOINED, RELEASED, LEFT) if line is not missing]
    assert any("the history has 0 lines of" in text for text in found([BOOK, JOIN, RELEASE, LEAVE], lines))


def test_a_line_that_is_there_twice_is_found():
    assert "line 10 of epoch 3 is there 2 times" in found([BOOK, RELEASE], [BOOKED, BOOKED, RELEASED])
    again = replace(JOINED, id=14)
    assert any("2 lines of join" in text for text in found([JOIN, LEAVE], [JOINED, again, LEFT]))


@pytest.mark.parametrize("outcome", [REFUSED, FAILED])
def test_a_line_of_what_was_refused_is_found(outcome):
    assert any("not 0 to 0" in text for text in found([call("book", outcome=outcome)], [BOOKED, RELEASED]))


def test_a_call_without_an_answer_is_in_the_history_or_not():
    unknown = call("book", outcome=UNKNOWN)
    assert found([unknown, RELEASE], [BOOKED, RELEASED]) == []
    assert found([unknown], []) == []


def test_a_line_with_another_end_than_was_answered_is_found():
    [text] = found([BOOK, RELEASE], [replace(BOOKED, until=END + timedelta(seconds=1)), RELEASED])
    assert "the history has no line of" in text


def test_lines_in_the_wrong_order_are_found():
    assert any("does not go on" in text for text in found([BOOK, RELEASE], [RELEASED, BOOKED]))


def test_lines_that_do_not_lead_to_the_state_are_found():
    lost = replace(RELEASED, action="expired", actor=None)
    assert found([BOOK], [BOOKED, lost]) == []
    assert any("does not lead to the state" in text for text in found([BOOK], [BOOKED]))
    assert found([BOOK], [BOOKED], Booking(ANN, END, NOON)) == []
