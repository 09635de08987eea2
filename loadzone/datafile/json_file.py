"""The locked JSON file as what makes commits durable: it is written whole with each of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

from loadzone.datafile.reader import read_state
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.durable import MissedCommit
from loadzone.domain.epochs import next_epoch
from loadzone.domain.records import State
from loadzone.lib.atomic_file import DurableFile
from loadzone.lib.concurrency import RunBlocking, os_error_of, run_here
from loadzone.lib.owners import with_owner
from loadzone.lib.times import utc_now

log = logging.getLogger("loadzone.storage")


class JsonFile:
    """The locked JSON file, as a Durable (domain/durable.py). Nobody else writes it, so rules run as they arrive.

    `run_blocking(call)` runs a blocking call, beside the green threads where there are any. Raises FileInUse and
    FileNotFoundError (no such folder).
    """

    runs_early = True
    sequence = 0  # nobody else asks for what this process has written

    def __init__(
        self,
        path: Path,
        starter: bytes = b"{}",
        run_blocking: RunBlocking = run_here,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._file = DurableFile(path)
        self._starter = starter
        self._run_blocking = run_blocking
        self._encoder = StateEncoder()
        self._clock = clock

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._file.path

    @property
    def place(self) -> str:
        """The path, for people."""
        return str(self.path)

    def load(self) -> State:
        """Return the state in the file; without one, make it of the starter.

        Raises BadFile (what is wrong with it, and where).
        """
        is_new = not self._file.exists()
        state, repaired = read_state(self._starter if is_new else self._file.read())
        for sentence in repaired:
            log.warning("%s: %s", self.path.name, sentence)
        self._encoder.mark_all(state)
        chunks = self._encoded(state)
        if is_new:
            self._file.replace(chunks)
        self._file.protect()
        if state.epoch:  # it may be an older file, which was put here by hand
            state.epoch = next_epoch(state.epoch, self._clock())
        return state

    def latest(self, seconds: float) -> int:
        """Return the number of the last commit; it is not counted."""
        return self.sequence

    def follow(self, tell: Callable[[], None]) -> None:
        """Do nothing: nobody else writes the file."""

    @property
    def missed(self) -> Sequence[MissedCommit]:
        """The commits of others: none."""
        return ()

    @property
    def behind_at_most(self) -> float:
        """Zero: what is in memory is the latest."""
        return 0.0

    def turn(self) -> AbstractContextManager[JsonFile]:
        """Return itself: it is always this process's turn."""
        return nullcontext(self)

    def keep(self) -> None:
        """Do nothing: nobody ends the turn."""

    def put(self, commit: Commit) -> CannotSave | None:
        """Write the file. Return an error where it may not survive a power cut. Raises CannotSave and TypeError."""
        if not commit.touched:
            return None
        outcome: bool | OSError | None = None
        self._encoder.mark(commit.touched)
        try:
            chunks = self._encoder.chunks(commit.after)
            outcome = self._run_blocking(lambda: _outcome_of(lambda: self._file.replace(chunks)))
        finally:
            if not isinstance(outcome, bool):
                self._encoder.mark(commit.touched)  # the next commit writes these as they were
        if isinstance(outcome, OSError):
            raise CannotSave(why=with_owner(outcome)) from outcome
        return None if outcome else CannotSave(unsure=True, why="the folder cannot be synced")

    def check(self) -> None:
        """Raise CannotSave unless the file could be written now."""
        if error := self._run_blocking(lambda: os_error_of(self._file.try_writing)):
            raise CannotSave(why=with_owner(error)) from error

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _encoded(self, state: State) -> tuple[bytes, ...]:
        """Encode what was read, so that the first change is not refused for what somebody else once wrote."""
        try:
            return self._encoder.chunks(state)
        except TypeError as error:
            raise BadFile(f"it can be read but not be written back: {error}") from None


def _outcome_of(call: Callable[[], bool]) -> bool | OSError:
    """Return the disk's error as a value: a thread pool would print the traceback of what is raised in it."""
    try:
        return call()
    except OSError as error:
        return error
