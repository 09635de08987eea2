"""The store: all state in memory, one JSON file under it, durable group-committed writes.

A change runs alone; what waits while the file is being written is committed together by the next write.
Readers take the last committed snapshot and never wait.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadzone.datafile.reader import read_state
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import TABLES, Group, State, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.atomic_file import DurableFile

log = logging.getLogger("loadzone.storage")


class CannotSave(Exception):
    """The change could not be put on disk, so it did not happen.

    With `unsure` it did happen and is in force, but whether it would outlive a power cut is unknown.
    """

    def __init__(self, unsure: bool = False) -> None:
        super().__init__("cannot save")
        self.unsure = unsure


@dataclass(frozen=True, slots=True)
class Commit:
    """What one write changed: the states before and after, the touched keys by table, the events in order.

    `visible` says that a reader of the board can see it; only then `after.revision` is one more than before.
    """

    before: State
    after: State
    touched: Mapping[str, Mapping[Any, None]]
    events: tuple[Any, ...]
    visible: bool


class JsonStore:
    """The locked JSON file.

    `shown(record)` gives of a Vm or Group what readers of the board can see: where that changes, the revision counts.
    `run_blocking(call)` runs a blocking call; a server of green threads gives its thread pool here.
    Raises FileInUse, FileNotFoundError (no such folder) and fields.BadFile (what, and where).
    """

    def __init__(
        self,
        path: Path,
        starter: bytes = b"{}",
        shown: Callable[[Vm | Group], Any] = lambda record: record,
        run_blocking: Callable[[Callable[[], Any]], Any] = lambda call: call(),
    ) -> None:
        self._file = DurableFile(path)
        self._shown = shown
        self._run_blocking = run_blocking
        self._text = StateEncoder()
        self._listeners: list[Callable[[Commit], None]] = []
        self._turn = threading.Lock()  # one rule at a time
        self._writing = threading.Lock()  # one write at a time
        self._checking = threading.Lock()  # one try whether writing works
        self._open: Batch | None = None
        self._failing = False
        self._wrote_at = -math.inf
        try:
            self._committed = self._latest = self._load(starter)
        except BaseException:
            self._file.close()
            raise

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def snapshot(self) -> State:
        """The last committed state. It never changes; the next commit brings another."""
        return self._committed

    def subscribe(self, listener: Callable[[Commit], None]) -> None:
        """Call `listener` with every commit, in order. It must be quick and must not change the store."""
        self._listeners.append(listener)

    @contextmanager
    def change(self) -> Iterator[UnitOfWork]:
        """A unit of work. Leaving the block returns once it is on disk; an exception in it leaves nothing behind.

        That exception too comes out once what it was raised for is on disk: nobody is refused for what never was.
        Raises CannotSave where the disk refuses.
        """
        refusal = None
        with self._turn:
            batch = self._open_batch()
            change = UnitOfWork(batch.state)
            try:
                yield change
            except Exception as error:
                if batch.shows(self._committed):
                    raise
                refusal = error
            else:
                batch.take(change)
            leads = batch.lead()
        self._settle(batch, leads)
        if refusal and batch.in_force:
            raise refusal
        if batch.error:
            raise batch.error

    def check(self) -> None:
        """Raise CannotSave unless a write would succeed now, or one did within the last second.

        However many ask, one of them tries, and writers wait for one try at most.
        """
        with self._checking:
            if time.monotonic() - self._wrote_at < 1:
                return
            with self._writing:
                outcome = self._run_blocking(lambda: _attempt(self._file.try_writing))
            if isinstance(outcome, OSError):
                raise CannotSave from outcome
            self._wrote_at = time.monotonic()

    def close(self) -> None:
        """Wait for the write under way, then let go of the file."""
        with self._writing:
            self._file.close()

    def _load(self, starter: bytes) -> State:
        fresh = not self._file.exists()
        state, mended = read_state(starter if fresh else self._file.read())
        for sentence in mended:
            log.warning("%s: %s", self.path.name, sentence)
        self._text.mark_all(state)
        pieces = self._written_back(state)
        if fresh:
            self._file.replace(pieces)
        self._file.protect()
        return state

    def _written_back(self, state: State) -> tuple[bytes, ...]:
        """What was read must be writable, or the first change would be refused for what somebody else once wrote."""
        try:
            return self._text.pieces(state)
        except TypeError as error:
            raise BadFile(f"it can be read but not be written back: {error}") from None

    def _open_batch(self) -> Batch:
        if self._open is None:
            self._open = Batch(self._latest, self._latest.copy())
            self._latest = self._open.state
        return self._open

    def _settle(self, batch: Batch, leads: bool) -> None:
        """Who came first to the batch writes it; the others need no turn of their own to learn of it. Where the first
        is cut off before it has written, the next one finds it undone and does so."""
        if not leads:
            batch.looked_at.wait()
        try:
            if not batch.is_settled:
                self._write_in_turn(batch)
        finally:
            batch.looked_at.set()

    def _write_in_turn(self, batch: Batch) -> None:
        with self._writing:
            if not batch.is_settled:
                self._write(batch)

    def _write(self, batch: Batch) -> None:
        with self._turn:
            self._open = None  # from here on, changes gather for the next write
        try:
            commit = self._commit_of(batch)
            certain = not batch.changed or self._put_on_disk(commit)
        except OSError as error:
            self._say_if_it_writes(error)
            self._undo(batch, CannotSave())
        except Exception as error:
            self._undo(batch, error)
        else:
            self._committed = batch.state
            self._publish(commit)  # first, so that whoever was answered finds the change wherever they look
            batch.settle(None if certain else CannotSave(unsure=True))
        finally:
            if not batch.is_settled:  # cut off from outside
                self._undo(batch, CannotSave())

    def _commit_of(self, batch: Batch) -> Commit:
        visible = any(
            self._shown_of(self._committed, table, key) != self._shown_of(batch.state, table, key)
            for table in ("vms", "groups")
            for key in batch.touched[table]
        )
        batch.state.revision = self._committed.revision + visible
        return Commit(self._committed, batch.state, batch.touched, tuple(batch.events), visible)

    def _shown_of(self, state: State, table: str, key: Any) -> Any:
        record = getattr(state, table).get(key)
        return record and self._shown(record)

    def _put_on_disk(self, commit: Commit) -> bool:
        self._text.mark(commit.touched)
        pieces = self._text.pieces(commit.after)
        outcome = self._run_blocking(lambda: _attempt(self._file.replace, pieces))
        if isinstance(outcome, OSError):
            raise outcome
        self._say_if_it_writes(None if outcome else OSError("the folder cannot be synced"))
        return outcome

    def _undo(self, batch: Batch, error: Exception) -> None:
        """Back to what is on disk; changes that were built on the failed ones fail with them."""
        with self._turn:
            after, self._open, self._latest = self._open, None, self._committed
        for failed in filter(None, (batch, after)):
            self._text.mark(failed.touched)
            failed.settle(error)

    def _say_if_it_writes(self, error: OSError | None) -> None:
        """A disk that stays full is said once, and once more when it is over."""
        if error and not self._failing:
            log.error("changes to %s cannot be saved: %s", self.path, error)
        elif self._failing and not error:
            log.info("changes to %s can be saved again", self.path)
        self._failing = error is not None
        self._wrote_at = -math.inf if error else time.monotonic()

    def _publish(self, commit: Commit) -> None:
        for listener in self._listeners:
            try:
                listener(commit)
            except Exception:  # a listener's fault must not make a saved change look refused
                log.exception("a listener failed on revision %s", commit.after.revision)


def _attempt(call: Callable[..., Any], *args: Any) -> Any:
    """The outcome, or the disk's error as a value: a thread pool would print what is raised in it."""
    try:
        return call(*args)
    except OSError as error:
        return error


