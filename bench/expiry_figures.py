"""Measure 10,000 bookings that end at once, after three times a hundred, with a thousand browsers connected."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from broadcast_figures import BROWSERS
from clients import BrowserProcess, cookie_of, median, milliseconds, wait_for
from memory_figures import peak
from page import inventory_of
from table import Row

from support.inventory import from_now, stamp
from support.people import Person
from support.server import ADMIN, Server

FEW = 100
ROUNDS = 3
AHEAD = 35.0  # seconds for the server to start and all browsers to connect
APART = 4.0  # seconds from one end to the next


def endings(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        first = from_now(seconds=AHEAD).replace(microsecond=0)
        ends = [first + timedelta(seconds=APART * number) for number in range(ROUNDS + 1)]
        data = _all_booked(Path(folder), size, ends)
        server = Server(data, LOADZONE_ADMINS=ADMIN).start()
        browsers = BrowserProcess()
        try:
            admin = Person(server, ADMIN).sign_in()
            browsers.connect(server, cookie_of(admin), BROWSERS)
            return [_few(size, browsers, ends[:-1]), *_all(size, browsers, server, admin, ends[-1])]
        finally:
            browsers.close()
            server.stop()


def _few(size: int, browsers: BrowserProcess, ends: list[datetime]) -> Row:
    late = median(_last_receipt(browsers, end) for end in ends)
    figure = f"{FEW} bookings end at once: the last browser told"
    return Row(size, figure, "", milliseconds(late), None, "≤ 100 ms", late <= 0.1)


def _last_receipt(browsers: BrowserProcess, end: datetime) -> float:
    """Return the seconds from the end of the bookings until the last browser received the change."""
    _sleep_until(end + timedelta(seconds=APART / 2))
    changes, _ = browsers.received()
    browsers.reset()
    return max(last for _, _, last in changes.values()) - _monotonic(end)


def _all(size: int, browsers: BrowserProcess, server: Server, admin: Person, end: datetime) -> list[Row]:
    _sleep_until(end + timedelta(seconds=12))
    changes, notifications = browsers.received()
    tag = admin.get("/vms", Accept_Encoding="gzip").headers["ETag"]
    reached_all = [count for count, _, _ in changes.values()] == [BROWSERS] * len(changes)
    up_to_date, since = wait_for(lambda: browsers.fetched().get(tag), 20)
    if not reached_all or up_to_date != BROWSERS or any(vm["booked_by"] for vm in server.stored()["vms"]):
        raise RuntimeError(f"not all bookings ended, or not all browsers know: {changes}, {up_to_date} up to date")
    saved = server.data.stat().st_mtime - end.timestamp()
    last = max(last for _, _, last in changes.values()) - _monotonic(end)
    right = since - _monotonic(end)
    what = f"{size - ROUNDS * FEW:,} bookings end at once"
    plural = "s" * (len(notifications) > 1)
    told = f"told ({len(changes)} `change`s, {len(notifications)} sentence{plural} each)"
    return [
        Row(size, f"{what}: saved", "", f"{saved:.1f} s", None, "≤ 3 s", saved <= 3),
        Row(size, f"{what}: {told}", "", f"{last:.1f} s", None, "≤ 3 s", last <= 3),
        Row(size, f"{what}: every browser right", "", f"{right:.1f} s", None, "≤ 10 s", right <= 10),
        peak(size, server),
    ]


def _all_booked(folder: Path, size: int, ends: list[datetime]) -> Path:
    """Write a data file with a hundred bookings for each end and all others for the last, all of them reminded."""
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
        raise RuntimeError("the bookings ended before all browsers were connected")
    time.sleep(left)
