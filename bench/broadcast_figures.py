"""Telling a thousand browsers of one change, and what asking costs meanwhile."""

from __future__ import annotations

import http.client
import json
import time

from clients import Crowd, Drive, cookie_of, median, milliseconds, request, share, wait_for
from table import Row

from support.people import Person
from support.server import ADMIN, Server

BROWSERS = 1000
ROUNDS = 3
CHANGES = 34  # a round
APART = 0.12  # seconds from one answer to the next change
MEANWHILE = 0.01  # seconds from one answer to the next GET of the client that asks all the while


def one_change(size: int, bare: Server, server: Server) -> list[Row]:
    """From the HTTP answer to the last browser's receipt; a client that asks all the while is there with both."""
    admin = Person(server, ADMIN).sign_in()
    cookie = cookie_of(admin)
    vm = admin.vm("server-00001")
    emits = [("/emit", {"revision": number, "vms": [vm], "removed": []}) for number in range(CHANGES)]
    bookings = [("/book", {"vm_id": "server-00000", "hours": 1}), ("/cancel", {"vm_id": "server-00000"})] * (
        CHANGES // 2
    )
    ok, board = request("/ok"), request("/vms", cookie=cookie, Accept_Encoding="gzip")
    ours, theirs = Crowd(), Crowd()
    try:
        ours.connect(server, cookie, BROWSERS)
        theirs.connect(bare, "", BROWSERS)
        time.sleep(1)  # what connecting left behind
        rounds = [
            (_round(theirs, bare, "", emits, ok), _round(ours, server, cookie, bookings, board)) for _ in range(ROUNDS)
        ]
    finally:
        ours.close()
        theirs.close()
    limit, told = (share([wait for one in rounds for wait in one[side][0]], 0.99) for side in (0, 1))
    most = min(1.5 * limit, 0.1)
    goal = f"≤ 1.5 and 100 ms: {milliseconds(most)}"
    bare_get, get = (median(one[side][1] for one in rounds) for side in (0, 1))
    return [
        Row(
            size,
            f"one change to {BROWSERS:,} browsers, p99",
            milliseconds(limit),
            milliseconds(told),
            told / limit,
            goal,
            told <= most,
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
    crowd: Crowd, server: Server, cookie: str, changes: list[tuple[str, dict]], meanwhile: str
) -> tuple[list[float], float]:
    """What each change took from its answer to the last receipt, and the p99 of the request made all the while."""
    drive = Drive(server, [[meanwhile]], len(changes) * APART, pause=MEANWHILE)
    answered = _answers(server, cookie, changes)
    asked = drive.ended()["p99"]
    told = wait_for(lambda: _all_told(crowd, len(changes)), 20)
    crowd.forget()
    return [last - moment for moment, (_, (_, _, last)) in zip(answered, sorted(told.items()), strict=True)], asked


def _all_told(crowd: Crowd, changes: int) -> dict[int, list[float]] | None:
    told, _ = crowd.heard()
    return told if [count for count, _, _ in told.values()] == [BROWSERS] * changes else None


def _answers(server: Server, cookie: str, changes: list[tuple[str, dict]]) -> list[float]:
    """Make the changes one after the other; the moments of their answers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    moments = []
    for path, body in changes:
        headers = {"Content-Type": "application/json", "Cookie": cookie}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        moments.append(time.monotonic())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.read()!r}")
        answer.read()
        time.sleep(APART)
    connection.close()
    return moments
