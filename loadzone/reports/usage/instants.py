"""Instants as the usage tables have them: milliseconds since 1970 (UTC)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

QUARTER = 15 * 60 * 1000  # milliseconds
HOUR = 4 * QUARTER
DAY = 24 * HOUR
_FIRST = datetime(1970, 1, 1, tzinfo=timezone.utc)
_UNIT = timedelta(milliseconds=1)


def as_number(moment: datetime) -> int:
    """Return the instant in milliseconds."""
    return (moment - _FIRST) // _UNIT


def as_datetime(milliseconds: int) -> datetime:
    """Return the instant as a UTC datetime."""
    return _FIRST + milliseconds * _UNIT


def cut(moment: datetime) -> int:
    """Return the beginning of the instant's quarter of an hour."""
    return as_number(moment) // QUARTER * QUARTER
