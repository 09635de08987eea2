"""Moves lines of the history from the state, where they wait, to the history's own database."""

from __future__ import annotations

import logging
import threading
from itertools import islice

from loadzone.domain.commit import Commit
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.leadership import Leadership
from loadzone.domain.store import Store
from loadzone.reports.history_database import HistoryAway, HistoryDatabase

log = logging.getLogger("loadzone.history")

AT_ONCE = 1_000  # lines of one transaction
PAUSE = 1.0  # seconds in which lines gather
RETRY_SECONDS = 5.0


class Mover:
    """Moves the lines while this process leads. `moved` is the id up to which all that waited were moved."""

    def __init__(self, database: HistoryDatabase, leadership: Leadership) -> None:
        self._database = database
        self._leadership = leadership
        self._store: Store | None = None
        self.moved = 0
        self.trouble = ""
        self._is_stopped = threading.Event()
        self._has_lines = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)

    def start(self, store: Store) -> None:
        """Begin to move what this store has."""
        self._store = store
        store.subscribe(self._follow)
        self._has_lines.set()
        self._thread.start()

    def stop(self) -> None:
        """End; what still waits is moved after the next start."""
        self._is_stopped.set()
        self._has_lines.set()
        self._thread.join(2)

    def move(self) -> None:
        """Move what waits by now. Raises HistoryAway."""
        while self._leadership.leads and (lines := self._waiting()):
            self._database.append(lines)
            self.moved = lines[-1].id

    def _follow(self, commit: Commit) -> None:
        if commit.touched.history:
            self._has_lines.set()

    def _waiting(self) -> list[HistoryLine]:
        history = self._store.snapshot.history if self._store else {}
        return list(islice((line for line in history.values() if line.id > self.moved), AT_ONCE))

    def _run(self) -> None:
        while not self._is_stopped.is_set():
            self._has_lines.wait()
            self._has_lines.clear()
            if not self._attempt():
                self._has_lines.set()
            self._is_stopped.wait(RETRY_SECONDS if self.trouble else PAUSE)

    def _attempt(self) -> bool:
        """Move what waits. Tell whether it could be done; the first of several failures is logged."""
        try:
            self.move()
        except HistoryAway as error:
            if not self.trouble:
                log.error("the history cannot be written to %s: %s. Bookings go on", self._database.place, error)
            self.trouble = str(error)
            return False
        except Exception:  # the next time may go well
            log.exception("moving lines of the history failed")
            return False
        if self.trouble:
            log.info("the history can be written again")
        self.trouble = ""
        return self._leadership.leads or not self._waiting()
