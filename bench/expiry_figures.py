"""Ten thousand bookings that end at once, and before them three times a hundred, with a thousand browsers connected."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from broadcast_figures import BROWSERS
from clients import Crowd, cookie_of, median, milliseconds, wait_for
from memory_figures import peak
from page import inventory_of
from table import Row

from support.inventory import from_now, stamp
from support.people import Person
from support.server import ADMIN, Server

FEW = 100
ROUNDS = 3
AHEAD = 35.0  # seconds in which the server starts and all browsers connect
APART = 4.0  # seconds from one end to the next


def endings(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        first = from_now(seconds=AHEAD).replace(microsecond=0)
        ends = [first + timedelta(seconds=APART * number) for number in range(ROUNDS + 1)]
        data = _all_booked(Path(folder), size, ends)
        server = Server(data, LOADZONE_ADMINS=ADMIN).start()
        crowd = Crowd()
        try:
            admin = Person(server, ADMIN).sign_in()
            crowd.connect(server, cookie_of(admin), BROWSERS)
            return [_few(size, crowd, ends[:-1]), *_all(size, crowd, server, admin, ends[-1])]
        finally:
            crowd.close()
            server.stop()


def _few(size: int, crowd: Crowd, ends: list[datetime]) -> Row:
    late = median(_told(crowd, end) for end in ends)
    figure = f"{FEW} bookings end at once: the last browser told"
    return Row(size, figure, "", milliseconds(late), None, "≤ 100 ms", late <= 0.1)


def _told(crowd: Crowd, end: datetime) -> float:
    """Seconds from the end until the last browser was told."""
    _sleep_until(end + timedelta(seconds=APART / 2))
    told, _ = crowd.heard()
    crowd.forget()
    return max(last for _, _, last in told.values()) - _monotonic(end)


def _all(size: int, crowd: Crowd, server: Server, admin: Person, end: datetime) -> list[Row]:
    _sleep_until(end + timedelta(seconds=12))
    told, sentences = crowd.heard()
    tag = admin.get("/vms", Accept_Encoding="gzip").headers["ETag"]
    reached = [count for count, _, _ in told.values()] == [BROWSERS] * len(told)
    have, since = wait_for(lambda: crowd.fetched().get(tag), 20)
    if not reached or have != BROWSERS or any(vm["booked_by"] for vm in server.stored()["vms"]):
        raise RuntimeError(f"not all was released, or not everybody told: {told}, {have} up to date")
    saved = server.data.stat().st_mtime - end.timestamp()
    last = max(last for _, _, last in told.values()) - _monotonic(end)
    right = since - _monotonic(end)
    what = f"{size - ROUNDS * FEW:,} bookings end at once"
    spoken = f"told ({len(told)} `change`s, {len(sentences)} sentence{'s' * (len(sentences) > 1)} each)"
    return [
        Row(size, f"{what}: saved", "", f"{saved:.1f} s", None, "≤ 3 s", saved <= 3),
        Row(size, f"{what}: {spoken}", "", f"{last:.1f} s", None, "≤ 3 s", last <= 3),
        Row(size, f"{what}: every browser right", "", f"{right:.1f} s", None, "≤ 10 s", right <= 10),
        peak(size, server),
    ]


def _all_booked(folder: Path, size: int, ends: list[datetime]) -> Path:
    """A hundred bookings for each end, and for the last one all others; nobody is reminded any more."""
    path = inventory_of(folder, size)
    inventory = json.loads(path.read_text())
    for number, vm in enumerate(inventory["vms"]):
        end = ends[min(number // FEW, ROUNDS)]
        vm.update(
            booked_by=f"person{number % 300}@example.com",
            booked_at=stamp(end - timedelta(hours=2)),
            expires_at=stamp(end),
            reminded=stamp(end - timedelta(minutes=15)),
        )
    path.write_text(json.dumps(inventory))
    return path


def _monotonic(instant: datetime) -> float:
    return instant.timestamp() - time.time() + time.monotonic()


def _sleep_until(instant: datetime) -> None:
    left = instant.timestamp() - time.time()
    if left <= 0:
        raise RuntimeError("the bookings ended before all browsers were there")
    time.sleep(left)
