"""Measure answers per second and the time of one durable booking, each round beside the bare server or disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

from clients import LoadProcess, cookie_of, median, percentile, request
from table import Row

from support.people import Person
from support.server import Server

CLIENTS = 16
ROUNDS = 3
SECONDS = 1.2
BOOKINGS = 60  # bookings of the one client in a round
BOOKING_GOALS = {100: 0.35, 1000: 0.35, 10_000: 0.2}  # by number of machines


def answers(size: int, bare: Server, server: Server) -> list[Row]:
    """Measure `GET /vms` compressed and answered 304, and bookings, by sixteen clients."""
    people = [Person(server, f"person{number}@example.com").sign_in() for number in range(CLIENTS)]
    rounds = [_round(bare, server, people) for _ in range(ROUNDS)]
    kilobytes = rounds[0][1]["bytes"] / 1024
    return [
        _rate(size, f"`GET /vms`, compressed ({kilobytes:.0f} KB)", 0.7, [(one[0], one[1]) for one in rounds]),
        _rate(size, "`GET /vms`, answered 304", 0.8, [(one[0], one[2]) for one in rounds]),
        _rate(size, "book + release, durable", BOOKING_GOALS.get(size, 0.2), [(one[3], one[4]) for one in rounds]),
    ]


def _round(bare: Server, server: Server, people: list[Person]) -> list[dict[str, float]]:
    cookie = cookie_of(people[0])
    tag = people[0].get("/vms", Accept_Encoding="gzip").headers["ETag"]
    board = request("/vms", cookie=cookie, Accept_Encoding="gzip")
    unchanged = request("/vms", cookie=cookie, Accept_Encoding="gzip", If_None_Match=tag)
    booked = [bookings(cookie_of(person), number) for number, person in enumerate(people)]
    return [
        LoadProcess(bare, [[request("/ok")]] * CLIENTS, SECONDS).result(),
        LoadProcess(server, [[board]] * CLIENTS, SECONDS).result(),
        LoadProcess(server, [[unchanged]] * CLIENTS, SECONDS, status=304).result(),
        LoadProcess(bare, [[request("/echo", {"vm_id": "server-00000", "hours": 1})]] * CLIENTS, SECONDS).result(),
        LoadProcess(server, booked, SECONDS).result(),
    ]


def one_booking(size: int, server: Server) -> Row:
    """Measure how long a single client waits for a booking, compared with writing the same file."""
    cookie = cookie_of(Person(server, "person0@example.com").sign_in())
    pairs = []
    for _ in range(ROUNDS):
        written = percentile(_write_bare(server.data, BOOKINGS), 0.5)
        pairs.append(
            (written, LoadProcess(server, [bookings(cookie, 0)], seconds=BOOKINGS * (written + 0.004)).result()["p50"])
        )
    written, booked = (median(values) for values in zip(*pairs, strict=True))
    most = 2 * written + 0.002
    return Row(
        size,
        "book, one client, p50",
        f"{1000 * written:.1f} ms",
        f"{1000 * booked:.1f} ms",
        booked / written,
        f"2.0 × + 2 ms = {1000 * most:.1f} ms",
        booked <= most,
    )


def bookings(cookie: str, number: int) -> list[str]:
    """Return the requests that book and release one machine; those with an even number are free."""
    vm_id = f"server-{2 * number:05}"
    return [request("/book", {"vm_id": vm_id, "hours": 1}, cookie), request("/cancel", {"vm_id": vm_id}, cookie)]


def _rate(size: int, figure: str, goal: float, rounds: list[tuple[dict, dict]]) -> Row:
    ratio = median(ours["rate"] / limit["rate"] for limit, ours in rounds)
    limit, ours = (median(one[side]["rate"] for one in rounds) for side in (0, 1))
    return Row(
        size, f"{figure}, {CLIENTS} clients", f"{limit:,.0f}/s", f"{ours:,.0f}/s", ratio, f"≥ {goal}", ratio >= goal
    )


def _write_bare(data: Path, times: int) -> list[float]:
    """Return the seconds that each write, sync and rename takes, in the same folder and with the same bytes."""
    content, temporary, target = data.read_bytes(), data.with_name("bare.tmp"), data.with_name("bare.json")
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(fd, content)
        os.fsync(fd)
        os.close(fd)
        temporary.replace(target)
        took.append(time.perf_counter() - begin)
    return took
