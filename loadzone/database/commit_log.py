"""The log of commits in PostgreSQL, and the statements on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from loadzone.database import snapshot_table
from loadzone.database.connection import Connection
from loadzone.database.schema import LOCK

CHANNEL = "loadzone"
STAY = 1000  # commits before the snapshot that stay, for nodes that are behind
_NEWER = "SELECT seq, id, CASE WHEN seq > {0} THEN body END FROM loadzone.commits WHERE seq >= {0} ORDER BY seq"

# Each statement has a snapshot of its own: in one statement with the lock the SELECT would not see what was committed
# while it waited. A number cannot be a parameter here, since a query with parameters is one statement.
_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8; "
_BEGIN = "BEGIN; SELECT pg_advisory_xact_lock({1}); " + _NOW
_APPEND = """
    WITH written AS (INSERT INTO loadzone.commits(seq, id, body) VALUES (%b, %b, %b))
    SELECT pg_notify('loadzone', %t)
"""

# Not where another node has written a newer one, nor of a commit that the log does not have any more.
_MAY_SAVE = """
    SELECT FROM loadzone.commits WHERE seq = %s AND id = %s AND seq > (SELECT max(seq) FROM loadzone.snapshot_parts)
"""

# One statement, so that both are of one moment.
_EVERYTHING = """
    SELECT seq, part, NULL::uuid AS id, body FROM loadzone.snapshot_parts
    UNION ALL
    SELECT seq, NULL, id, body FROM loadzone.commits WHERE seq >= (SELECT max(seq) FROM loadzone.snapshot_parts)
    ORDER BY seq, part NULLS LAST
"""


@dataclass(frozen=True, slots=True)
class Position:
    """A commit in the log: its number, and the id by which it is known to be that very one."""

    seq: int
    id: UUID


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """A line of the log; `body` is empty for the one that was asked from."""

    at: Position
    body: bytes


def begin(connection: Connection, after: int) -> tuple[float, list[LoggedCommit]]:
    """Begin a transaction and wait for the lock. Return the server's time, and the log from this commit on.

    The time is in seconds since 1970. One round trip. Raises psycopg.Error.
    """
    cursor = connection.execute((_BEGIN + _NEWER).format(after, LOCK))
    cursor.nextset()
    cursor.nextset()
    return _time_and_commits(cursor)


def look(connection: Connection, after: int) -> tuple[float, list[LoggedCommit]]:
    """Return the server's time, and the log from this commit on, without the lock. Raises psycopg.Error."""
    return _time_and_commits(connection.execute((_NOW + _NEWER).format(after)))


def _time_and_commits(cursor: psycopg.Cursor[TupleRow]) -> tuple[float, list[LoggedCommit]]:
    [(now,)] = cursor.fetchall()
    cursor.nextset()
    return now, [LoggedCommit(Position(seq, identity), body or b"") for seq, identity, body in cursor]


def last(connection: Connection) -> int:
    """Return the number of the last commit. Raises psycopg.Error."""
    [(seq,)] = connection.execute("SELECT seq FROM loadzone.commits ORDER BY seq DESC LIMIT 1").fetchall()
    return int(seq)


def append(connection: Connection, at: Position, body: bytes) -> None:
    """Write the commit, tell the others, and end the transaction. One round trip. Raises psycopg.Error."""
    with connection.pipeline():
        connection.execute(_APPEND, [at.seq, at.id, body, str(at.seq)], prepare=True)
        connection.execute("COMMIT")


def has(connection: Connection, commit: Position) -> bool:
    """Tell whether the log has this very commit, once nobody can be writing it any more. Raises psycopg.Error.

    A server that has crashed shows a commit that its standby does not have yet. So the question is a write as well: it
    ends once the standby has that, and thus all before it.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        connection.execute("SELECT pg_logical_emit_message(true, 'loadzone', '')")
        found = connection.execute("SELECT FROM loadzone.commits WHERE seq = %s AND id = %s", [commit.seq, commit.id])
        return found.fetchone() is not None


def everything(connection: Connection) -> tuple[bytes, list[LoggedCommit]]:
    """Return the snapshot, which is a data file, and the log from its last commit on. Raises psycopg.Error."""
    parts: list[bytes] = []
    commits: list[LoggedCommit] = []
    for seq, part, identity, body in connection.execute(_EVERYTHING, binary=True):
        if part is None:
            commits.append(LoggedCommit(Position(seq, identity), body))
        else:
            parts.append(body)
    return b"".join(parts), commits


def save(connection: Connection, at: Position, file: Iterable[bytes]) -> None:
    """Write the state after this commit as the snapshot, and forget what came long before. Raises psycopg.Error."""
    with connection.transaction():
        snapshot_table.lock(connection)
        if connection.execute(_MAY_SAVE, [at.seq, at.id]).fetchone() is not None:
            snapshot_table.replace(connection, at.seq, file)
            connection.execute("DELETE FROM loadzone.commits WHERE seq < %s", [at.seq - STAY])
