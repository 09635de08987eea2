"""APScheduler, made safe against jumps of the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from loadzone.lib.times import steady_seconds

LONGEST_SLEEP = 5.0  # seconds


@dataclass(slots=True)
class Interval:
    """Work to be done every `seconds`, next at `due` by the steady clock. `number` tells it from others."""

    work: Callable[[], None]
    seconds: float
    due: float
    number: int


class ClockSafeScheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """Reads the clock at least every LONGEST_SLEEP seconds, and measures intervals by a clock that nobody can set.

    APScheduler computes how long to sleep before it goes to sleep. If the clock is set forward meanwhile, it wakes too
    late for a deadline. Its own interval jobs are due at a time of the wall clock. If that is set back by a day, they
    stop for a day.
    """

    def __init__(self, steady: Callable[[], float] = steady_seconds, **options: Any) -> None:  # APScheduler's options
        super().__init__(**options)
        self._steady = steady
        self._intervals: list[Interval] = []

    def every(self, work: Callable[[], None], seconds: float) -> None:
        """Run `work` again and again, for the first time after `seconds`. A run that is due during one is left out."""
        self._intervals.append(Interval(work, seconds, self._steady() + seconds, len(self._intervals)))

    def _process_jobs(self) -> float:
        """Run the jobs that are due; return the seconds to sleep."""
        for interval in self._intervals:
            if interval.due <= self._steady():
                interval.due = self._steady() + interval.seconds
                self.add_job(
                    interval.work, id=f"interval {interval.number}", replace_existing=True, misfire_grace_time=None
                )
        wait: float | None = super()._process_jobs()
        left = [interval.due - self._steady() for interval in self._intervals]
        return max(0, min([LONGEST_SLEEP, *left] if wait is None else [LONGEST_SLEEP, wait, *left]))
