"""The connection by which a node writes: it is made anew when it is lost, and what became of a commit is found out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg.pq import TransactionStatus

from loadzone.database import commit_log
from loadzone.database.commit_log import LoggedCommit, Position
from loadzone.database.connection import Connection, connect, in_words
from loadzone.domain.commit import CannotSave
from loadzone.domain.durable import TurnLost

PATIENCE = 8.0  # seconds that changes wait for a database that is away, before they are refused
PAUSE = 0.1  # seconds between two tries
PAUSE_AFTER_REFUSAL = 0.25  # seconds, once changes are refused
KEEP_EVERY = 1.0  # seconds; the server ends a turn that is idle for longer than twice that


class Writer:
    """One connection to the database at `url`. Changes wait `patience` seconds for it before they are refused.

    So long they wait together, from the loss on: those that come later are refused sooner, and as long as it is away at
    once. `greet` is called with each new connection, and raises where it must not be used.
    """

    def __init__(self, url: str, patience: float, greet: Callable[[Connection], None]) -> None:
        self._url = url
        self._patience = patience
        self._greet = greet
        self._connection: Connection | None = None
        self._away_since: float | None = None
        self._losing_since: float | None = None
        self._refused_at = self._kept_at = -math.inf
        self._why = ""
        self._is_closed = False

    def connection(self) -> Connection:
        """Return the connection, made anew if need be. Raises psycopg.Error."""
        if self._is_closed:
            raise psycopg.OperationalError("the store was closed")
        if self._connection is None:
            self._connection = self._greeted(connect(self._url, "writer"))
        return self._connection

    def _greeted(self, connection: Connection) -> Connection:
        try:
            self._greet(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def drop(self) -> None:
        """End the connection; the next use makes another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def close(self) -> None:
        """End the connection for good."""
        self._is_closed = True
        self.drop()

    @contextmanager
    def transaction(self, after: int) -> Iterator[tuple[float, list[LoggedCommit]]]:
        """Take the lock until the end of the block. Yield the server's time, and the log from this commit on.

        What was not appended by then is rolled back. Raises TurnLost and CannotSave.
        """
        since = time.monotonic()
        if since - self._refused_at < PAUSE_AFTER_REFUSAL:  # whoever has waited for that try waits for no other
            raise CannotSave(why=self._why)
        try:
            begun = commit_log.begin(self.connection(), after)
        except psycopg.Error as error:
            raise self.lost(error, since) from error
        self._away_since = None
        self._kept_at = time.monotonic()
        try:
            yield begun
        finally:
            self._roll_back()

    def keep(self) -> None:
        """Let the server know within a turn that it goes on: the rules take long, but this node does not hang."""
        now = time.monotonic()
        if self._connection is not None and now - self._kept_at > KEEP_EVERY:
            self._kept_at = now
            with suppress(psycopg.Error):  # which is noticed when the commit is written
                self._connection.execute("SELECT")

    def append(self, at: Position, body: bytes) -> None:
        """Write a commit and release the lock. Raises TurnLost and CannotSave."""
        connection, since = self.connection(), time.monotonic()
        try:
            commit_log.append(connection, at, body)
        except psycopg.errors.UniqueViolation as error:
            raise TurnLost("another node has written without the lock") from error
        except psycopg.Error as error:
            if error.sqlstate and not connection.closed:  # it was refused as a whole, such as by a full disk
                raise CannotSave(why=in_words(error)) from error
            if not self._happened(at, error):
                raise self._turn_lost(error, since) from error
        self._losing_since = None

    def _happened(self, at: Position, error: psycopg.Error) -> bool:
        """Tell whether a commit was written although the connection was lost. Raises CannotSave where nobody knows.

        The log is asked only once the lock is taken again: until then the server may still be writing it.
        """
        self.drop()
        since = time.monotonic()
        while not self._is_over(since):
            try:
                return commit_log.has(self.connection(), at)
            except psycopg.Error:
                self.drop()
                time.sleep(PAUSE)
        self._away_since = since
        raise self._refusal(error, unsure=True) from error

    def _turn_lost(self, error: psycopg.Error, since: float) -> TurnLost | CannotSave:
        """Return what to raise when the server has ended the turn. It does so each time where rules take too long."""
        self._losing_since = self._losing_since or since
        if not self._is_over(self._losing_since):
            return TurnLost(in_words(error))
        self._losing_since = None
        return CannotSave(why=in_words(error))

    def lost(self, error: psycopg.Error, since: float | None = None) -> TurnLost | CannotSave:
        """Return what to raise when there is no turn: it can be tried again, unless that was done for long enough.

        `since` is when the first try began, by the monotonic clock.
        """
        self.drop()
        if self._away_since is None:
            self._away_since = since or time.monotonic()
        if self._is_over(self._away_since):
            return self._refusal(error)
        time.sleep(PAUSE)
        return TurnLost(in_words(error))

    def _refusal(self, error: psycopg.Error, unsure: bool = False) -> CannotSave:
        self._refused_at, self._why = time.monotonic(), in_words(error)
        return CannotSave(unsure=unsure, why=self._why)

    def _is_over(self, since: float) -> bool:
        return self._is_closed or time.monotonic() - since > self._patience

    def _roll_back(self) -> None:
        """End the transaction, if it was not committed."""
        connection = self._connection
        if connection is None or connection.info.transaction_status is TransactionStatus.IDLE:
            return
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            self.drop()  # which ends the transaction as well
