"""The one node that does what must be done once: it holds a lock as long as its session lives."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

import psycopg

from loadzone.database.connection import Connection, connect, in_words
from loadzone.lib.times import steady_seconds

log = logging.getLogger("loadzone.database")

LOCK = 7_001_002  # the advisory lock of the leader
BEAT = 1.0  # seconds between two signs of life
LEASE = 3.0  # seconds after a sign of life for which the node takes itself for the leader
HUNG_AFTER = "4s"  # later than LEASE: the server ends the session of a leader that hangs
PAUSE = 0.3  # seconds between two tries to become leader
_TRY = "SELECT pg_try_advisory_lock(%s), word FROM loadzone.leader"


class Leader:
    """Tells whether this node leads, and calls `act` now and then while it does. It is a Leadership (domain/).

    The lease ends before the server gives the lock to another node. Only where the server ends the session earlier, as
    in a crash of its own, two nodes take themselves for the leader, for no longer than the lease.
    """

    def __init__(self, url: str, act: Callable[[], None]) -> None:
        self._url = url
        self._act = act
        self._until = self._answered_at = -math.inf
        self._alone_from = math.inf
        self._word: Callable[[], str] = str
        self.shared = ""
        self._begun: list[Callable[[], None]] = []
        self._is_stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="database leader", daemon=True),
            threading.Thread(target=self._work, name="work of the database leader", daemon=True),
        ]

    @property
    def leads(self) -> bool:
        """True if this node leads."""
        return steady_seconds() < self._until

    @property
    def leads_alone(self) -> bool:
        """True if this node leads, and the lease of any earlier leader is over."""
        return self._alone_from <= steady_seconds() < self._until

    def when_begun(self, call: Callable[[], None]) -> None:
        """Call this each time that this node begins to lead."""
        self._begun.append(call)

    def share(self, word: Callable[[], str]) -> None:
        """Let the other nodes know this word while this one leads; `shared` is the one that is known."""
        self._word = word

    def answered_at(self) -> float:
        """Return the last moment, by the steady clock, of which it is certain that the database answered this node."""
        return self._answered_at

    def start(self) -> None:
        """Begin to try."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lead no more; another node takes over at once."""
        self._is_stopped.set()
        self._until = -math.inf

    def _run(self) -> None:
        while not self._is_stopped.is_set():
            try:
                self._try_and_lead()
            except psycopg.Error as error:
                if self._alone_from < math.inf and not self._is_stopped.is_set():
                    log.warning("this node leads no more: %s", in_words(error))
            except Exception:  # a node that never tries again would be missed once the others are gone
                log.exception("leading failed")
            self._until, self._alone_from = -math.inf, math.inf
            self._is_stopped.wait(PAUSE)

    def _try_and_lead(self) -> None:
        """Lead once no other node does, until the connection is lost or this node stops."""
        with connect(self._url, "leader") as connection:
            connection.execute(f"SET idle_session_timeout = '{HUNG_AFTER}'")
            while not self._is_first(connection):
                if self._is_stopped.wait(PAUSE):
                    return
            log.info("this node leads")
            self._alone_from = steady_seconds() + LEASE
            self._beat(connection)
            while not self._is_stopped.wait(BEAT):
                self._beat(connection)

    def _is_first(self, connection: Connection) -> bool:
        began = steady_seconds()
        [(is_first, self.shared)] = connection.execute(_TRY, [LOCK]).fetchall()
        self._answered_at = began
        return bool(is_first)

    def _beat(self, connection: Connection) -> None:
        """Give a sign of life, from whose sending on the lease is counted."""
        began, led = steady_seconds(), self.leads
        connection.execute("SELECT")
        self._answered_at = began
        if not self._is_stopped.is_set():
            self._until = began + LEASE
        if not led:
            for call in self._begun:
                call()
        self._tell(connection)

    def _tell(self, connection: Connection) -> None:
        if (word := self._word()) == self.shared:
            return
        try:
            connection.execute("UPDATE loadzone.leader SET word = %s", [word])
            self.shared = word
        except psycopg.Error as error:
            if connection.closed:
                raise
            log.debug("the other nodes are not told: %s", in_words(error))  # such as by a full disk

    def _work(self) -> None:
        """Do what the leader does. Apart from the beats: it may take longer than the lease."""
        while not self._is_stopped.wait(BEAT):
            try:
                if self.leads:
                    self._act()
            except psycopg.Error as error:
                log.debug("the leader's work is left for later: %s", in_words(error))
            except Exception:  # the next time may go well
                log.exception("the leader's work failed")
