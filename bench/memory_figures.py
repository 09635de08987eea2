"""What the server holds in memory, at its peak, and over a long time of load."""

from __future__ import annotations

import re
import time
from pathlib import Path

from clients import Crowd, Drive, cookie_of, request
from table import Row

from support.people import Person
from support.server import ADMIN, Server

MOST = 250  # MB
GROWTH = 0.03  # of what it was once all was warm
WARM = 0.2  # of the time


def peak(size: int, server: Server) -> Row:
    """With all that happened to this server so far."""
    megabytes = _status(server, "VmHWM")
    return Row(size, "memory, peak", "", f"{megabytes:.0f} MB", None, f"≤ {MOST} MB", megabytes <= MOST)


def over_time(size: int, server: Server, minutes: float, browsers: int) -> Row:
    """Bookings and `GET /vms` without pause, with all browsers connected; the growth since the first fifth."""
    admin = Person(server, ADMIN).sign_in()
    cookie = cookie_of(admin)
    vm_id = "server-00000"
    bookings = [request("/book", {"vm_id": vm_id, "hours": 1}, cookie), request("/cancel", {"vm_id": vm_id}, cookie)]
    crowd = Crowd()
    try:
        crowd.connect(server, cookie, browsers)
        drives = [
            Drive(server, [bookings], 60 * minutes, pause=0.2),
            Drive(server, [[request("/vms", cookie=cookie, Accept_Encoding="gzip")]], 60 * minutes, pause=0.05),
        ]
        samples = _sample(server, crowd, 60 * minutes)
        for drive in drives:
            drive.ended()
    finally:
        crowd.close()
    warm = samples[int(len(samples) * WARM)]
    growth = samples[-1] / warm - 1
    return Row(
        size,
        f"memory over {minutes:g} minutes of load",
        f"{warm:.0f} MB",
        f"{samples[-1]:.0f} MB",
        1 + growth,
        f"≤ {1 + GROWTH} and {MOST} MB",
        growth <= GROWTH and max(samples) <= MOST,
    )


def _sample(server: Server, crowd: Crowd, seconds: float) -> list[float]:
    samples = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(5.0, seconds / 20))
        crowd.forget()
        samples.append(_status(server, "VmRSS"))
    return samples


def _status(server: Server, name: str) -> float:
    """Megabytes."""
    text = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024
