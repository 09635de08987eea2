"""Deletes what is too old in the history, in steps so small that nothing waits for them."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from loadzone.datafile.backups import Every
from loadzone.domain.leadership import Leadership
from loadzone.lib.times import steady_seconds
from loadzone.reports.history_database import HistoryAway

log = logging.getLogger("loadzone.history")

LOOK_SECONDS = 3600
AT_ONCE = 1000  # lines in a step, which is one transaction
# The pause after a step: this many times as long as the step took, so that others have most of the time.
PAUSES = 4


class Retention:
    """Keeps the history for `days`, as long as this process leads.

    `forget(before, at_most)` deletes so many of the oldest lines, and returns how many there were.
    `forget_figures(before)` forgets a day of what they add up to, and tells whether there was one. Each is one
    transaction.
    """

    def __init__(
        self,
        forget: Callable[[datetime, int], int],
        forget_figures: Callable[[datetime], bool],
        days: int,
        clock: Callable[[], datetime],
        leadership: Leadership,
        sleep: Callable[[float], None],
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._forget = forget
        self._forget_figures = forget_figures
        self._kept_for = timedelta(days=days)
        self._clock = clock
        self._leadership = leadership
        self._sleep = sleep
        self._steady = steady
        self._looking = threading.Lock()

    def start(self, every: Every) -> None:
        """Begin to look every hour."""
        every(self.look, LOOK_SECONDS)

    def look(self) -> None:
        """Delete what is too old by now. Where the database fails, the next look goes on; the mover tells it."""
        if not self._looking.acquire(blocking=False):
            return  # the one before still works
        try:
            self._delete()
        except HistoryAway:
            pass
        finally:
            self._looking.release()

    def _delete(self) -> None:
        before = self._clock() - self._kept_for
        if number := sum(self._steps(lambda: self._forget(before, AT_ONCE), AT_ONCE)):
            log.info("the history goes back to %s: %d older lines were deleted", f"{before:%Y-%m-%d}", number)
        deque(self._steps(lambda: self._forget_figures(before), True), maxlen=0)

    def _steps(self, step: Callable[[], int], whole: int) -> Iterator[int]:
        """Take steps with pauses between them, as long as each does `whole` of what one can; yield what they did."""
        while self._leadership.leads:
            began = self._steady()
            done = step()
            yield done
            if done < whole:
                return
            self._sleep(PAUSES * (self._steady() - began))
