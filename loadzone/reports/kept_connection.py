"""The connection by which the history is written: one, kept as long as it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")


class KeptConnection:
    """Runs transactions that write, one at a time. After an error the next one gets a new connection.

    `look()` is called before each: it returns what tells one database from another in its place, such as a file that
    was put there, and raises OSError where nothing may be written. `prepare` is called with each new connection, in a
    transaction.
    """

    def __init__(self, engine: Engine, look: Callable[[], object], prepare: Callable[[Connection], None]) -> None:
        self._engine = engine.execution_options(writes=True)
        self._look = look
        self._prepare = prepare
        self._connection: Connection | None = None
        self._seen: object = None

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, once its transaction is durable. Raises OSError, SQLAlchemyError, its own."""
        seen = self._look()
        if self._connection is not None and seen != self._seen:
            self.close()
        try:
            connection = self._connection or self._open()
            with connection.begin():
                return work(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection; the next transaction makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # without a word to a server that may be gone
            connection.close()

    def _open(self) -> Connection:
        self._connection = connection = self._engine.connect()
        with connection.begin():  # the file is made with it
            self._prepare(connection)
        self._seen = self._look()
        return connection
