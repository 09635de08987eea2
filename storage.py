"""The store: all state in memory over one JSON file, with durable writes that commit together.

One unit of work runs at a time. Those that finish while the file is being written are committed together by the next
write (group commit). Readers take the last committed snapshot and never wait.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from loadzone.datafile.reader import read_state
from loadzone.datafile.typed_object import BadFile
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.commit import CannotSave, Commit, Touched
from loadzone.domain.events import Event
from loadzone.domain.records import Group, Place, State, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.atomic_file import DurableFile
from loadzone.lib.concurrency import RunBlocking, os_error_of, run_here
from loadzone.lib.owners import with_owner

log = logging.getLogger("loadzone.storage")


class JsonStore:
    """The locked JSON file, as a Store (domain/store.py).

    `shown(record)` returns what readers of the board see of a machine or group; where that changes, the revision
    counts. `run_blocking(call)` runs a blocking call, beside the green threads where there are any.
    Raises FileInUse, FileNotFoundError (no such folder) and BadFile (what is wrong with it, and where).
    """

    def __init__(
        self,
        path: Path,
        starter: bytes = b"{}",
        shown: Callable[[Place], object] = lambda record: record,
        run_blocking: RunBlocking = run_here,
    ) -> None:
        self._file = DurableFile(path)
        self._shown = shown
        self._run_blocking = run_blocking
        self._encoder = StateEncoder()
        self._listeners: list[Callable[[Commit], None]] = []
        self._turn = threading.Lock()  # one unit of work at a time
        self._writing = threading.Lock()  # one write at a time
        self._checking = threading.Lock()  # one trial write at a time
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
        """Where the file is."""
        return self._file.path

    @property
    def snapshot(self) -> State:
        """The last committed state. It never changes; the next commit brings another."""
        return self._committed

    @property
    def is_failing(self) -> bool:
        """True if the last write failed, and so did each trial since then."""
        return self._failing

    def subscribe(self, listener: Callable[[Commit], None]) -> None:
        """Call `listener` with every commit, in order. It must be quick and must not change the store."""
        self._listeners.append(listener)

    @contextmanager
    def transaction(self, open_unit: Callable[[State], UnitOfWork]) -> Iterator[UnitOfWork]:
        """Open a unit of work, and commit it at the end of the block.

        Leaving the block returns once the change is on disk. An exception in the block leaves nothing behind. It
        too, such as a refusal, is raised only after the state it refers to is on disk; if that fails, CannotSave is
        raised in its place.
        """
        raised = None
        with self._turn:
            batch = self._open_batch()
            uow = open_unit(batch.state)
            try:
                yield uow
            except Exception as error:
                if batch.is_on_disk(self._committed):
                    raise
                raised = error
            else:
                batch.take(uow)
            leads = batch.lead()
        self._settle(batch, leads)
        if raised and batch.in_force:
            raise raised
        if batch.error:
            raise batch.error

    def check(self) -> None:
        """Raise CannotSave unless a write would succeed now, or one did within the last second.

        However many callers ask, one of them writes, and the other writers wait for one trial at most.
        """
        with self._checking:
            if time.monotonic() - self._wrote_at < 1:
                return
            with self._writing:
                error = self._run_blocking(lambda: os_error_of(self._file.try_writing))
                self._log_whether_it_writes(error)
            if error:
                raise CannotSave from error

    def close(self) -> None:
        """Wait for the write under way, then release the file."""
        with self._writing:
            self._file.close()

    def _load(self, starter: bytes) -> State:
        is_new = not self._file.exists()
        state, repaired = read_state(starter if is_new else self._file.read())
        for sentence in repaired:
            log.warning("%s: %s", self.path.name, sentence)
        self._encoder.mark_all(state)
        chunks = self._encoded(state)
        if is_new:
            self._file.replace(chunks)
        self._file.protect()
        return state

    def _encoded(self, state: State) -> tuple[bytes, ...]:
        """Encode what was read, so that the first change is not refused for what somebody else once wrote."""
        try:
            return self._encoder.chunks(state)
        except TypeError as error:
            raise BadFile(f"it can be read but not be written back: {error}") from None

    def _open_batch(self) -> Batch:
        if self._open is None:
            self._open = Batch(self._latest, self._latest.copy())
            self._latest = self._open.state
        return self._open

    def _settle(self, batch: Batch, leads: bool) -> None:
        """Return once the batch is settled. The first in a batch writes it; the others wait for that.

        If the first is cut off before it has written, the next one finds the batch unsettled and writes it.
        """
        if not leads:
            batch.was_led.wait()
        try:
            if not batch.is_settled:
                self._write_in_turn(batch)
        finally:
            batch.was_led.set()

    def _write_in_turn(self, batch: Batch) -> None:
        with self._writing:
            if not batch.is_settled:
                self._write(batch)

    def _write(self, batch: Batch) -> None:
        with self._turn:
            self._open = None  # from here on, changes gather for the next write
        try:
            commit = self._commit_of(batch)
            is_certain = not batch.touched or self._put_on_disk(commit)
        except OSError as error:
            self._log_whether_it_writes(error)
            self._undo(batch, CannotSave())
        except Exception as error:
            self._undo(batch, error)
        else:
            self._committed = batch.state
            self._publish(commit)  # first, so that whoever is answered finds the change wherever they look
            batch.settle(None if is_certain else CannotSave(unsure=True))
        finally:
            if not batch.is_settled:  # cut off from outside
                self._undo(batch, CannotSave())

    def _commit_of(self, batch: Batch) -> Commit:
        before, after, touched = self._committed, batch.state, batch.touched
        is_visible = any(self._differs(before.vms.get(key), after.vms.get(key)) for key in touched.vms) or any(
            self._differs(before.groups.get(key), after.groups.get(key)) for key in touched.groups
        )
        after.revision = before.revision + is_visible
        return Commit(before, after, touched, tuple(batch.events), is_visible)

    def _differs(self, before: Vm | Group | None, after: Vm | Group | None) -> bool:
        return (before and self._shown(before)) != (after and self._shown(after))

    def _put_on_disk(self, commit: Commit) -> bool:
        """Tell whether the change is certain to survive a power cut. Raises OSError where it was not written."""
        self._encoder.mark(commit.touched)
        chunks = self._encoder.chunks(commit.after)
        outcome = self._run_blocking(lambda: _outcome_of(lambda: self._file.replace(chunks)))
        if isinstance(outcome, OSError):
            raise outcome
        self._log_whether_it_writes(None if outcome else OSError("the folder cannot be synced"))
        return outcome

    def _undo(self, batch: Batch, error: Exception) -> None:
        """Go back to what is on disk. Changes that were built on the failed ones fail with them."""
        with self._turn:
            after, self._open, self._latest = self._open, None, self._committed
        for failed in filter(None, (batch, after)):
            self._encoder.mark(failed.touched)
            failed.settle(error)

    def _log_whether_it_writes(self, error: OSError | None) -> None:
        """Log that the disk fails once, and once more when it works again."""
        if error and not self._failing:
            log.error("changes to %s cannot be saved: %s", self.path, with_owner(error))
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


def _outcome_of(call: Callable[[], bool]) -> bool | OSError:
    """Return the disk's error as a value: a thread pool would print the traceback of what is raised in it."""
    try:
        return call()
    except OSError as error:
        return error


@dataclass(slots=True)
class Batch:
    """Changes that are written together, and the state they are built on."""

    base: State
    state: State
    touched: Touched = field(default_factory=Touched)
    events: list[Event] = field(default_factory=list)
    has_leader: bool = False
    was_led: threading.Event = field(default_factory=threading.Event)
    is_settled: bool = False
    error: Exception | None = None

    def is_on_disk(self, committed: State) -> bool:
        """Tell whether everything in it is on disk already."""
        return self.base is committed and not self.touched

    @property
    def in_force(self) -> bool:
        """True if readers see it, once it is settled."""
        return self.error is None or (isinstance(self.error, CannotSave) and self.error.unsure)

    def lead(self) -> bool:
        """Tell whether the caller is the first to wait for it, and so the one that writes it."""
        leads, self.has_leader = not self.has_leader, True
        return leads

    def take(self, uow: UnitOfWork) -> None:
        """Add the changes and events of a unit of work."""
        self.touched.add(uow.apply_to(self.state))
        self.events.extend(uow.events)

    def settle(self, error: Exception | None) -> None:
        """Note the outcome and wake whoever waits for it."""
        self.error = error
        self.is_settled = True
        self.was_led.set()
