"""PostgreSQL as what makes commits durable, for any number of nodes: it is the log and the lock.

Each node has the whole state in memory. A batch becomes one line of the log, in an order that all nodes apply. A turn
takes two round trips: take the lock and read what others have written, then write the commit and release the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg

from loadzone.database import commit_codec, commit_log
from loadzone.database.address import place_of
from loadzone.database.commit_codec import EncodedCommit, NewerFormat
from loadzone.database.commit_log import LoggedCommit, Position
from loadzone.database.connection import in_words
from loadzone.database.database_clock import DatabaseClock
from loadzone.database.latest import Latest
from loadzone.database.leader import Leader
from loadzone.database.listener import Listener
from loadzone.database.loading import AllAnew, load
from loadzone.database.reaching import reach
from loadzone.database.schema import UnusableDatabase, prepare
from loadzone.database.snapshots import Snapshots
from loadzone.database.writer import PATIENCE, Writer
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.durable import MissedCommit, TurnLost
from loadzone.domain.records import State

NOWHERE = Position(-1, UUID(int=0))
TOO_NEW = "a newer LoadZone has written to the database; upgrade this one, or stop it"


class PostgresLog:
    """The log in PostgreSQL, as a Durable (domain/durable.py). Rules wait for the turn.

    `starter` is a data file, with which new tables begin. `clock` is the database's time, by which rules go.
    `patience`: seconds that changes wait for a database that is away, before they are refused.
    """

    runs_early = False

    def __init__(self, url: str, starter: bytes = b"{}", patience: float = PATIENCE) -> None:
        self._url = url
        self._starter = starter
        self._writer = Writer(url, patience)
        self._snapshots = Snapshots(url)
        self._listener: Listener | None = None
        self._latest: Latest | None = None
        self.leader = Leader(url, self._snapshots.save_if_due)
        self._at = NOWHERE
        self.clock = DatabaseClock()

    @property
    def place(self) -> str:
        """The database, without a password."""
        return place_of(self._url)

    @property
    def sequence(self) -> int:
        """The number of the last commit of which this node knows what it has changed."""
        return self._at.seq

    def latest(self, seconds: float) -> int | None:
        """Return the number of the last commit of any node; None if the database does not answer in this time."""
        return self._latest.ask(seconds) if self._latest else self._at.seq

    def load(self) -> State:
        """Return the state. Raises UnusableDatabase, and BadFile for what cannot be read."""
        reach(self._url)
        try:
            prepare(self._writer.connection(), self._starter)
            return self._load()
        except psycopg.Error as error:
            raise UnusableDatabase(in_words(error)) from error
        except NewerFormat as error:
            raise UnusableDatabase(TOO_NEW) from error

    def follow(self, tell: Callable[[], None]) -> None:
        """Call `tell` when another node has written, and at a heartbeat. From now on this node may lead."""
        self._listener = Listener(self._url, tell)
        self._listener.start()
        self._latest = Latest(self._url, self._look_up_to)
        self._latest.start()
        self.leader.start()

    @contextmanager
    def turn(self) -> Iterator[PostgresTurn]:
        """Take the lock and read what others have written. At the end the lock is released.

        Raises TurnLost for as long as the database has been away less than the patience, and then CannotSave.
        """
        with self._writer.transaction(self._at.seq) as (now, commits):
            self.clock.set(now)
            yield PostgresTurn(self, self._missed(commits))

    @property
    def missed(self) -> Sequence[MissedCommit]:
        """The commits of others, read if one was heard of or the heartbeat is due. Raises CannotSave."""
        if self._listener and not self._listener.is_time_to_look and self._listener.heard <= self._at.seq:
            return ()  # it was this node's own commit
        try:
            return self._missed(commit_log.newer(self._writer.connection(), self._at.seq))
        except psycopg.Error as error:
            self._writer.drop()
            raise CannotSave(why=in_words(error)) from error

    def check(self) -> None:
        """Raise CannotSave unless a turn could be taken now."""
        try:
            with self.turn():
                pass
        except TurnLost as error:
            raise CannotSave(why=str(error)) from error

    def close(self) -> None:
        """End the connections."""
        if self._listener and self._latest:
            self._listener.stop()
            self._latest.stop()
        self.leader.stop()
        self._writer.close()

    def put(self, commit: Commit) -> None:
        """Write a commit within the turn. Raises CannotSave, TurnLost and TypeError."""
        at = Position(self._at.seq + 1, uuid4())
        body = commit_codec.encode(commit)
        self._writer.append(at, body)
        self._at = at
        self._snapshots.follow(at, commit.after, len(body))

    def take(self, commit: LoggedCommit, before: State) -> Commit:
        """Return the commit of another node, on the state before it; from now on this node knows it."""
        try:
            taken = EncodedCommit(commit.body).commit_on(before)
        except NewerFormat as error:
            raise CannotSave(why=TOO_NEW) from error
        self._at = commit.at
        self._snapshots.follow(commit.at, taken.after, len(commit.body))
        return taken

    def _look_up_to(self, seq: int) -> None:
        """Have this commit taken over, although the listener has not heard of it. Raises CannotSave."""
        if self._listener and seq > self._at.seq:
            self._listener.look_up_to(seq)

    def _missed(self, commits: Sequence[LoggedCommit]) -> Sequence[MissedCommit]:
        """Return what is new in the log: all anew if it does not have this node's last commit any more."""
        if not commits or commits[0].at != self._at:
            return [AllAnew(self._load)]
        return [Missed(self, commit) for commit in commits[1:]]

    def _load(self) -> State:
        state, self._at = load(self._writer.connection())
        self._snapshots.begin(self._at, state)
        return state


@dataclass(frozen=True, slots=True)
class Missed:
    """A commit of another node. It is a MissedCommit (domain/durable.py)."""

    log: PostgresLog
    commit: LoggedCommit

    def commit_on(self, before: State) -> Commit:
        """Return the commit, on the state before it."""
        return self.log.take(self.commit, before)


@dataclass(frozen=True, slots=True)
class PostgresTurn:
    """The time in which this node holds the lock. It is a Turn (domain/durable.py)."""

    log: PostgresLog
    missed: Sequence[MissedCommit]

    def put(self, commit: Commit) -> CannotSave | None:
        """Write the commit, which then is certain. Raises CannotSave, TurnLost and TypeError."""
        self.log.put(commit)
        return None
