"""Hears of the commits of other nodes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from loadzone.database.commit_log import CHANNEL
from loadzone.database.connection import Connection, connect
from loadzone.database.failures import log_failure

log = logging.getLogger("loadzone.database")

HEARTBEAT = 1.0  # seconds after which to look although nothing was heard: a notification may be lost
PAUSE = 0.2  # seconds before a lost connection is made anew
ANSWERED_WITHIN = 2.0  # seconds: what hangs longer is made anew
ANSWERED_WITHIN_AT_MOST = 8.0  # seconds, for an answer that is large: each try is given twice the time


class Listener:
    """Calls `look(connection)` when a commit was heard of that is newer than `known()`, and at each heartbeat.

    It has a connection of its own, so that it goes on while the node waits for its turn. `greet` is called with each
    new one, and raises where it must not be used.
    """

    def __init__(
        self,
        url: str,
        greet: Callable[[Connection], None],
        known: Callable[[], int],
        look: Callable[[Connection], None],
    ) -> None:
        self._url = url
        self._greet = greet
        self._known = known
        self._look = look
        self._within = ANSWERED_WITHIN
        self._hears = True
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop at the next heartbeat."""
        self._is_stopped.set()

    def _run(self) -> None:
        while not self._is_stopped.is_set():
            try:
                self._listen()
            except Exception as error:  # whatever it is: without a listener the node would stay cut off for good
                if self._hears and not self._is_stopped.is_set():
                    log_failure("commits of other nodes are not heard: %s", error)
                self._hears = False
                self._within = min(2 * self._within, ANSWERED_WITHIN_AT_MOST)
                time.sleep(PAUSE)

    def _listen(self) -> None:
        with connect(self._url, "listener", self._within) as connection:
            self._greet(connection)
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._is_stopped.is_set():
                self._look(connection)
                connection.within = self._within = ANSWERED_WITHIN
                self._note_that_it_hears()
                self._wait(connection)

    def _note_that_it_hears(self) -> None:
        if not self._hears:
            log.info("commits of other nodes are heard again")
        self._hears = True

    def _wait(self, connection: Connection) -> None:
        """Return when a commit was heard of that this node does not know, and at the next heartbeat."""
        until = time.monotonic() + HEARTBEAT
        while (left := until - time.monotonic()) > 0:
            told = [int(notice.payload) for notice in connection.notifies(timeout=left, stop_after=1)]
            if any(seq > self._known() for seq in told):
                return
