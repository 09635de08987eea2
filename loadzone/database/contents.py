"""All that a database keeps: read without changing anything, checked, and replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from loadzone.database import commit_log, snapshot_table
from loadzone.database.commit_codec import EncodedCommit, NewerFormat
from loadzone.database.commit_log import CHANNEL, LoggedCommit, Position
from loadzone.database.connection import Connection, connect, in_words
from loadzone.database.nodes import is_alone
from loadzone.database.reaching import reach
from loadzone.database.schema import LOCK, UnusableDatabase, prepare, version_of
from loadzone.datafile.checker import Report, check_file
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import encoded

TOO_NEW = "it was written by a newer LoadZone; use the commands of that one"
_BEGIN_LOG = "INSERT INTO loadzone.commits(seq, id, body) VALUES (%s, gen_random_uuid(), '')"
MINUTES = "SET statement_timeout = '10min'"  # for 100,000 machines on a slow line


class Moved(Exception):
    """Somebody has written to the database since it was read, or a node has started."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The snapshot, which is a data file, and the log from its commit on."""

    file: bytes
    log: Sequence[LoggedCommit]

    @property
    def at(self) -> Position:
        """The last commit."""
        return self.log[-1].at


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Connect to the database. Raises UnusableDatabase, also for what goes wrong in the block."""
    reach(url, patience=0)
    try:
        with connect(url, "data") as connection:
            connection.execute(MINUTES)
            yield connection
    except psycopg.Error as error:
        raise UnusableDatabase(in_words(error)) from error


def read_contents(connection: Connection) -> Contents | None:
    """Return what is in the database; None: LoadZone has not been there.

    Nothing is made or upgraded. Raises UnusableDatabase and psycopg.Error.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return Contents(*commit_log.everything(connection)) if version_of(connection) else None


def check_contents(contents: Contents) -> Report:
    """Return what is wrong with the snapshot, the commits after it, and what they lead to."""
    report = check_file(contents.file)
    if report.state is None:
        return Report([f"snapshot: {problem}" for problem in report.problems])
    state = report.state
    for before, commit in zip(contents.log, contents.log[1:], strict=False):
        if commit.at.seq != before.at.seq + 1:
            return Report([f"commit {before.at.seq + 1}: is missing"])
        try:
            EncodedCommit(commit.body).replay(state)
        except NewerFormat:
            return Report([f"commit {commit.at.seq}: {TOO_NEW}"])
        except (BadFile, LookupError, TypeError, ValueError, AttributeError) as error:
            return Report([f"commit {commit.at.seq}: it cannot be applied: {error}"])
    if len(contents.log) == 1:
        return report
    final = check_file(encoded(state))
    return Report(final.problems, report.repaired + final.repaired, final.state)


def replace_contents(connection: Connection, file: Iterable[bytes], seen: Position | None) -> None:
    """Put a data file, which comes in pieces, in the place of what is in the database.

    `seen` is the last commit that the caller knows; None: there was nothing. One transaction, in which no node can
    start. Raises Moved, UnusableDatabase and psycopg.Error.
    """
    with connection.transaction():
        keep_nodes_out(connection)
        is_new = not version_of(connection)
        prepare(connection, b"{}")
        at = _last(connection)
        if at != seen and not (is_new and seen is None):
            raise Moved
        snapshot_table.lock(connection)
        snapshot_table.replace(connection, at.seq + 1, file)
        connection.execute("DELETE FROM loadzone.commits")
        connection.execute(_BEGIN_LOG, [at.seq + 1])
        connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(at.seq + 1)])


def keep_nodes_out(connection: Connection) -> None:
    """Let no node start until the end of the transaction. Raises Moved where one runs."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not is_alone(connection):
        raise Moved


def _last(connection: Connection) -> Position:
    [row] = connection.execute("SELECT seq, id FROM loadzone.commits ORDER BY seq DESC LIMIT 1").fetchall()
    return Position(*row)
