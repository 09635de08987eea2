"""Measure how long a change takes to reach a thousand browsers, and `GET /vms` meanwhile."""

from __future__ import annotations

import time

from clients import (
    BrowserProcess,
    LoadProcess,
    answered_at,
    cookie_of,
    median,
    milliseconds,
    percentile,
    request,
    wait_for,
)
from table import Row

from support.people import Person
from support.server import ADMIN, Server

BROWSERS = 1000
ROUNDS = 3
CHANGES = 34  # in a round
APART = 0.12  # seconds from one answer to the next change
MEANWHILE = 0.01  # seconds from one answer to the next GET of the client that sends requests all the time


def one_change(size: int, bare: Server, server: Server) -> list[Row]:
    """Measure from the HTTP answer to the last browser's receipt, while one client sends requests to either server."""
    admin = Person(server, ADMIN).sign_in()
    cookie = cookie_of(admin)
    vm = admin.vm("server-00001")
    emits = [("/emit", {"revision": number, "vms": [vm], "removed": []}) for number in range(CHANGES)]
    bookings = [("/book", {"vm_id": "server-00000", "hours": 1}), ("/cancel", {"vm_id": "server-00000"})] * (
        CHANGES // 2
    )
    ok, board = request("/ok"), request("/vms", cookie=cookie, Accept_Encoding="gzip")
    own_browsers, bare_browsers = BrowserProcess(), BrowserProcess()
    try:
        own_browsers.connect(server, cookie, BROWSERS)
        bare_browsers.connect(bare, "", BROWSERS)
        time.sleep(1)  # lets the work of connecting finish
        rounds = [
            (_round(bare_browsers, bare, "", emits, ok), _round(own_browsers, server, cookie, bookings, board))
            for _ in range(ROUNDS)
        ]
    finally:
        own_browsers.close()
        bare_browsers.close()
    limit, took = (percentile([wait for one in rounds for wait in one[side][0]], 0.99) for side in (0, 1))
    most = min(1.5 * limit, 0.1)
    goal = f"≤ 1.5 and 100 ms: {milliseconds(most)}"
    bare_get, get = (median(one[side][1] for one in rounds) for side in (0, 1))
    return [
        Row(
            size,
            f"one change to {BROWSERS:,} browsers, p99",
            milliseconds(limit),
            milliseconds(took),
            took / limit,
            goal,
            took <= most,
        ),
        Row(
            size,
            "`GET /vms` meanwhile, p99",
            milliseconds(bare_get),
            milliseconds(get),
            get / bare_get,
            "≤ 20 ms",
            get <= 0.02,
        ),
    ]


def _round(
    browsers: BrowserProcess, server: Server, cookie: str, changes: list[tuple[str, dict]], meanwhile: str
) -> tuple[list[float], float]:
    """Return the seconds from each answer to the last receipt, and the p99 of the requests sent meanwhile."""
    load = LoadProcess(server, [[meanwhile]], len(changes) * APART, pause=MEANWHILE)
    answered = answered_at(server, cookie, changes, APART)
    p99 = load.result()["p99"]
    received = wait_for(lambda: _received_by_all(browsers, len(changes)), 20)
    browsers.reset()
    return [last - moment for moment, (_, (_, _, last)) in zip(answered, sorted(received.items()), strict=True)], p99


def _received_by_all(browsers: BrowserProcess, changes: int) -> dict[int, list[float]] | None:
    received, _ = browsers.received()
    return received if [count for count, _, _ in received.values()] == [BROWSERS] * changes else None
