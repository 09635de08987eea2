"""Times as the server writes them (ISO 8601 in UTC), for people and for reckoning."""

from __future__ import annotations

from datetime import datetime


def instant(text: str) -> datetime:
    """Return a time of the server's. Python 3.8 does not read the `Z`."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def local_time(text: str) -> str:
    """Return the local time with its zone: `2026-11-24 14:15 CET`; near the ends of the calendar, what was given."""
    try:
        return instant(text).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    except (OverflowError, OSError):
        return text


def seconds_between(start: str, end: str) -> float:
    return (instant(end) - instant(start)).total_seconds()
