"""PostgreSQL as what makes commits durable, for any number of nodes: it is the log and the lock.

Each node has the whole state in memory. A batch becomes one line of the log, in an order that all nodes apply. A turn
takes two round trips: take the lock and read what others have written, then write the commit and release the lock.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import dropwhile
from typing import NoReturn
from uuid import UUID, uuid4

import psycopg

from loadzone.database import commit_codec, commit_log, reaching
from loadzone.database.address import place_of
from loadzone.database.commit_codec import EncodedCommit, NewerFormat
from loadzone.database.commit_log import LoggedCommit, Position
from loadzone.database.connection import Connection, connect, in_words
from loadzone.database.database_clock import DatabaseClock
from loadzone.database.latest import Latest
from loadzone.database.leader import Leader
from loadzone.database.listener import Listener
from loadzone.database.loading import TOO_NEW, AllAnew, Anew, load
from loadzone.database.nodes import Membership, Shared
from loadzone.database.schema import UnusableDatabase, prepare
from loadzone.database.side_connection import SideConnection
from loadzone.database.snapshots import Snapshots
from loadzone.database.writer import PATIENCE, Writer
from loadzone.domain.commit import Commit, Touched
from loadzone.domain.durable import MissedCommit, TurnLost
from loadzone.domain.records import State
from loadzone.lib.times import steady_seconds

NOWHERE = Position(-1, UUID(int=0))


class PostgresLog:
    """The log in PostgreSQL, as a Durable (domain/durable.py). Rules wait for the turn.

    `starter` is a data file, with which new tables begin. `clock` is the database's time, by which rules go.
    `patience`: seconds that changes wait for a database that is away, before they are refused. `settings`: what all
    nodes share; None for a command beside them. `side`: a connection for what need not outlive a crash.
    """

    runs_early = False

    def __init__(self, url: str, starter: bytes = b"{}", patience: float = PATIENCE, settings: Shared = None) -> None:
        self._url = url
        self._starter = starter
        self.membership = Membership(settings, self.close)
        self._writer = Writer(url, patience, self.membership.greet)
        self._snapshots = Snapshots(url)
        self._listener: Listener | None = None
        self._latest: Latest | None = None
        self.leader = Leader(url, self._snapshots.save_if_due)
        self._tell: Callable[[], None] = lambda: None
        self._looking = threading.Lock()
        self._at = NOWHERE
        self._being_written = NOWHERE.seq
        self._seen: tuple[Position, Sequence[LoggedCommit]] = (NOWHERE, ())  # by the listener, after which commit
        self._revision = 0  # the last that readers on this node have seen
        self._anew: Anew | None = None
        self._certain_at = -math.inf
        self.clock = DatabaseClock()
        self.side = SideConnection(url, patience)

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

    @property
    def behind_at_most(self) -> float:
        """The seconds since this node began to read the log and found, or took over, all that was in it."""
        return steady_seconds() - self._certain_at

    def load(self) -> State:
        """Return the state. Raises UnusableDatabase, and BadFile for what cannot be read."""
        reaching.reach(self._url, reaching.PATIENCE)
        began = steady_seconds()
        try:
            with connect(self._url, "start") as connection, connection.patiently():
                prepare(connection, self._starter)
                self.membership.begin(connection)
                state, self._at = load(connection)
                self._writer.connection()  # from here on this node runs by its session
            asked = steady_seconds()
            now, _ = commit_log.look(self._writer.connection(), self._at.seq)
        except psycopg.Error as error:
            raise UnusableDatabase(in_words(error)) from error
        except NewerFormat as error:
            raise UnusableDatabase(TOO_NEW) from error
        self.clock.hear(now, asked)
        self._begin(state)
        self._certain_at = began
        return state

    def follow(self, tell: Callable[[], None]) -> None:
        """Call `tell` when another node has written, and at a heartbeat. From now on this node may lead."""
        self._tell = tell
        self._listener = Listener(self._url, self.membership.greet, self._last_known, self._look)
        self._listener.start()
        self._latest = Latest(self._url, self._look_up_to)
        self._latest.start()
        self.leader.start()

    @contextmanager
    def turn(self) -> Iterator[PostgresTurn]:
        """Take the lock and read what others have written. At the end the lock is released.

        Raises TurnLost for as long as the database has been away less than the patience, and then CannotSave.
        """
        asked = steady_seconds()
        with self._writer.transaction(self._at.seq) as (now, commits):
            self.clock.hear(now, asked)
            if self._is_in(commits):
                self._announce(commits)
                yield PostgresTurn(self._missed(commits), self._writer.keep, self.put)
                self._note_certainty(asked, commits)
                return
        self._load_anew()

    @property
    def missed(self) -> Sequence[MissedCommit]:
        """The commits of others that the listener has seen. Raises CannotSave."""
        after, commits = self._seen
        is_lost = after == self._at and not self._is_in(commits)
        if is_lost or (self._anew and not self._anew.is_announced):
            self._begin_anew()
        return self._missed(list(dropwhile(lambda commit: commit.at != self._at, commits)))

    def check(self) -> None:
        """Raise CannotSave where changes are refused: not while they wait for a database that has just gone away."""
        with suppress(TurnLost), self.turn():
            pass

    def close(self) -> None:
        """End the connections."""
        if self._listener and self._latest:
            self._listener.stop()
            self._latest.stop()
        self.leader.stop()
        self._writer.close()
        self.side.close()

    def put(self, commit: Commit, body: bytes = b"") -> None:
        """Write a commit within the turn; `body` is it, if it is encoded. Raises CannotSave, TurnLost and TypeError."""
        size = self._append(self._at.seq + 1, body or commit_codec.encode(commit))
        self._snapshots.follow(self._at, commit.after, size)
        self._revision = commit.after.revision

    def take(self, commit: LoggedCommit, before: State) -> Commit:
        """Return the commit of another node, on the state before it; from now on this node knows it."""
        taken = self._decoded(commit, before)
        self._at = commit.at
        self._snapshots.follow(commit.at, taken.after, len(commit.body))
        self._revision = taken.after.revision
        return taken

    def _decoded(self, commit: LoggedCommit, before: State) -> Commit:
        """Return the commit, on the state before it. Raises CannotSave where this LoadZone is too old for it."""
        try:
            return EncodedCommit(commit.body).commit_on(before)
        except NewerFormat as error:
            raise self.membership.cannot_go_on(TOO_NEW) from error

    def _look_up_to(self, connection: Connection, seq: int) -> None:
        """Look for this commit, if the listener has not heard of it yet. Raises psycopg.Error and CannotSave."""
        if seq > self._last_known():
            self._look(connection)

    def _last_known(self) -> int:
        return max(self._at.seq, self._being_written)

    def take_anew(self, state: State) -> None:
        """Note that this node now has the state that was loaded anew."""
        self._anew = None
        self._begin(state)

    def _begin(self, state: State) -> None:
        self._snapshots.begin(self._at, state)
        self._revision = state.revision

    def _look(self, connection: Connection) -> None:
        """Read the log beside turns, and have the store take over what is new. Raises psycopg.Error and CannotSave."""
        with self._looking:
            asked, after = steady_seconds(), self._at
            now, commits = commit_log.look(connection, after.seq)
            self.clock.hear(now, asked)
            self._seen = after, commits
            if [commit.at for commit in commits] != [after] or self._anew:
                self._tell()
            self._note_certainty(asked, commits)

    def _note_certainty(self, asked: float, commits: Sequence[LoggedCommit]) -> None:
        """Note that this node knew all, if it has taken over what it read from `asked` on."""
        if commits and commits[-1].at.seq <= self._at.seq and not self._anew:
            self._certain_at = max(self._certain_at, asked)

    def _append(self, seq: int, body: bytes) -> int:
        """Write the commit, which ends the turn; it is this node's last one then. Return its size."""
        at = Position(seq, uuid4())
        self._being_written = seq
        try:
            self._writer.append(at, body)
            self._at = at
        finally:
            self._being_written = self._at.seq
        return len(body)

    def _is_in(self, commits: Sequence[LoggedCommit]) -> bool:
        """Tell whether the log, read from this node's last commit on, begins with it."""
        return bool(commits) and commits[0].at == self._at

    def _missed(self, commits: Sequence[LoggedCommit]) -> Sequence[MissedCommit]:
        """Return what is new for the store. The first of `commits` is this node's last one."""
        anew = [AllAnew(self._anew.state, self.take_anew)] if self._anew and self._anew.is_announced else []
        return [*anew, *(Missed(self, commit) for commit in commits[1:])]

    def _begin_anew(self) -> None:
        """Take turns until all was loaded anew and that was announced. Raises CannotSave."""
        while True:
            with suppress(TurnLost), self.turn():
                return

    def _load_anew(self) -> NoReturn:
        """Load the state that the log has now, without this node's last commit. Raises TurnLost and CannotSave."""
        lost = max(self._at.seq, self._anew.beyond if self._anew else 0)
        try:
            with self._writer.connection().patiently():
                self.membership.greet(self._writer.connection())  # the tables may be newer by now
                state, self._at = load(self._writer.connection())
        except psycopg.Error as error:
            raise self._writer.lost(error) from error
        except NewerFormat as error:
            raise self.membership.cannot_go_on(TOO_NEW) from error
        self._anew = Anew(state, beyond=lost)
        raise TurnLost("the log does not have this node's last commit any more")

    def _announce(self, commits: Sequence[LoggedCommit]) -> None:
        """Write down, where all was loaded anew, that from now on numbers go beyond those that readers have seen.

        Otherwise a page that has seen a lost revision would take another one of the same number for it. The commit
        changes nothing else. It ends the turn: raises TurnLost.
        """
        if self._anew is None or self._anew.is_announced:
            return
        before = self._anew.state
        for commit in commits[1:]:
            before = self._decoded(commit, before).after
        after = before.copy()
        after.revision = max(before.revision, self._revision) + 2  # a gap, for which readers fetch everything
        announcement = Commit(before, after, Touched(), (), visible=True)
        self._append(max(commits[-1].at.seq, self._anew.beyond) + 1, commit_codec.encode(announcement))
        self._anew = Anew(after, self._at.seq, is_announced=True)
        raise TurnLost("a new beginning was written")


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

    missed: Sequence[MissedCommit]
    keep: Callable[[], None]
    put: Callable[[Commit], None]
