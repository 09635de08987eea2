"""Times of the day and of the calendar as people type them: `18:00`, `2026-12-01 18:00`, `2026-12-01T18:00+01:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

CLOCK = re.compile(r"(\d{1,2}):(\d\d)")


def utc_of(text: str, now: datetime) -> str | None:
    """Return the time as the server reads it; None where the text is none.

    A time of the day is the next such after `now`. A time without a zone is local.
    """
    clock = CLOCK.fullmatch(text.strip())
    try:
        if clock:
            meant = next_at(int(clock[1]), int(clock[2]), now)
        else:
            meant = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))
        return meant.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError):
        return None


def next_at(hour: int, minute: int, now: datetime) -> datetime:
    """Return the next local time with this hour and minute, by the clock on the wall. Raises ValueError."""
    local = now.astimezone().replace(tzinfo=None)
    meant = local.replace(hour=0 if hour == 24 else hour, minute=minute, second=0, microsecond=0)
    return meant if meant > local else meant + timedelta(days=1)
