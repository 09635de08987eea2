"""A connection beside that of the log, for what need not outlive a crash: made anew when it is lost."""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import TupleRow

from loadzone.database.connection import Connection, connect, in_words
from loadzone.database.writer import PATIENCE, PAUSE
from loadzone.domain.commit import CannotSave

ANSWERED_WITHIN = 3.0  # seconds; a server that takes longer hangs

log = logging.getLogger("loadzone.database")

# Nothing here outlives a crash anyway. Rows are found by an index, even where a table was empty when its statement was
# planned: with 20,000 expired counters a new one took 2.7 ms otherwise.
_SESSION = "SET synchronous_commit = off; SET enable_seqscan = off; SET enable_bitmapscan = off"


class SideConnection:
    """Runs single statements, one at a time. They wait `patience` seconds for a database that is away.

    A statement is never sent twice: where its connection is lost, nobody knows whether it was run.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._url = url
        self._patience = patience
        self._one_at_a_time = threading.Lock()
        self._connection: Connection | None = None
        self._away_since: float | None = None
        self._is_failing = False
        self._is_closed = False

    def ask(self, statement: str, parameters: dict[str, object]) -> list[TupleRow]:
        """Run a statement and return its rows. Raises CannotSave."""
        with self._turn():
            try:
                rows = self._run(self._connected(), statement, parameters)
            except psycopg.Error as error:
                self._drop()
                self._log_whether_it_answers(error)
                raise CannotSave(why=in_words(error)) from error
            self._log_whether_it_answers(None)
            return rows

    def close(self) -> None:
        """End the connection for good."""
        self._is_closed = True
        self._drop()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._one_at_a_time.acquire(timeout=self._patience):
            raise CannotSave(why="the database is slow, and others wait")
        try:
            yield
        finally:
            self._one_at_a_time.release()

    def _run(self, connection: Connection, statement: str, parameters: dict[str, object]) -> list[TupleRow]:
        cursor = connection.execute(statement, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []

    def _connected(self) -> Connection:
        """Return a connection that was not lost yet. Raises psycopg.Error."""
        if self._connection is not None and _has_word_from_server(self._connection):
            self._drop()
        while self._connection is None:
            try:
                self._connection = self._connect()
            except psycopg.Error:
                if self._is_closed or self._was_away_too_long():
                    raise
                time.sleep(PAUSE)
        self._away_since = None
        return self._connection

    def _connect(self) -> Connection:
        if self._is_closed:
            raise psycopg.OperationalError("the store was closed")
        connection = connect(self._url, "codes and limits", ANSWERED_WITHIN)
        connection.execute(_SESSION)
        return connection

    def _log_whether_it_answers(self, error: psycopg.Error | None) -> None:
        """Log that codes and limits cannot be reached once, and once more when they can."""
        if error and not self._is_failing:
            log.error("sign-in codes and limits cannot be reached: %s", in_words(error))
        elif self._is_failing and not error:
            log.info("sign-in codes and limits can be reached again")
        self._is_failing = error is not None

    def _was_away_too_long(self) -> bool:
        if self._away_since is None:
            self._away_since = time.monotonic()
        return time.monotonic() - self._away_since > self._patience

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _has_word_from_server(connection: Connection) -> bool:
    """Tell whether the server has said something unasked: above all, that it ends the session."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
