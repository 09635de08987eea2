"""The history's own database: lines are added at the end, each once, and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from loadzone.domain.history_line import HistoryLine
from loadzone.lib.concurrency import RunBlocking, run_here
from loadzone.reports import schema
from loadzone.reports.tables import lines

T = TypeVar("T")
Keeper = Callable[[Connection, Sequence[HistoryLine]], None]


class HistoryAway(Exception):
    """The history's database cannot be used now; the message says why."""


class HistoryDatabase:
    """Lines of the history in a database. `place` is where, for people.

    `keepers` are called with lines that are new, in their order, in the transaction that adds them: they keep other
    tables up to date. `run_blocking` runs what waits for a disk.
    """

    def __init__(
        self, engine: Engine, place: str, keepers: Sequence[Keeper] = (), run_blocking: RunBlocking = run_here
    ) -> None:
        self.engine = engine
        self.place = place
        self._keepers = keepers
        self._run_blocking = run_blocking
        self._is_prepared = False

    def prepare(self) -> None:
        """Make the tables, or bring them up to this version, as any use does. Raises UnusableHistory, HistoryAway."""
        self.write(lambda connection: None)

    def append(self, new: Sequence[HistoryLine]) -> None:
        """Add these lines, in their order; those that are there already are left out. Raises HistoryAway."""
        self.write(lambda connection: self._append(connection, new))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, which is given a connection in a transaction. Raises HistoryAway."""
        return self._attempt(lambda: self._in_transaction(self.engine, work))

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do as `read`; the transaction is one that writes."""
        return self._attempt(lambda: self._in_transaction(self.engine.execution_options(writes=True), work))

    def close(self) -> None:
        """End its connections."""
        self.engine.dispose()

    def _append(self, connection: Connection, new: Sequence[HistoryLine]) -> None:
        missing = missing_of(connection, new)
        if not missing:
            return
        last = connection.scalar(select(func.max(lines.c.id))) or 0
        rows = []
        for line in missing:
            last = max(last + 1, line.id)
            rows.append(row_of(line, last))
        connection.execute(lines.insert(), rows)
        for keep in self._keepers:
            keep(connection, missing)

    def _in_transaction(self, engine: Engine, work: Callable[[Connection], T]) -> T:
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


def row_of(line: HistoryLine, row_id: int) -> dict[str, object]:
    """Return the line as a row of the table, with this id."""
    return {
        "id": row_id,
        "epoch": line.epoch,
        "number": line.id,
        "at": line.at,
        "action": line.action,
        "actor": line.actor,
        "via": line.via,
        "vm": line.vm,
        "vm_id": line.vm_id,
        "group_id": line.group_id,
        "group": line.group,
        "email": line.email,
        "booking": line.booking,
        "until": line.until,
        "hours": line.hours,
        "reason": line.reason,
        "changed": dict(line.changed),
    }


def missing_of(connection: Connection, new: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Return the lines that are not there yet."""
    if not new:
        return []
    low, high = min(line.id for line in new), max(line.id for line in new)
    epochs = {line.epoch for line in new}
    found = connection.execute(
        select(lines.c.epoch, lines.c.number).where(lines.c.epoch.in_(epochs), lines.c.number.between(low, high))
    )
    there = {(epoch, number) for epoch, number in found}
    return [line for line in new if (line.epoch, line.id) not in there]


def _outcome_of(work: Callable[[], T]) -> T | Exception:
    """Return an error as a value: a thread pool would print the traceback of what is raised in it."""
    try:
        return work()
    except Exception as error:
        return error


def _in_words(error: Exception) -> str:
    origin = getattr(error, "orig", None) or error
    return " ".join(str(origin).split())
