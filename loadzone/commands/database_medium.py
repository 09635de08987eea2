"""A database, as the data commands work on it. It is replaced only while no node runs; an import is a node's turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection as Transaction, text

from loadzone.commands.data_medium import usable_state
from loadzone.commands.database_history import DatabaseHistory, transaction_on
from loadzone.commands.histories import History
from loadzone.commands.terminal import exit_with_error, print_lines, warn
from loadzone.database import commit_codec
from loadzone.database.address import place_of
from loadzone.database.connection import Connection
from loadzone.database.contents import (
    Contents,
    Moved,
    check_contents,
    connected,
    keep_nodes_out,
    read_contents,
    replace_contents,
)
from loadzone.database.nodes import is_alone
from loadzone.database.postgres_log import PostgresLog
from loadzone.database.reaching import reach
from loadzone.datafile.backups import Backups
from loadzone.datafile.checker import Report
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import encoded, slices
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.durable import CannotLoad, MissedCommit, TurnLost
from loadzone.domain.records import State
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import steady_seconds, utc_now
from loadzone.reports.history_backups import HistoryBackups

T = TypeVar("T")
SHORT = 0.5  # seconds
TRIES = 20  # of a change that is not short


@dataclass(frozen=True)
class DatabaseMedium:
    """A database at an address. `backups_folder` None: none are made."""

    url: str
    backups_folder: Path | None
    once_changed: str = "you can start the nodes now"
    once_imported: str = "all nodes have it"

    @property
    def name(self) -> str:
        """The database and its host."""
        return place_of(self.url)

    @property
    def backups(self) -> Backups | None:
        """The backups, which are data files."""
        return Backups(self.backups_folder, self._as_file, self.name, utc_now) if self.backups_folder else None

    @property
    def history(self) -> DatabaseHistory:
        """The history in the same database."""
        return DatabaseHistory(self.name, self.connected)

    @property
    def history_backups(self) -> HistoryBackups | None:
        """The backups that commands have made of it."""
        folder = self.backups_folder
        return HistoryBackups(folder, folder, utc_now) if folder else None

    def report(self) -> Report | None:
        """Return what is in the database, and what is wrong with that; None: LoadZone has not been there."""
        contents = self.contents()
        return check_contents(contents) if contents else None

    def contents(self) -> Contents | None:
        """Return what is in the database, or end the command; None: LoadZone has not been there."""
        with self.connected() as connection:
            return read_contents(connection)

    def is_in_use(self) -> bool:
        """Tell whether a node works on it."""
        with self.connected() as connection:
            return not is_alone(connection)

    @contextmanager
    def opened(self) -> Iterator[OpenedDatabase]:
        """Let the database be replaced, or end the command if a node works on it."""
        self.refuse_if_used()
        yield OpenedDatabase(self)

    def refuse_if_used(self) -> None:
        """End the command if a node works on the database."""
        if self.is_in_use():
            exit_with_error(f"{self.name} is in use; stop all nodes first")

    @contextmanager
    def changing(self) -> Iterator[ChangedDatabase]:
        """Open the database for one change, beside the nodes."""
        with self._errors_told():
            reach(self.url, patience=0)
            log = PostgresLog(self.url)
            try:
                state = log.load()
                log.check()  # which sets its clock
                yield ChangedDatabase(self, log, state)
            finally:
                log.close()

    def save_before(self, action: str, backups: Backups) -> None:
        """Write what is in the database into the backups, or end the command."""
        try:
            backups.save_before(action)
        except OSError as error:
            exit_with_error(f"{self.name} was not changed: {error.strerror}: {backups.folder}")

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Connect to the database. Errors in the block end the command."""
        with self._errors_told(), connected(self.url) as connection:
            yield connection

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except (CannotLoad, BadFile) as error:
            exit_with_error(f"{self.name} cannot be used: {error}")
        except CannotSave as error:
            if error.unsure:
                exit_with_error(f"{self.name} went away; see with `data export` what was changed: {error.why}")
            exit_with_error(f"{self.name} was not changed: {error.why}")

    def _as_file(self) -> bytes:
        """Return what is in the database as a data file."""
        return encoded(usable_state(self.report(), self.name) or State())


