"""Hears of the commits of other nodes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import psycopg

from loadzone.database.commit_log import CHANNEL
from loadzone.database.connection import connect, in_words
from loadzone.domain.commit import CannotSave

log = logging.getLogger("loadzone.database")

HEARTBEAT = 1.0  # seconds after which to look although nothing was heard: a notification may be lost
PAUSE = 0.2  # seconds before a lost connection is made anew


class Listener:
    """Calls `tell` when a commit was heard of, and at each heartbeat. `heard` is the number of the last one."""

    def __init__(self, url: str, tell: Callable[[], None]) -> None:
        self._url = url
        self._tell = tell
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database listener", daemon=True)
        self.heard = -1
        self.is_time_to_look = True

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop at the next heartbeat."""
        self._is_stopped.set()

    def look_up_to(self, number: int) -> None:
        """Look at once for a commit that was not heard of: a notification may be late, or lost. Raises CannotSave."""
        self.heard = max(self.heard, number)
        self._tell()

    def _run(self) -> None:
        was_heard = True
        while not self._is_stopped.is_set():
            try:
                self._listen()
                was_heard = True
            except (psycopg.Error, CannotSave) as error:
                if was_heard and not self._is_stopped.is_set():
                    log.warning("commits of other nodes are not heard: %s", _words(error))
                was_heard = False
                time.sleep(PAUSE)

    def _listen(self) -> None:
        with connect(self._url, "listener") as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._is_stopped.is_set():
                self._tell()
                told = [int(notice.payload) for notice in connection.notifies(timeout=HEARTBEAT, stop_after=1)]
                self.heard = max([self.heard, *told])
                self.is_time_to_look = not told


def _words(error: psycopg.Error | CannotSave) -> str:
    return error.why if isinstance(error, CannotSave) else in_words(error)
