"""The time by the database's clock, which all nodes share, however wrong their own clocks are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from loadzone.lib.times import utc_now

NEVER = datetime.min.replace(tzinfo=timezone.utc)


class DatabaseClock:
    """Tells the database's time, as it was last heard, carried on by this machine's clock. It never goes back."""

    def __init__(self, own_clock: Callable[[], datetime] = utc_now) -> None:
        self._own_clock = own_clock
        self._ahead = timedelta(0)
        self._last = NEVER

    def set(self, seconds: float) -> None:
        """Note the database's time: seconds since 1970."""
        self._ahead = datetime.fromtimestamp(seconds, timezone.utc) - self._own_clock()

    def __call__(self) -> datetime:
        """Return the time, in UTC, cut to milliseconds as `utc_now` does."""
        now = self._own_clock() + self._ahead
        self._last = max(self._last, now.replace(microsecond=now.microsecond // 1000 * 1000))
        return self._last
