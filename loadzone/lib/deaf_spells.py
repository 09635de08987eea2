"""The spells in which nobody could be heard, for processes that share the state and a clock.

What is noted of a job is the time itself, so that it is good on all of them. Each one knows its own spells: of those
before its start it says the most, that nobody was heard.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from loadzone.lib.times import steady_seconds

# Seconds between two moments in which the process could hear for certain. In a longer gap it may not have.
GAP_AT_MOST = 2.5
KEPT_AT_MOST = 100
EVER = datetime.min.replace(tzinfo=timezone.utc)


class DeafSpells:
    """A process hears while it runs, the database answers it, and it `is_deaf()` for no other reason.

    `clock` is the shared time; `answered_at()` the last moment by `steady()` at which the database had answered.
    It is a Hearing (domain/hearing.py).
    """

    outlasts_process = True

    def __init__(
        self,
        clock: Callable[[], datetime],
        answered_at: Callable[[], float],
        is_deaf: Callable[[], bool],
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._clock = clock
        self._answered_at = answered_at
        self._is_deaf = is_deaf
        self._steady = steady
        self._heard_at = steady()
        self._spells = [(EVER, clock())]

    def look(self) -> None:
        """Note the spell that has ended, if one has."""
        heard_at = self._answered_at()
        if heard_at <= self._heard_at or self._is_deaf():
            return
        if heard_at - self._heard_at > GAP_AT_MOST:
            self._spells.append((self._time_of(self._heard_at), self._time_of(heard_at)))
        self._heard_at = heard_at
        if len(self._spells) > KEPT_AT_MOST:
            self._spells[:2] = [(EVER, self._spells[1][1])]

    def heard_at(self, now: datetime) -> datetime:
        """Return what to note of a job that is heard now."""
        return now

    def unheard(self, noted: datetime, now: datetime) -> timedelta:
        """Return for how long nobody could be heard since then."""
        self.look()
        spells = self._spells
        if self._steady() - self._heard_at > GAP_AT_MOST:
            spells = [*spells, (self._time_of(self._heard_at), now)]
        parts = (min(end, now) - max(begin, noted) for begin, end in spells)
        return sum((part for part in parts if part > timedelta(0)), timedelta(0))

    def _time_of(self, moment: float) -> datetime:
        return self._clock() - timedelta(seconds=self._steady() - moment)
