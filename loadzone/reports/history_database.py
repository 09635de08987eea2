"""The history's own database: lines are added at the end, each once, and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from loadzone.domain.history_line import HistoryLine
from loadzone.lib.concurrency import RunBlocking, run_here
from loadzone.reports import schema
from loadzone.reports.adding import Greatest, greatest_of, lock, missing_of, row_of
from loadzone.reports.kept_connection import KeptConnection
from loadzone.reports.tables import lines

T = TypeVar("T")
Keeper = Callable[[Connection, Sequence[HistoryLine]], None]


class HistoryAway(Exception):
    """The history's database cannot be used now; the message says why."""


class HistoryDatabase:
    """Lines of the history in a database. `place` is where, for people.

    `keepers` are called with lines that are new, in their order, in the transaction that adds them: they keep other
    tables up to date. `run_blocking` runs what waits for a disk. `look` is as in KeptConnection.
    """

    def __init__(
        self,
        engine: Engine,
        place: str,
        keepers: Sequence[Keeper] = (),
        run_blocking: RunBlocking = run_here,
        look: Callable[[], object] = lambda: None,
    ) -> None:
        self.engine = engine
        self.place = place
        self._keepers = keepers
        self._run_blocking = run_blocking
        self._is_prepared = False
        self._look = look
        self._writer = KeptConnection(engine, look, schema.prepare)

    def prepare(self) -> None:
        """Make the tables, or bring them up to this version, as any use does. Raises UnusableHistory, HistoryAway."""
        self._attempt(lambda: self._writer.run(lambda connection: None))

    def append(self, new: Sequence[HistoryLine]) -> int:
        """Add these lines, in their order; those that are there already are left out. Return the greatest id by then.

        One call at a time. Raises HistoryAway, and UnusableHistory.
        """
        return self._attempt(lambda: self._writer.run(lambda connection: self._append(connection, new)))

    def greatest(self) -> Greatest:
        """Return the greatest numbers that are there. One call at a time, as `append`; raises what that raises."""
        return self._attempt(lambda: self._writer.run(greatest_of))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, which is given a connection in a transaction. Raises HistoryAway."""
        return self._attempt(lambda: self._in_transaction(self.engine, work))

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do as `read`; the transaction is one that writes."""
        return self._attempt(lambda: self._in_transaction(self.engine.execution_options(writes=True), work))

    def close(self) -> None:
        """End its connections."""
        self._writer.close()
        self.engine.dispose()

    def _append(self, connection: Connection, new: Sequence[HistoryLine]) -> int:
        lock(connection)
        missing = missing_of(connection, new)
        last = connection.scalar(select(func.max(lines.c.id))) or 0
        rows = []
        for line in missing:
            last = max(last + 1, line.id)
            rows.append(row_of(line, last))
        if rows:
            connection.execute(lines.insert(), rows)
            for keep in self._keepers:
                keep(connection, missing)
        return last

    def _in_transaction(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        if not self._is_prepared or engine.get_execution_options().get("writes"):
            self._look()
        if not self._is_prepared:
            with self.engine.execution_options(writes=True).begin() as connection:
                schema.prepare(connection)
            self._is_prepared = True
        with engine.begin() as connection:
            return work(connection)

    def _attempt(self, work: Callable[[], T]) -> T:
        result = self._run_blocking(lambda: _outcome_of(work))
        if isinstance(result, (SQLAlchemyError, OSError)):
            raise HistoryAway(_in_words(result)) from result
        if isinstance(result, Exception):
            raise result
        return result


def _outcome_of(work: Callable[[], T]) -> T | Exception:
    """Return an error as a value: a thread pool would print the traceback of what is raised in it."""
    try:
        return work()
    except Exception as error:
        return error


def _in_words(error: Exception) -> str:
    origin = getattr(error, "orig", None) or error
    return " ".join(str(origin).split())