@dataclass
class OpenedDatabase:
    """A database that no node works on: a Target."""

    medium: DatabaseMedium

    @cached_property
    def _contents(self) -> Contents | None:
        return self.medium.contents()

    @cached_property
    def present(self) -> Report | None:
        """The report on the database. Ends the command if it cannot be read, since it could not be backed up either."""
        report = check_contents(self._contents) if self._contents else None
        if report and report.state is None:
            print_lines(report.problems)
            exit_with_error(f"{self.medium.name} cannot be used; name an empty database")
        return report

    @property
    def revision(self) -> int:
        """The revision of what is in it."""
        return self.present.state.revision if self.present and self.present.state else 0

    def keep(self, action: str) -> None:
        """Write what is in the database into the backups. Ends the command where there is no folder for them."""
        backups = self.medium.backups or exit_with_error(
            f"{self.medium.name} was not changed: what it has would be lost; "
            "set LOADZONE_BACKUPS to a folder in which to keep it"
        )
        self.medium.save_before(action, backups)

    def keep_history(self, action: str) -> None:
        """Write the history into the backups, if there is one. Ends the command where there is no folder for them."""
        if not self.medium.history.report():
            return
        backups = self.medium.history_backups or exit_with_error(
            f"{self.medium.name} was not changed: its history would be lost; "
            "set LOADZONE_BACKUPS to a folder in which to keep it"
        )
        try:
            backups.save_before(action, self.medium.history.write_to_file)
        except OSError as error:
            exit_with_error(f"{self.medium.name} was not changed: {error.strerror}: {backups.folder}")

    def replace(self, state: State, history: History | None) -> None:
        """Put the state, and the history, in the place of what is in the database, in one transaction."""
        seen = self._contents.at if self._contents else None
        with self._transaction() as (connection, transaction):
            replace_contents(connection, slices(state), seen)
            if history:
                history.write_to(transaction)

    def replace_history(self, history: History) -> None:
        """Put the history in the place of that in the database, in one transaction."""
        if self._contents is None:
            exit_with_error(f"there is no data in {self.medium.name}")
        with self._transaction() as (connection, transaction):
            keep_nodes_out(connection)
            history.write_to(transaction)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Connection, Transaction]]:
        """Begin a transaction, as psycopg and as SQLAlchemy know it. Ends the command where a node works here."""
        try:
            with self.medium.connected() as connection, transaction_on(connection, self.medium.name) as transaction:
                transaction.execute(text("SELECT 1"))  # it begins with the first statement
                yield connection, transaction
        except Moved:
            exit_with_error(f"{self.medium.name} was not changed: a node has started or changed something meanwhile")


@dataclass
class ChangedDatabase:
    """A database in which one change is made, in a turn as a node has it: a Changeable.

    In a turn all nodes wait, and after 2.5 seconds the server ends it. 100,000 machines take longer, so the work is
    done before the turn. It is done again if somebody was quicker: within the turn if it is short.
    """

    medium: DatabaseMedium
    log: PostgresLog
    state: State

    @property
    def clock(self) -> Callable[[], datetime]:
        """The database's time."""
        return self.log.clock

    def keep(self, action: str) -> None:
        """Write what is in the database into the backups, if there is a folder for them."""
        if self.medium.backups is None:
            warn("no backup is made: LOADZONE_BACKUPS is not set")
        else:
            self.medium.save_before(action, self.medium.backups)

    def do(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` on the latest state and have all nodes take it over. Raises CannotSave."""
        for _ in range(TRIES):
            began = steady_seconds()
            change = self._change(open_unit, work)
            is_short = steady_seconds() - began < SHORT
            while True:
                try:
                    with self.log.turn() as turn:
                        if self._take_over(turn.missed):
                            if not is_short:
                                break
                            change = self._change(open_unit, work)
                        self.log.put(change.commit, change.body)
                        return change.result
                except TurnLost:
                    continue  # for as long as the log is patient
        raise CannotSave(why="the nodes have changed something at each of several tries; try it when they do less")

    def _take_over(self, missed: Sequence[MissedCommit]) -> bool:
        """Bring the state up to date; tell whether it was not."""
        for other in missed:
            self.state = other.commit_on(self.state).after
        return bool(missed)

    def _change(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> Change[T]:
        uow = open_unit(self.state)
        result = work(uow)
        after = self.state.copy()
        touched = uow.apply_to(after)
        after.revision += 1
        commit = Commit(self.state, after, touched, tuple(uow.events), visible=True)
        return Change(result, commit, commit_codec.encode(commit))


@dataclass(frozen=True)
class Change(Generic[T]):
    """The outcome of a unit of work: its result, and its commit, encoded and ready to be written."""

    result: T
    commit: Commit
    body: bytes
