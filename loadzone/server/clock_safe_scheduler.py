"""APScheduler, made safe against jumps of the clock."""

from __future__ import annotations

from apscheduler.schedulers.background import BackgroundScheduler

LONGEST_SLEEP = 5.0  # seconds


class ClockSafeScheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """Reads the clock at least every LONGEST_SLEEP seconds.

    APScheduler computes how long to sleep before it goes to sleep. If the clock is set forward meanwhile, it wakes too
    late for a deadline.
    """

    def _process_jobs(self) -> float:
        """Run the jobs that are due; return the seconds to sleep."""
        wait: float | None = super()._process_jobs()
        return LONGEST_SLEEP if wait is None else min(wait, LONGEST_SLEEP)
