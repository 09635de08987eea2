"""The letters that were delivered or given up, and are still in the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable

from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import CannotSave
from loadzone.rules import outbox

log = logging.getLogger("loadzone.mailer")

RETRY = 1.0  # seconds


class FinishedLetters:
    """Removes letters from the outbox, at most every `pause` seconds by `timer`.

    A crash before that sends them again. So does another process that begins to lead, for which each letter is removed
    at once.
    """

    def __init__(self, bus: CommandBus, timer: Callable[[], float], pause: float) -> None:
        self._bus = bus
        self._timer = timer
        self._pause = pause
        self._ids: set[str] = set()
        self._cleared_at = timer()
        self._is_failing = False

    def __contains__(self, letter_id: str) -> bool:
        return letter_id in self._ids

    def seconds_left(self) -> float | None:
        """Return the seconds until they are to be removed, where that failed; None: there are none."""
        return RETRY if self._ids else None

    def add(self, letter_id: str) -> None:
        """Note that the letter is not to be sent any more."""
        self._ids.add(letter_id)

    def clear(self, now_and_then: bool = False) -> None:
        """Remove them from the outbox. If that fails, it is tried later; they are not sent again."""
        done = tuple(self._ids)
        if not done or (now_and_then and self._timer() - self._cleared_at < self._pause):
            return
        self._cleared_at = self._timer()
        try:
            self._bus.run(outbox.clear, letter_ids=done)
        except CannotSave:
            if not self._is_failing:
                log.warning("%d finished letters stay in the outbox until changes can be saved", len(done))
            self._is_failing = True
        else:
            self._is_failing = False
            self._ids.difference_update(done)
