"""How moving the history goes: said once in the log when its lines must wait, and once when they are moved again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger("loadzone.history")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Since `since` (UTC) lines of the history wait, `lines` of them."""

    since: datetime
    lines: int


class MovingHealth:
    """Follows how it goes. `place` is the database, for people; `since` is when it began to fail, None: it does not."""

    def __init__(self, place: str, clock: Callable[[], datetime]) -> None:
        self._place = place
        self._clock = clock
        self.since: datetime | None = None

    def failed(self, reason: str) -> None:
        """Note that lines could not be moved."""
        if self.since is None:
            log.error("the history cannot be written to %s: %s. Bookings go on, its lines wait", self._place, reason)
            self.since = self._clock()

    def succeeded(self) -> None:
        """Note that all lines were moved."""
        if self.since:
            log.info("the history can be written to %s again; no line waits any more", self._place)
        self.since = None
