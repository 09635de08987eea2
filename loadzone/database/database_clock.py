"""The time by the database's clock, which all nodes share, however wrong their own clocks are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

from loadzone.lib.times import steady_seconds, utc_now

NEVER = -1
WAITED_FOR = 5.0  # seconds


class DatabaseClock:
    """Tells the database's time as it was last heard, carried on by a clock that nobody can set.

    It never goes back while the database's clock does not. Where that one was set back a little, it stands still until
    the time has come again; where it was set back by more than `WAITED_FOR`, it follows. Until the database is heard
    for the first time it tells the time of `own_clock`.
    """

    def __init__(
        self, own_clock: Callable[[], datetime] = utc_now, steady: Callable[[], float] = steady_seconds
    ) -> None:
        self._steady = steady
        self._ahead = own_clock().timestamp() - steady()
        self._milliseconds = NEVER
        self._last = datetime.min.replace(tzinfo=timezone.utc)

    def hear(self, seconds: float, asked: float) -> None:
        """Note the database's time, in seconds since 1970. It was read between `asked`, of the steady clock, and now.

        Nobody knows when in between, so the clock is only moved if it cannot be right: a slow answer moves nothing.
        """
        at_least, at_most = seconds - self._steady(), seconds - asked
        ahead = min(max(self._ahead, at_least), at_most)
        if ahead < self._ahead - WAITED_FOR:
            self._milliseconds = NEVER
        self._ahead = ahead

    def __call__(self) -> datetime:
        """Return the time, in UTC, cut to milliseconds as `utc_now` does."""
        milliseconds = int((self._ahead + self._steady()) * 1000)
        if milliseconds > self._milliseconds:  # most often it is the same one: a request asks several times
            self._milliseconds = milliseconds
            self._last = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
        return self._last
