"""Instants as text: ISO 8601 in UTC, with `Z`. In memory they are always UTC datetimes with a time zone."""

from __future__ import annotations

import re
import time
from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from time import time_ns
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_STEADY_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the first one is Linux's
_FRACTION = re.compile(r"\.(\d+)")


def utc_now() -> datetime:
    """Return the wall clock's time, cut to milliseconds, so that an answer shows the same time as the file."""
    return datetime.fromtimestamp(time_ns() // 1_000_000 / 1000, timezone.utc)


def steady_seconds() -> float:
    """Return seconds that nobody can set, for intervals. Where the system can, they count the time of a suspend too."""
    return time.clock_gettime(_STEADY_CLOCK)


def iso(moment: datetime) -> str:
    """Return text like `2026-11-23T12:00:00Z`, with microseconds only if there are any: as orjson writes it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """Return the instant as text, or None."""
    return iso(moment) if moment else None


def parse_time(text: str) -> datetime:
    """Return the instant that ISO 8601 text names. Without a zone it is the server's local time. Raises ValueError."""
    plain = _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), text.strip())
    moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", plain))
    try:
        return moment.astimezone(timezone.utc)
    except (OverflowError, ValueError):  # at the ends of the calendar; there the zone makes no difference
        return moment.replace(tzinfo=timezone.utc)


@lru_cache(1024)
def zone_named(name: str) -> tzinfo | None:
    """Return the time zone of this IANA name; None where the system knows none of that name.

    Systems without zones (/usr/share/zoneinfo) have those of the package tzdata, if it is installed.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder there, such as Europe
        return None


def latest(*instants: datetime | None) -> datetime | None:
    """Return the latest of these; None if none is known."""
    return max((instant for instant in instants if instant), default=None)
