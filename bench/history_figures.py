"""Measure what the history costs while its lines wait, and how fast they are moved once they can be."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

from clients import LoadProcess, cookie_of, milliseconds, wait_for
from http_figures import bookings
from table import Row

from support.people import Person
from support.server import Server

WAITING = 90_000  # lines; at 100,000 the oldest would be dropped
SECONDS = 3.0
MOST_LATE, MOST_MOVING = 0.25, 120.0  # seconds
EPOCH = 1


def waiting_lines(size: int, server: Server) -> Iterator[Row]:
    """Measure bookings of one client while no lines wait and while many do; then how long these take to be moved."""
    usual = _booked(server)
    server.stop()
    _let_lines_wait(server)
    with closing(sqlite3.connect(f"{server.data}.history.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        server.start()
        late = _booked(server)
        other.execute("ROLLBACK")
    begin = time.monotonic()
    wait_for(lambda: "history" not in server.stored(), 2 * MOST_MOVING, pause=0.2)
    took = time.monotonic() - begin
    figure = f"book, one client, while {WAITING:,} lines of the history wait, p50"
    goal = f"≤ {milliseconds(MOST_LATE)}"
    yield Row(size, figure, milliseconds(usual), milliseconds(late), late / usual, goal, late <= MOST_LATE)
    figure, goal = f"{WAITING:,} lines of the history moved", f"≤ {MOST_MOVING:.0f} s"
    yield Row(size, figure, "", f"{took:.1f} s", None, goal, took <= MOST_MOVING)


def _booked(server: Server) -> float:
    cookie = cookie_of(Person(server, "person0@example.com").sign_in())
    return LoadProcess(server, [bookings(cookie, 0)], SECONDS).result()["p50"]


def _let_lines_wait(server: Server) -> None:
    """Write lines of bookings into the data file, as if its history could not be written for long."""
    content = server.stored()
    first = content["last_number"] + 1
    content["history"] = [
        {
            "id": first + number,
            "epoch": EPOCH,
            "at": "2026-12-01T00:00:00Z",
            "action": "booked",
            "actor": f"person{number % 300}@example.com",
            "vm_id": f"server-{number % 1000:05}",
            "vm": number % 1000 + 1,
            "email": f"person{number % 300}@example.com",
            "until": "2026-12-01T01:00:00Z",
            "hours": 1,
        }
        for number in range(WAITING)
    ]
    content["last_number"] = first + WAITING
    server.data.write_text(json.dumps(content))
