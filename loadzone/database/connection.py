"""Connections to PostgreSQL: how they are made, how long they are waited for, and what their errors say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

from loadzone.database.host_names import with_addresses
from loadzone.lib.concurrency import is_green, is_writable, wait_ahead_to_read

T = TypeVar("T")

CONNECT_TIMEOUT = 3  # seconds
# Seconds in which a statement is to be answered: later than the server gives up waiting for the lock.
ANSWERED_WITHIN = 6.5
LONG_ANSWERED_WITHIN = 11.0  # later than the server's statement_timeout
# A node that holds the lock and hangs is cut off after the idle time; all others wait for that. Sessions of a machine
# that is gone end within seconds, since locks are theirs. What the database sets for others must not break promises:
# in a stricter isolation, what others commit while a node waits for the lock is not seen; and without a synchronous
# commit, a change is answered that a crash takes back. Commands of their own, since pgbouncer refuses such options.
_SESSION = """
    SET lock_timeout = '6s';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '2500ms';
    SET tcp_keepalives_idle = 5;
    SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 2;
    SET tcp_user_timeout = '5s';
    SET default_transaction_isolation = 'read committed';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""


class Connection(psycopg.Connection[TupleRow]):
    """A connection that is lost where a statement is not answered `within` seconds.

    A server that is stopped, or a network that swallows everything, causes no error by itself.
    """

    within = ANSWERED_WITHIN

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Run an operation; all of them come through here. Raises psycopg.OperationalError if it takes too long."""
        if timeout is not None:  # its caller says what is to happen then
            return super().wait(gen, interval, timeout)
        until = time.monotonic() + self.within
        if is_green():
            gen = _ahead_of_others(gen, self.pgconn.socket, interval)
        try:
            return super().wait(gen, interval, self.within)
        except psycopg.OperationalError as error:
            if error.sqlstate or time.monotonic() < until:
                raise
            self.close()
            raise psycopg.OperationalError(f"the database did not answer within {self.within:g} s") from error

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Wait longer for answers, which may be large."""
        self.within, before = LONG_ANSWERED_WITHIN, self.within
        try:
            yield
        finally:
            self.within = before


def _ahead_of_others(gen: PQGen[T], fileno: int, interval: float) -> PQGen[T]:
    """Yield from the operation only where it has to wait for longer than this.

    As psycopg waits, each turn of the hub lets all other green threads run, and before COMMIT is sent there are two:
    with fifteen busy ones the lock was held for 30 ms more.
    """
    try:
        wanted = next(gen)
        while True:
            if wanted & waiting.WAIT_W:
                ready = waiting.READY_W if is_writable(fileno) else waiting.READY_NONE
            else:
                ready = waiting.READY_R if wait_ahead_to_read(fileno, interval) else waiting.READY_NONE
            wanted = gen.send(ready or (yield wanted))
    except StopIteration as end:
        result: T = end.value
        return result


def connect(url: str, purpose: str, within: float | None = None, autocommit: bool = True) -> Connection:
    """Return a new connection, which pg_stat_activity shows with its purpose. A standby is refused.

    `within`: seconds in which each statement is to be answered, if not the usual ones. Without `autocommit` each
    statement is part of a transaction. Raises psycopg.OperationalError.
    """
    connection = open_bare(url, purpose)
    connection.within = within or Connection.within
    try:
        connection.execute(_SESSION)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


def open_bare(url: str, purpose: str, role: str = "read-write") -> Connection:
    """Return a new connection with the settings of the database. `role`: which servers will do (as in libpq).

    Raises psycopg.OperationalError.
    """
    return Connection.connect(
        with_addresses(url),
        autocommit=True,
        application_name=f"loadzone {purpose}",
        client_encoding="utf8",
        connect_timeout=CONNECT_TIMEOUT,
        target_session_attrs=role,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=5000,  # milliseconds
    )


def in_words(error: psycopg.Error) -> str:
    """Return what the error says, in one line."""
    return " ".join(str(error).split())
