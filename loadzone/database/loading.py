"""The whole state, read from the snapshot and the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadzone.database import commit_log
from loadzone.database.commit_codec import EncodedCommit
from loadzone.database.commit_log import Position
from loadzone.database.connection import Connection
from loadzone.datafile.reader import read_state
from loadzone.domain.commit import TABLES, Commit, Touched
from loadzone.domain.records import State


def load(connection: Connection) -> tuple[State, Position]:
    """Return the state and its last commit. Raises psycopg.Error, BadFile and NewerFormat."""
    file, commits = commit_log.everything(connection)
    state, _ = read_state(file)
    for commit in commits[1:]:
        state = EncodedCommit(commit.body).commit_on(state).after
    return state, commits[-1].at


@dataclass(frozen=True, slots=True)
class AllAnew:
    """The difference to the state in the database, for a node whose last commit is no longer in the log.

    It is a MissedCommit (domain/durable.py).
    """

    load: Callable[[], State]

    def commit_on(self, before: State) -> Commit:
        """Return the difference as one commit, without events."""
        after = self.load()
        touched = Touched()
        for name in TABLES:
            old, new = getattr(before, name), getattr(after, name)
            getattr(touched, name).update((key, None) for key in {**old, **new} if old.get(key) != new.get(key))
        return Commit(before, after, touched, (), visible=True)
