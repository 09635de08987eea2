"""The whole state, read from the snapshot and the log, and one of its commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadzone.database import commit_log
from loadzone.database.commit_codec import EncodedCommit
from loadzone.database.commit_log import Position
from loadzone.database.connection import Connection
from loadzone.datafile.reader import read_state
from loadzone.domain.commit import TABLES, Commit, Touched
from loadzone.domain.durable import CannotLoad
from loadzone.domain.records import State

TOO_NEW = "a newer LoadZone has written to the database; upgrade this one"


def load(connection: Connection) -> tuple[State, Position]:
    """Return the state and its last commit. Raises psycopg.Error, CannotLoad, BadFile and NewerFormat."""
    file, commits = commit_log.everything(connection)
    state, _ = read_state(file)
    for commit in commits[1:]:
        EncodedCommit(commit.body).replay(state)
    if not commits:
        raise CannotLoad("its log of commits ends before its snapshot, so one of them was changed from outside")
    return state, commits[-1].at


@dataclass(frozen=True, slots=True)
class Anew:
    """The state that was loaded anew, for the store to take over once that is announced to all nodes.

    `beyond`: the number of the last commit that this node knew, which may be one that the log has lost.
    """

    state: State
    beyond: int
    is_announced: bool = False


@dataclass(frozen=True, slots=True)
class AllAnew:
    """The difference to the state in the database, for a node whose last commit is no longer in the log.

    It is a MissedCommit (domain/durable.py). `taken(state)` is called when the store takes it over.
    """

    state: State
    taken: Callable[[State], None]

    def commit_on(self, before: State) -> Commit:
        """Return the difference as one commit, without events: nobody knows what happened in between."""
        after = self.state
        touched = Touched()
        for name in TABLES:
            old, new = getattr(before, name), getattr(after, name)
            getattr(touched, name).update((key, None) for key in {**old, **new} if old.get(key) != new.get(key))
        self.taken(after)
        return Commit(before, after, touched, (), visible=True, anew=True)
