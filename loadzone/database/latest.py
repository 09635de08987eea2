"""The number of the last commit of any node: one question to the database for all who ask meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from loadzone.database import commit_log
from loadzone.database.connection import Connection, connect
from loadzone.database.failures import log_failure
from loadzone.lib.progress import Progress

PAUSE = 0.2  # seconds between two tries


class Latest:
    """Asks the database for the number of the last commit, over a connection of its own.

    So no answer waits for a change that this node is writing. `tell(connection, number)` is called with each answer,
    once those who asked have it.
    """

    def __init__(self, url: str, tell: Callable[[Connection, int], None]) -> None:
        self._url = url
        self._tell = tell
        self._lock = threading.Lock()
        self._begun = 0  # questions to the database
        self._answered = Progress(0)
        self._answer = 0
        self._has_warned = False
        self._is_wanted = threading.Event()
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database latest", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._is_stopped.set()
        self._is_wanted.set()

    def ask(self, seconds: float) -> int | None:
        """Return the number of the last commit; None if the database does not answer in this time."""
        with self._lock:  # the question under way may be older than this call
            question = self._begun + 1
            self._is_wanted.set()
        return self._answer if self._answered.wait_for(question, seconds) else None

    def _run(self) -> None:
        while not self._is_stopped.is_set():
            try:
                self._answer_all()
            except Exception as error:  # whatever it is: nobody who asks would ever be answered again
                if not self._has_warned:
                    log_failure("the last commit cannot be asked for: %s", error)
                self._has_warned = True
                self._is_stopped.wait(PAUSE)

    def _answer_all(self) -> None:
        """Answer until the connection is lost. It is made at the first question: some nodes are never asked."""
        self._is_wanted.wait()
        if self._is_stopped.is_set():
            return
        with connect(self._url, "latest") as connection:
            while not self._is_stopped.is_set():
                self._ask_database(connection)
                self._is_wanted.wait()

    def _ask_database(self, connection: Connection) -> None:
        with self._lock:
            self._is_wanted.clear()
            self._begun += 1
            question = self._begun
        try:
            self._answer = commit_log.last(connection)
        except Exception:
            self._is_wanted.set()  # the next one answers those who wait for this one too
            raise
        self._has_warned = False
        self._answered.set(question)
        self._tell(connection, self._answer)
