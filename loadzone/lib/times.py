"""Instants as text: ISO 8601 in UTC, with `Z`; inside, always aware UTC datetimes."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from time import time_ns

_FRACTION = re.compile(r"\.(\d+)")


def utc_now() -> datetime:
    """The wall clock, to the millisecond, so that what is answered is what is stored."""
    return datetime.fromtimestamp(time_ns() // 1_000_000 / 1000, timezone.utc)


def iso(moment: datetime) -> str:
    """`2026-11-23T12:00:00Z`, with microseconds only where there is a fraction: as orjson writes it into the file."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def iso_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def parse_time(text: str) -> datetime:
    """An instant from ISO 8601; a time that names no zone is the server's local time. ValueError if it is none."""
    plain = _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), text.strip())
    moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", plain))
    try:
        return moment.astimezone(timezone.utc)
    except (OverflowError, ValueError):  # at either end of the calendar a zone more or less means nothing
        return moment.replace(tzinfo=timezone.utc)
