"""The history in a PostgreSQL database, as the data commands work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from loadzone.commands.histories import HistoryReport, in_words, write_file
from loadzone.commands.terminal import exit_with_error
from loadzone.database.connection import Connection as DatabaseConnection
from loadzone.reports.engines import postgres_engine
from loadzone.reports.schema import UnusableHistory, version_of
from loadzone.reports.whole import Amount, amount_of, copy_all, problems_of


@dataclass(frozen=True)
class DatabaseHistory:
    """The history in the database that `connected` connects to."""

    name: str
    connected: Callable[[], AbstractContextManager[DatabaseConnection]]

    def report(self) -> HistoryReport | None:
        """Return how much is in it, and what is wrong; None: there is none."""
        with self._reading() as connection:
            try:
                if version_of(connection) is None:
                    return None
                problems = problems_of(connection)
            except UnusableHistory as error:
                return HistoryReport([str(error)])
            return HistoryReport(problems, None if problems else amount_of(connection))

    def amount(self) -> Amount | None:
        """Return how much is in it, with the digest; None: there is none."""
        with self._reading() as connection:
            return amount_of(connection, with_digest=True) if version_of(connection) else None

    def write_to_file(self, path: Path) -> None:
        """Write all of it into a new SQLite file. Raises OSError."""
        with self._reading() as connection:
            write_file(connection, path)

    def write_to(self, target: Connection) -> None:
        """Put all of it in the place of what is there."""
        with self._reading() as connection:
            copy_all(connection, target)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.connected() as connection, transaction_on(connection, self.name) as transaction:
            transaction.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield transaction


@contextmanager
def transaction_on(connection: DatabaseConnection, name: str) -> Iterator[Connection]:
    """Begin a transaction that SQLAlchemy and psycopg share. Errors of the history in the block end the command."""
    connection.autocommit = False
    try:
        with postgres_engine(lambda: connection).begin() as transaction:
            yield transaction
    except (UnusableHistory, SQLAlchemyError) as error:
        exit_with_error(f"the history in {name} cannot be used: {in_words(error)}")
