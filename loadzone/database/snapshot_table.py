"""The snapshot in PostgreSQL: a data file in parts, so that none of them is a large message or a long write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loadzone.database.connection import Connection

PART = 1 << 20  # bytes

_SIZES = """
    SELECT (SELECT coalesce(sum(octet_length(body)), 0) FROM loadzone.commits
             WHERE seq > (SELECT max(seq) FROM loadzone.snapshot_parts)),
           (SELECT sum(octet_length(body)) FROM loadzone.snapshot_parts)
"""


def lock(connection: Connection) -> None:
    """Let nobody else replace the snapshot until the end of the transaction; it can be read. Raises psycopg.Error."""
    connection.execute("LOCK TABLE loadzone.snapshot_parts IN SHARE ROW EXCLUSIVE MODE")


def replace(connection: Connection, seq: int, file: Iterable[bytes]) -> None:
    """Put this data file, which comes in pieces, in the place of the snapshot: it is that after commit `seq`.

    Call it in a transaction, after `lock`. Raises psycopg.Error.
    """
    connection.execute("DELETE FROM loadzone.snapshot_parts")
    for part, body in enumerate(_parts(file)):
        connection.execute("INSERT INTO loadzone.snapshot_parts VALUES (%s, %s, %b)", [seq, part, body])


def sizes(connection: Connection) -> tuple[int, int]:
    """Return how many bytes the log after the snapshot has, and the snapshot itself. Raises psycopg.Error."""
    [(log, snapshot)] = connection.execute(_SIZES).fetchall()
    return int(log), int(snapshot)


def _parts(file: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces joined to parts of about the same size."""
    pieces: list[bytes] = []
    size = 0
    for piece in file:
        pieces.append(piece)
        size += len(piece)
        if size >= PART:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)
