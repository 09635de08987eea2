"""Measure how long a change on one node takes to the browsers on another: from the HTTP answer to their receipt."""

from __future__ import annotations

import itertools
import time

from clients import BrowserProcess, LoadProcess, answered_at, cookie_of, milliseconds, percentile, wait_for
from node_figures import CLIENTS, bookings_of
from table import Row

from nodes import Nodes
from support.people import Person
from support.server import ADMIN, Server

CHANGES = 100
APART = 0.1  # seconds from one answer to the next change
BROWSERS = 500  # of each node
VM = "server-00998"  # free, and no client's

_marks = itertools.count(1)


def other_node(size: int, nodes: Nodes) -> list[Row]:
    """Measure with one browser on each node, idle and beside sixteen clients that book on each, and with many."""
    one, two = nodes.start(2)
    admin = Person(one, ADMIN).sign_in()
    admin.book(VM)
    cookie = cookie_of(admin)
    own, others = BrowserProcess(), BrowserProcess()
    try:
        for browsers, node in ((own, one), (others, two)):
            browsers.count_marks()
            browsers.connect(node, cookie, 1)
        idle = _waits(one, cookie, (own, others), 1)
        people = nodes.signed_in(2 * CLIENTS)
        seconds = CHANGES * APART * 1.5
        loads = [LoadProcess(one, bookings_of(people[:CLIENTS]), seconds)]
        loads += [LoadProcess(two, bookings_of(people[CLIENTS:], 1), seconds)]
        busy = _waits(one, cookie, (own, others), 1)
        for load in loads:
            load.result()
        for browsers, node in ((own, one), (others, two)):
            browsers.connect(node, cookie, BROWSERS - 1)
        time.sleep(1)  # lets the work of connecting finish
        many = _waits(one, cookie, (own, others), BROWSERS)
    finally:
        own.close()
        others.close()
    return [
        _row(size, "the other node's browser told, idle, p99", idle, 0.01, "≤ 10 ms"),
        _row(size, f"the same, {CLIENTS} clients book on each, p99", busy, busy[0] + 0.025, "≤ 25 ms more"),
        _row(size, f"the last of {BROWSERS} there, {BROWSERS} on each node, p99", many, 0.1, "≤ 100 ms"),
    ]


def _row(size: int, figure: str, waits: tuple[float, float], most: float, goal: str) -> Row:
    own, other = waits
    return Row(size, figure, f"own: {milliseconds(own)}", milliseconds(other), other / own, goal, other <= most)


def _waits(node: Server, cookie: str, processes: tuple[BrowserProcess, ...], count: int) -> tuple[float, float]:
    """Return the p99 of the seconds from an answer to the last browser, of the own node and of the other one."""
    answered = _answers(node, cookie)
    own, other = (
        wait_for(lambda browsers=browsers: _received(browsers, len(answered), count), 20) for browsers in processes
    )
    for browsers in processes:
        browsers.reset()
    return tuple(
        percentile([max(0.0001, last - answered[mark]) for mark, (_, _, last) in received.items()], 0.99)
        for received in (own, other)
    )


def _received(browsers: BrowserProcess, changes: int, count: int) -> dict[int, list[float]] | None:
    received, _ = browsers.received()
    return received if [times[0] for times in received.values()] == [count] * changes else None


def _answers(node: Server, cookie: str) -> dict[int, float]:
    """Write a mark after the other, and return the times of the answers (time.monotonic())."""
    marks = list(itertools.islice(_marks, CHANGES))
    notes = [("/note", {"vm_id": VM, "note": f"mark {mark}"}) for mark in marks]
    return dict(zip(marks, answered_at(node, cookie, notes, APART), strict=True))
