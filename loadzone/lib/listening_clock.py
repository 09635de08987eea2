"""A clock that runs only while the server can hear anybody: the silence of jobs is measured by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

LOOK_SECONDS = 1.0  # how often `look` is to be called
# Seconds. Of a longer gap between two looks nobody knows when in it the server could hear, so none of it counts.
GAP_AT_MOST = 2 * LOOK_SECONDS


class ListeningClock:
    """Begins at `start` and stands still while the process is stopped, suspended or too busy to look at it.

    So it does while `is_deaf()`: a server that cannot save refuses signs of life. A wall clock that is set does not
    move it. `steady()` returns seconds that nobody can set. It is a Hearing (domain/hearing.py).
    """

    outlasts_process = False

    def __init__(
        self, start: datetime, is_deaf: Callable[[], bool], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = start
        self._is_deaf = is_deaf
        self._steady = steady
        self._looked_at = steady()

    def look(self) -> None:
        """Count the time since the last look, if the server could hear in it."""
        seconds = self._steady()
        gap = seconds - self._looked_at
        self._looked_at = seconds
        if gap <= GAP_AT_MOST and not self._is_deaf():
            self._now += timedelta(seconds=gap)

    def heard_at(self, now: datetime) -> datetime:
        """Return what to note of a job that is heard now: the time by this clock."""
        return self.now()

    def unheard(self, noted: datetime, now: datetime) -> timedelta:
        """Return how far this clock is behind, whatever was noted by it."""
        return now - self.now()

    def now(self) -> datetime:
        """Return the time by this clock."""
        self.look()
        return self._now