@dataclass(slots=True)
class Batch:
    """Changes that will be written together, and the state they are built on."""

    base: State
    state: State
    touched: dict[str, dict[Any, None]] = field(default_factory=lambda: {table: {} for table in TABLES})
    events: list[Any] = field(default_factory=list)
    has_leader: bool = False
    looked_at: threading.Event = field(default_factory=threading.Event)
    is_settled: bool = False
    error: Exception | None = None

    @property
    def changed(self) -> bool:
        return any(self.touched.values())

    def shows(self, committed: State) -> bool:
        """Whether there is nothing in it that is not on disk already."""
        return self.base is committed and not self.changed

    @property
    def in_force(self) -> bool:
        """Whether it is what readers see, once it is settled."""
        return self.error is None or (isinstance(self.error, CannotSave) and self.error.unsure)

    def lead(self) -> bool:
        """Whether nobody who waits for it came before."""
        leads, self.has_leader = not self.has_leader, True
        return leads

    def take(self, change: UnitOfWork) -> None:
        for table, keys in change.apply_to(self.state).items():
            if keys:
                self.touched[table].update(dict.fromkeys(keys))
        self.events.extend(change.events)

    def settle(self, error: Exception | None) -> None:
        self.error = error
        self.is_settled = True
        self.looked_at.set()
