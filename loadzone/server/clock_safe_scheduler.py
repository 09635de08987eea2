"""APScheduler, made safe against clocks that jump."""

from __future__ import annotations

from apscheduler.schedulers.background import BackgroundScheduler

LONGEST_SLEEP = 5.0  # seconds


class ClockSafeScheduler(BackgroundScheduler):
    """Looks at the clock every few seconds.

    APScheduler sleeps by the clock that it saw when it went to sleep, so that a clock that jumps would let a deadline
    pass unseen.
    """

    def _process_jobs(self) -> float:
        wait = super()._process_jobs()
        return LONGEST_SLEEP if wait is None else min(wait, LONGEST_SLEEP)
