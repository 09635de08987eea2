"""The log of commits in PostgreSQL, and the statements on it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from loadzone.database.connection import Connection
from loadzone.database.schema import LOCK

CHANNEL = "loadzone"
STAY = 1000  # commits before the snapshot that stay, for nodes that are behind
_NEWER = "SELECT seq, id, CASE WHEN seq > {0} THEN body END FROM loadzone.commits WHERE seq >= {0} ORDER BY seq"

# Each statement has a snapshot of its own: in one statement with the lock the SELECT would not see what was committed
# while it waited. A number cannot be a parameter here, since a query with parameters is one statement.
_BEGIN = "BEGIN; SELECT pg_advisory_xact_lock({1}); SELECT extract(epoch FROM clock_timestamp())::float8; "
_APPEND = """
    WITH written AS (INSERT INTO loadzone.commits(seq, id, body) VALUES (%b, %b, %b))
    SELECT pg_notify('loadzone', %t)
"""

_IS_LONG = """
    SELECT coalesce(sum(octet_length(commits.body)), 0) > (SELECT octet_length(body) FROM loadzone.snapshot)
      FROM loadzone.commits WHERE seq > (SELECT seq FROM loadzone.snapshot)
"""

# Not where another node has written a newer one, nor of a commit that the log does not have any more.
_SAVE = """
    UPDATE loadzone.snapshot SET seq = %(seq)s, body = %(body)b
     WHERE seq < %(seq)s AND EXISTS (SELECT FROM loadzone.commits WHERE seq = %(seq)s AND id = %(id)s)
"""

# One statement, so that both are of one moment.
_EVERYTHING = """
    SELECT seq, NULL::uuid AS id, body FROM loadzone.snapshot
    UNION ALL
    SELECT commits.seq, commits.id, commits.body
      FROM loadzone.commits JOIN loadzone.snapshot ON commits.seq >= snapshot.seq
    ORDER BY seq, id NULLS FIRST
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
    [(now,)] = cursor.fetchall()
    cursor.nextset()
    return now, [LoggedCommit(Position(seq, identity), body or b"") for seq, identity, body in cursor]


def newer(connection: Connection, than: int) -> list[LoggedCommit]:
    """Return the log from this commit on. Raises psycopg.Error."""
    rows = connection.execute(_NEWER.format(than))
    return [LoggedCommit(Position(seq, identity), body or b"") for seq, identity, body in rows]


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
    """Tell whether the log has this very commit, once nobody can be writing it any more. Raises psycopg.Error."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        found = connection.execute("SELECT FROM loadzone.commits WHERE seq = %s AND id = %s", [commit.seq, commit.id])
        return found.fetchone() is not None


def everything(connection: Connection) -> tuple[bytes, list[LoggedCommit]]:
    """Return the snapshot, which is a data file, and the log from its last commit on. Raises psycopg.Error."""
    (_, _, file), *rows = connection.execute(_EVERYTHING, binary=True)
    return file, [LoggedCommit(Position(seq, identity), body) for seq, identity, body in rows]


def is_long(connection: Connection) -> bool:
    """Tell whether the log after the snapshot is larger than the snapshot. Raises psycopg.Error."""
    [(is_long,)] = connection.execute(_IS_LONG).fetchall()
    return bool(is_long)


def save(connection: Connection, at: Position, file: bytes) -> None:
    """Write the state after this commit as the snapshot, and forget what came long before. Raises psycopg.Error."""
    with connection.transaction():
        saved = connection.execute(_SAVE, {"seq": at.seq, "id": at.id, "body": file})
        if saved.rowcount:
            connection.execute("DELETE FROM loadzone.commits WHERE seq < %s", [at.seq - STAY])
