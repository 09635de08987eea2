"""The types of arguments: each reads one from the command line, or raises ArgumentTypeError."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta, timezone

from loadzone_cli.durations import UNITS, seconds_of
from loadzone_cli.local_times import utc_of
from loadzone_cli.translation import t


def hours(text: str) -> float:
    """Return the hours of `2`, `1.5`, `1,5`, `90m` or `1h30m`."""
    return duration_in("h", text, t("bad.hours", text=text))


def moment(text: str) -> str:
    """Return the time of `18:00` or `2026-12-01 18:00`, as the server reads it."""
    found = utc_of(text, utc_now())
    if found is None:
        raise argparse.ArgumentTypeError(t("bad.moment", text=text))
    return found


def past_moment(text: str) -> str:
    """Return the time of `2026-12-01`, `18:00` (the last such) or `7d` (so long ago), as the server reads it."""
    now = utc_now()
    ago = seconds_of(text)
    found = utc_of((now - timedelta(seconds=ago)).isoformat(), now) if ago else utc_of(text, now - timedelta(days=1))
    if found is None:
        raise argparse.ArgumentTypeError(t("bad.past", text=text))
    return found


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


def minutes(text: str) -> float:
    """Return the minutes of `10`, `0.5`, `90s` or `1h`."""
    return duration_in("m", text, t("bad.minutes", text=text))


def duration_in(unit: str, text: str, otherwise: str) -> float:
    seconds = seconds_of(text, unit)
    if seconds is None:
        raise argparse.ArgumentTypeError(otherwise)
    return seconds / UNITS[unit]


def duration(text: str) -> float:
    """Return the seconds of `90s`, `30m`, `1.5h` or `1h30m`. A number needs its unit: it could be minutes or hours."""
    seconds = seconds_of(text)
    if seconds is None:
        raise argparse.ArgumentTypeError(t("bad.duration", text=text))
    return seconds


def positive_integer(text: str) -> int:
    if not text.isdecimal() or len(text) > 9 or not int(text):
        raise argparse.ArgumentTypeError(t("bad.number", text=text))
    return int(text)
