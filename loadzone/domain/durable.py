"""The protocol of all that makes commits durable: the JSON file and a database differ in nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.records import State


class TurnLost(Exception):
    """The turn ended before the commit was written, and it is certain that it was not: it may be tried anew."""


class CannotLoad(Exception):
    """What is kept cannot be used; the message says why, in a sentence for the operator."""


class MissedCommit(Protocol):
    """A commit of another process."""

    def commit_on(self, before: State) -> Commit:
        """Return the commit, on the state before it."""
        ...


class Turn(Protocol):
    """The time in which nobody else writes."""

    @property
    def missed(self) -> Sequence[MissedCommit]:
        """The commits of others since the last turn, in order; the store applies them before rules run."""
        ...

    def keep(self) -> None:
        """Say that the turn goes on: one in which nothing happens for long is ended. Called by long rules."""
        ...

    def put(self, commit: Commit) -> CannotSave | None:
        """Write the commit. Return an error where it is in force but may not survive a power cut.

        Raises CannotSave where it was not written, or nobody knows; TurnLost where it may be tried anew; and what is
        raised for a value that cannot be written.
        """
        ...


class Durable(Protocol):
    """Keeps the state where it outlives the process. It knows which commits it has been given and has given.

    `runs_early`: units of work are run as they arrive, while the commit before is being written. Otherwise they wait
    for the turn, in which the state is certain to be the latest.
    """

    @property
    def runs_early(self) -> bool:
        """True if nobody else can write, so that the state in memory is the latest without asking."""
        ...

    @property
    def place(self) -> str:
        """Where the state is kept, for people."""
        ...

    @property
    def sequence(self) -> int:
        """The number of the last commit that it has been given or has given; 0 where nobody else writes."""
        ...

    def latest(self, seconds: float) -> int | None:
        """Return the number of the last commit that there is, by whomever; None if that cannot be told in this time.

        Safe to call from any thread.
        """
        ...

    def load(self) -> State:
        """Return the state that is kept. Called once, before anything else.

        Raises CannotLoad; and BadFile and OSError where it is a file.
        """
        ...

    def follow(self, tell: Callable[[], None]) -> None:
        """Call `tell` whenever others may have written something, from now on until `close`."""
        ...

    def turn(self) -> AbstractContextManager[Turn]:
        """Return the next turn. Raises CannotSave, and TurnLost where it may be tried anew."""
        ...

    @property
    def missed(self) -> Sequence[MissedCommit]:
        """The commits of others so far, read without a turn. Called between turns. Raises CannotSave."""
        ...

    @property
    def behind_at_most(self) -> float:
        """The seconds since it was certain that this process has all that is committed; 0 where nobody else writes."""
        ...

    def check(self) -> None:
        """Raise CannotSave unless a commit would be written, now or after a wait. Called between turns."""
        ...

    def close(self) -> None:
        """Release it. Nothing can be written any more."""
        ...
