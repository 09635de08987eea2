"""The snapshot, from which a start goes on: a data file of the state after a certain commit."""

from __future__ import annotations

from collections.abc import Iterator

from loadzone.database import commit_log, snapshot_table
from loadzone.database.commit_log import Position
from loadzone.database.connection import Connection, connect
from loadzone.datafile import writer
from loadzone.domain.records import State
from loadzone.lib.concurrency import yield_to_others

TIMEOUT = 60  # seconds of a statement, on a slow disk


class Snapshots:
    """Follows the commits of a node, and writes what they have led to when the log has grown.

    Written only once the log after it is larger than itself, a snapshot costs no more than the commits did, and a start
    reads at most twice the state. It is written beside everything else: a state in memory does not change, and is
    encoded in slices of a millisecond, between which others run.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._latest: tuple[Position, State] | None = None
        self._room = 0  # bytes that the log may yet grow before a look at the database is due

    def begin(self, at: Position, state: State) -> None:
        """Follow from this state on, which is that after the commit."""
        self._latest, self._room = (at, state), 0

    def follow(self, at: Position, state: State, size: int) -> None:
        """Note the next commit, which has so many bytes in the log, and the state after it."""
        self._latest = at, state
        self._room -= size

    def save_if_due(self) -> None:
        """Write a snapshot if the log after the present one has grown larger than it. Raises psycopg.Error."""
        if self._room > 0:
            return
        with connect(self._url, "snapshot", within=TIMEOUT) as connection:
            self._room = _room(connection)
            if self._room <= 0 and self._latest:
                at, state = self._latest
                connection.execute(f"SET statement_timeout = '{TIMEOUT}s'")
                connection.execute(f"SET idle_in_transaction_session_timeout = '{TIMEOUT}s'")  # a busy node is slow
                commit_log.save(connection, at, _gently(writer.slices(state)))
                self._room = _room(connection)


def _room(connection: Connection) -> int:
    """Return how many bytes the log may grow before the next snapshot is due. Raises psycopg.Error."""
    length, size = snapshot_table.sizes(connection)
    return size - length


def _gently(slices: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the slices, and let others run before each."""
    for one in slices:
        yield one
        yield_to_others()
