"""Measure the server's memory: its peak, and its growth under long load."""

from __future__ import annotations

import re
import time
from pathlib import Path

from clients import BrowserProcess, LoadProcess, cookie_of, request
from table import Row

from support.people import Person
from support.server import ADMIN, Server

MOST = 250  # MB
GROWTH = 0.03  # allowed growth after the warm-up, as a fraction
WARM = 0.2  # the warm-up, as a fraction of the time


def peak(size: int, server: Server) -> Row:
    """Report the most memory that this server has used so far."""
    megabytes = _status(server, "VmHWM")
    return Row(size, "memory, peak", "", f"{megabytes:.0f} MB", None, f"≤ {MOST} MB", megabytes <= MOST)


def over_time(size: int, server: Server, minutes: float, browsers: int) -> Row:
    """Report the growth after the first fifth of the time, under bookings and `GET /vms` with `browsers` connected."""
    admin = Person(server, ADMIN).sign_in()
    cookie = cookie_of(admin)
    vm_id = "server-00000"
    bookings = [request("/book", {"vm_id": vm_id, "hours": 1}, cookie), request("/cancel", {"vm_id": vm_id}, cookie)]
    browser_process = BrowserProcess()
    try:
        browser_process.connect(server, cookie, browsers)
        loads = [
            LoadProcess(server, [bookings], 60 * minutes, pause=0.2),
            LoadProcess(server, [[request("/vms", cookie=cookie, Accept_Encoding="gzip")]], 60 * minutes, pause=0.05),
        ]
        samples = _sample(server, browser_process, 60 * minutes)
        for load in loads:
            load.result()
    finally:
        browser_process.close()
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


def _sample(server: Server, browser_process: BrowserProcess, seconds: float) -> list[float]:
    samples = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(5.0, seconds / 20))
        browser_process.reset()
        samples.append(_status(server, "VmRSS"))
    return samples


def _status(server: Server, name: str) -> float:
    """Return a value of /proc/<pid>/status, in megabytes."""
    text = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024
