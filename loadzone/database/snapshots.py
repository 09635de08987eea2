"""The snapshot, from which a start goes on: a data file of the state after a certain commit."""

from __future__ import annotations

import threading

from loadzone.database import commit_log
from loadzone.database.commit_log import Position
from loadzone.database.connection import connect
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.commit import Commit
from loadzone.domain.records import State


class Snapshots:
    """Follows the commits of a node, and writes what they have led to when the log has grown.

    Written only once the log after it is larger than itself, a snapshot costs no more than the commits did, and a start
    reads at most twice the state.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._following = threading.Lock()
        self._encoder = StateEncoder()
        self._latest: tuple[Position, State] | None = None

    def begin(self, at: Position, state: State) -> None:
        """Follow from this state on, which is that after the commit."""
        with self._following:
            self._encoder.mark_all(state)
            self._latest = at, state

    def follow(self, at: Position, commit: Commit) -> None:
        """Note the next commit."""
        with self._following:
            self._encoder.mark(commit.touched)
            self._latest = at, commit.after

    def save_if_due(self) -> None:
        """Write a snapshot if the log after the present one has grown larger than it. Raises psycopg.Error."""
        with connect(self._url, "snapshot") as connection:
            if commit_log.is_long(connection) and (latest := self._encoded()):
                commit_log.save(connection, *latest)

    def _encoded(self) -> tuple[Position, bytes] | None:
        with self._following:
            if self._latest is None:
                return None
            at, state = self._latest
            return at, self._encoder.encode(state)
