"""The one node that does what must be done once: it holds a lock as long as its session lives."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

import psycopg

from loadzone.database.connection import Connection, connect, in_words

log = logging.getLogger("loadzone.database")

LOCK = 7_001_002  # the advisory lock of the leader
BEAT = 1.0  # seconds between two signs of life
LEASE = 3.0  # seconds after a sign of life for which the node is sure to lead
HUNG_AFTER = "4500ms"  # later than LEASE: the server ends the session of a leader that hangs
PAUSE = 0.3  # seconds between two tries to become leader


class Leader:
    """Tells whether this node leads, and calls `act` at each beat while it does."""

    def __init__(self, url: str, act: Callable[[], None]) -> None:
        self._url = url
        self._act = act
        self._until = -math.inf
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database leader", daemon=True)

    @property
    def leads(self) -> bool:
        """True if no other node can lead now."""
        return time.monotonic() < self._until

    def start(self) -> None:
        """Begin to try."""
        self._thread.start()

    def stop(self) -> None:
        """Lead no more; another node may take over within a beat."""
        self._is_stopped.set()

    def _run(self) -> None:
        while not self._is_stopped.wait(PAUSE):
            try:
                self._lead()
            except psycopg.Error as error:
                if self.leads and not self._is_stopped.is_set():
                    log.warning("this node leads no more: %s", in_words(error))
            self._until = -math.inf

    def _lead(self) -> None:
        """Lead, if no other node does, until the connection is lost or this node stops."""
        with connect(self._url, "leader") as connection:
            if not _is_first(connection):
                return
            connection.execute(f"SET idle_session_timeout = '{HUNG_AFTER}'")
            log.info("this node leads")
            while True:
                began = time.monotonic()
                connection.execute("SELECT")
                self._until = began + LEASE
                self._act()
                if self._is_stopped.wait(BEAT):
                    return


def _is_first(connection: Connection) -> bool:
    [(is_first,)] = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchall()
    return bool(is_first)
