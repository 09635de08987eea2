"""The history beside the data, as the data commands work on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from loadzone.commands.terminal import exit_with_error, print_lines
from loadzone.reports.engines import sqlite_engine, sqlite_reader
from loadzone.reports.files import sync_file
from loadzone.reports.online_copy import BrokenDatabase, as_known, check_pages, copy_online, make_one_file, read_only
from loadzone.reports.schema import UnusableHistory
from loadzone.reports.whole import Amount, amount_of, copy_all, problems_of

SQLITE = b"SQLite format 3\0"  # how its files begin


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """What is wrong with a history; and how much is in it, if it can be used."""

    problems: list[str]
    amount: Amount | None = None


class History(Protocol):
    """A history that can be read. What goes wrong ends the command, with a sentence."""

    @property
    def name(self) -> str:
        """Where it is, for people."""
        ...

    def report(self) -> HistoryReport | None:
        """Return how much is in it, and what is wrong; None: there is none."""
        ...

    def amount(self) -> Amount | None:
        """Return how much is in it, with the digest; None: there is none."""
        ...

    def write_to_file(self, path: Path) -> None:
        """Write all of it into a new SQLite file, which is then durable. Raises OSError."""
        ...

    def write_to(self, target: Connection) -> None:
        """Put all of it in the place of what is there, in the target's transaction."""
        ...


@dataclass(frozen=True, slots=True)
class FileHistory:
    """A history in a SQLite file."""

    path: Path

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def report(self) -> HistoryReport | None:
        """Return how much is in the file, and what is wrong with it; None: there is none."""
        if not self.path.exists():
            return None
        try:
            with closing(read_only(self.path)) as connection:
                check_pages(connection, thoroughly=True)
            with sqlite_reader(self.path).begin() as database:
                problems = problems_of(database)
                return HistoryReport(problems, None if problems else amount_of(database))
        except (BrokenDatabase, UnusableHistory) as error:
            return HistoryReport([str(error)])
        except (sqlite3.Error, SQLAlchemyError) as error:
            return HistoryReport([in_words(error)])

    def amount(self) -> Amount | None:
        """Return how much is in it, with the digest."""
        if not self.path.exists():
            return None
        with self._reading() as connection:
            return amount_of(connection, with_digest=True)

    def write_to_file(self, path: Path) -> None:
        """Write a copy of the file. Raises OSError."""
        try:
            copy_online(self.path, path)
        except BrokenDatabase as error:
            exit_with_error(f"{self.path} cannot be used: {error}")

    def write_to(self, target: Connection) -> None:
        """Put all of it in the place of what is there. Raises SQLAlchemyError and UnusableHistory."""
        with sqlite_reader(self.path).begin() as connection:
            copy_all(connection, target)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Open it for reading. Errors in the block end the command."""
        try:
            with sqlite_reader(self.path).begin() as connection:
                yield connection
        except (UnusableHistory, SQLAlchemyError) as error:
            exit_with_error(f"{self.path} cannot be used: {in_words(error)}")


def write_file(history: Connection, path: Path) -> None:
    """Write a history from another kind of database into a new SQLite file, which is then durable. Raises OSError."""
    path.unlink(missing_ok=True)
    engine = sqlite_engine(path)
    try:
        with engine.execution_options(writes=True).begin() as target:
            copy_all(history, target)
        make_one_file(path)
    except SQLAlchemyError as error:
        origin = getattr(error, "orig", None)
        raise (as_known(origin, path) if isinstance(origin, sqlite3.Error) else OSError(in_words(error))) from error
    sync_file(path)


def is_history(path: Path) -> bool:
    """Tell whether the file is a SQLite database, by how it begins."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def checked(history: History) -> Amount | None:
    """Return how much is in the history, or end the command if it cannot be used; None: there is none."""
    report = history.report()
    if report is None:
        return None
    if report.amount is None:
        print_lines(report.problems)
        exit_with_error(f"{history.name} cannot be used")
    return report.amount


def summary(amount: Amount) -> str:
    """Return how much is in a history, in a few words."""
    if not amount.begin or not amount.end:
        return f"lines: {amount.lines}"
    return f"lines: {amount.lines}, {amount.begin:%Y-%m-%d} to {amount.end:%Y-%m-%d}"


def amount_in(report: HistoryReport | None) -> str:
    """Return how much the report says is in a history, in a few words."""
    if report is None:
        return "none"
    return summary(report.amount) if report.amount else "cannot be used"


def in_words(error: Exception) -> str:
    """Return what a database says of an error, in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
