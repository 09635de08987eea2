"""Ten thousand bookings that end in the same second, and before them a hundred, with a thousand browsers connected."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from clients import Crowd, cookie_of, milliseconds, wait_for
from memory_figures import peak
from page import inventory_of
from table import Row
from told_figures import BROWSERS

from support.inventory import from_now, stamp
from support.people import Person
from support.server import ADMIN, Server

FEW = 100
AHEAD = 35.0  # seconds in which the server starts and all browsers connect
APART = 5.0  # seconds between both ends


def endings(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        first = from_now(seconds=AHEAD).replace(microsecond=0)
        data = _all_booked(Path(folder), size, first, first + timedelta(seconds=APART))
        server = Server(data, LOADZONE_ADMINS=ADMIN).start()
        crowd = Crowd()
        try:
            admin = Person(server, ADMIN).sign_in()
            crowd.connect(server, cookie_of(admin), BROWSERS)
            return [*_few(size, crowd, first), *_all(size, crowd, server, admin, first + timedelta(seconds=APART))]
        finally:
            crowd.close()
            server.stop()


def _few(size: int, crowd: Crowd, end: datetime) -> list[Row]:
    _sleep_until(end + timedelta(seconds=APART / 2))
    told, _ = crowd.heard()
    crowd.forget()
    late = max(last for _, _, last in told.values()) - _monotonic(end)
    figure = f"{FEW} bookings end at once: the last browser told"
    return [Row(size, figure, "", milliseconds(late), None, "≤ 100 ms", late <= 0.1)]


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
    what = f"{size - FEW:,} bookings end at once"
    spoken = f"told ({len(told)} `change`s, {len(sentences)} sentence{'s' * (len(sentences) > 1)} each)"
    return [
        Row(size, f"{what}: saved", "", f"{saved:.1f} s", None, "≤ 3 s", saved <= 3),
        Row(size, f"{what}: {spoken}", "", f"{last:.1f} s", None, "≤ 3 s", last <= 3),
        Row(size, f"{what}: every browser right", "", f"{right:.1f} s", None, "≤ 10 s", right <= 10),
        peak(size, server),
    ]


def _all_booked(folder: Path, size: int, first: datetime, then: datetime) -> Path:
    """A hundred bookings end first, all others some seconds later; nobody is reminded any more."""
    path = inventory_of(folder, size)
    inventory = json.loads(path.read_text())
    for number, vm in enumerate(inventory["vms"]):
        end = first if number < FEW else then
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
