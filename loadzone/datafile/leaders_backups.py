"""Backups of a state that several processes share: the one that leads makes them, of what it has in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from loadzone.datafile.backups import REFRESH_SECONDS, Backups, Every
from loadzone.datafile.writer import slices
from loadzone.domain.leadership import Leadership
from loadzone.domain.records import State
from loadzone.lib.concurrency import run_blocking, yield_to_others
from loadzone.lib.times import steady_seconds

LOOK_SECONDS = 5  # between two looks for whether one is due


class LeadersBackups:
    """Backups in the folder of the state that `state` returns, made as long as this process leads.

    A state never changes, so it is encoded beside everything else, in slices between which others run.
    """

    def __init__(
        self,
        folder: Path,
        place: str,
        clock: Callable[[], datetime],
        leadership: Leadership,
        state: Callable[[], State],
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._slices: list[bytes] = []
        self._backups = Backups(folder, lambda: b"".join(self._slices), place, clock, run_blocking)
        self._leadership = leadership
        self._state = state
        self._steady = steady
        self._has_led = False
        self._found: State | None = None  # when it began to lead
        self._kept: State | None = None
        self._due = steady()
        self._looking = threading.Lock()
        leadership.when_begun(self._begin)

    def start(self, every: Every) -> None:
        """Begin to make them."""
        every(self.look, LOOK_SECONDS)

    def look(self) -> None:
        """Make a backup if one is due: as before a start when this process leads for the first time, then by hour."""
        with self._looking:
            if not self._leadership.leads:
                return
            if not self._has_led:
                self._has_led = True
                self._make(self._found or self._state(), lambda: self._backups.try_save_before("start"))
                self._found = None
            if self._steady() >= self._due:
                self._due = self._steady() + REFRESH_SECONDS
                if self._state() is not self._kept:
                    self._kept = self._state()
                    self._make(self._kept, self._backups.refresh)

    def _begin(self) -> None:
        """Keep hold of the state as it is before this process, now the leader, settles what ended meanwhile."""
        if not self._has_led and self._found is None:
            self._found = self._state()

    def _make(self, state: State, save: Callable[[], None]) -> None:
        try:
            for one in slices(state):
                self._slices.append(one)
                yield_to_others()
            save()
        finally:
            self._slices = []
