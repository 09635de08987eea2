"""The store: all state in memory, over what makes it durable (domain/durable.py). Changes commit together.

One unit of work runs at a time. Those that come while a commit is being written are committed together by the next
write (group commit). Readers take the last committed snapshot and never wait.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from loadzone.domain.batch import Batch, Call
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.durable import Durable, MissedCommit, TurnLost
from loadzone.domain.records import Group, Place, State, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.progress import Progress

log = logging.getLogger("loadzone.storage")
T = TypeVar("T")

# Seconds in which a commit of another node has come, but for one in thousands. Only then it is asked for.
USUAL_LAG = 0.05


class DurableStore:
    """The Store (domain/store.py) over a Durable: the JSON file or a database. It closes what it is given.

    `shown(record)` returns what readers of the board see of a machine or group; where that changes, the revision
    counts. Raises what `durable.load()` raises.
    """

    def __init__(self, durable: Durable, shown: Callable[[Place], object] = lambda record: record) -> None:
        self._durable = durable
        self._shown = shown
        self._listeners: list[Callable[[Commit], None]] = []
        self._turn = threading.Lock()  # one unit of work at a time
        self._writing = threading.Lock()  # one write at a time
        self._checking = threading.Lock()  # one trial write at a time
        self._open: Batch | None = None
        self._failing = False
        self._wrote_at = -math.inf
        try:
            self._committed = self._latest = durable.load()
        except BaseException:
            durable.close()
            raise
        self._progress = Progress(durable.sequence)
        durable.follow(self.catch_up)

    @property
    def place(self) -> str:
        """Where the state is kept, for people."""
        return self._durable.place

    @property
    def snapshot(self) -> State:
        """The last committed state. It never changes; the next commit brings another."""
        return self._committed

    @property
    def sequence(self) -> int:
        """The number of the last commit whose effects all readers see, in what it is kept in."""
        return self._progress.reached

    @property
    def is_failing(self) -> bool:
        """True if the last write failed, and so did each trial since then."""
        return self._failing

    def subscribe(self, listener: Callable[[Commit], None]) -> None:
        """Call `listener` with every commit, in order. It must be quick and must not change the store."""
        self._listeners.append(listener)

    def do(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in a unit of work on the latest state, and return its result once the change is durable.

        An exception in it, such as a refusal, leaves nothing behind. It too is raised only after the state it refers to
        is durable; if that fails, CannotSave is raised in its place.
        """
        call = Call(open_unit, work)
        with self._turn:
            batch = self._open_batch()
            if not self._durable.runs_early:
                batch.waiting.append(call)
            else:
                batch.run(call)
                if call.refusal and batch.is_durable(self._committed):
                    raise call.refusal
            writes = batch.take_on()
        self._settle(batch, writes)
        if call.refusal and batch.in_force:
            raise call.refusal
        if batch.error:
            raise batch.error
        return call.result

    def check(self) -> None:
        """Raise CannotSave unless a write would succeed now, or one did within the last second.

        However many callers ask, one of them writes, and the other writers wait for one trial at most.
        """
        with self._checking:
            if time.monotonic() - self._wrote_at < 1:
                return
            with self._writing:
                try:
                    self._durable.check()
                except CannotSave as error:
                    self._log_whether_it_writes(error)
                    raise
                self._log_whether_it_writes(None)

    def catch_up(self) -> None:
        """Take over what others have written. Raises CannotSave."""
        with self._writing:
            self._take_over(self._durable.missed)

    def wait_for(self, sequence: int, seconds: float) -> bool:
        """Wait until readers see this commit; not for one that does not exist. Tell whether they do."""
        return self._progress.wait_for(sequence, min(seconds, USUAL_LAG)) or self._wait_for_latest(seconds, sequence)

    def wait_for_latest(self, seconds: float) -> bool:
        """Wait until readers see all that has been committed by now, by whomever. Tell whether they do."""
        return self._wait_for_latest(seconds)

    def close(self) -> None:
        """Wait for the write under way, then release what is underneath."""
        with self._writing:
            self._durable.close()

    def _wait_for_latest(self, seconds: float, at_most: float = math.inf) -> bool:
        until = time.monotonic() + seconds
        latest = self._durable.latest(seconds)
        return latest is not None and self._progress.wait_for(min(latest, at_most), until - time.monotonic())

    def _open_batch(self) -> Batch:
        if self._open is None:
            self._open = Batch(self._latest)
            if self._durable.runs_early:
                self._latest = self._open.begin(self._latest)
        return self._open

    def _close_batch(self, batch: Batch) -> None:
        """Let changes gather for the next write. Not before the turn: what arrives while it is waited for comes too."""
        with self._turn:
            if self._open is batch:
                self._open = None

    def _settle(self, batch: Batch, writes: bool) -> None:
        """Return once the batch is settled. The first in a batch writes it; the others wait for that.

        If the first is cut off before it has written, the next one finds the batch unsettled and writes it.
        """
        if not writes:
            batch.has_ended.wait()
        try:
            if not batch.is_settled:
                self._write_in_turn(batch)
        finally:
            batch.has_ended.set()

    def _write_in_turn(self, batch: Batch) -> None:
        with self._writing:
            if not batch.is_settled:
                self._write(batch)

    def _write(self, batch: Batch) -> None:
        try:
            while not self._commit(batch):
                pass
        except CannotSave as error:
            self._log_whether_it_writes(error)
            self._undo(batch, error)
        except Exception as error:
            self._undo(batch, error)
        finally:
            if not batch.is_settled:  # cut off from outside
                self._undo(batch, CannotSave())

    def _commit(self, batch: Batch) -> bool:
        """Make the batch durable and publish it. Tell whether that could be done in this turn, which may be lost."""
        try:
            with self._durable.turn() as turn:
                self._take_over(turn.missed)
                self._close_batch(batch)
                if not self._durable.runs_early:
                    batch.run_waiting(self._committed, turn.keep)
                commit = self._commit_of(batch)
                doubt = turn.put(commit) if commit else None
        except TurnLost:
            return False
        self._committed = batch.state
        if commit:
            self._log_whether_it_writes(doubt)
            # First, so that whoever is answered finds the change wherever they look.
            self._publish(replace(commit, sequence=self._durable.sequence))
        batch.settle(doubt, in_force=True)
        batch.state.gather()  # now, when no other node waits for the turn
        return True

    def _take_over(self, missed: Iterable[MissedCommit]) -> None:
        for other in missed:
            commit = other.commit_on(self._committed)
            self._committed = commit.after
            self._publish(replace(commit, sequence=self._durable.sequence, is_own=False))

    def _commit_of(self, batch: Batch) -> Commit | None:
        """Return the commit of the batch; None if there is nothing to write and nothing to tell."""
        if not batch.touched and not batch.events:
            return None
        before, after, touched = self._committed, batch.state, batch.touched
        is_visible = any(self._differs(before.vms.get(key), after.vms.get(key)) for key in touched.vms) or any(
            self._differs(before.groups.get(key), after.groups.get(key)) for key in touched.groups
        )
        after.revision = before.revision + is_visible
        return Commit(before, after, touched, tuple(batch.events), is_visible)

    def _differs(self, before: Vm | Group | None, after: Vm | Group | None) -> bool:
        return (before and self._shown(before)) != (after and self._shown(after))

    def _undo(self, batch: Batch, error: Exception) -> None:
        """Go back to what is durable. Changes that were built on the failed ones fail with them."""
        self._close_batch(batch)
        failed = [batch]
        if self._durable.runs_early:
            with self._turn:
                failed += filter(None, [self._open])
                self._open, self._latest = None, self._committed
        for one in failed:
            one.settle(error, in_force=False)

    def _log_whether_it_writes(self, error: CannotSave | None) -> None:
        """Log that writing fails once, and once more when it works again."""
        if error and not self._failing:
            log.error("changes to %s cannot be saved: %s", self.place, error.why)
        elif self._failing and not error:
            log.info("changes to %s can be saved again", self.place)
        self._failing = error is not None
        self._wrote_at = -math.inf if error else time.monotonic()

    def _publish(self, commit: Commit) -> None:
        for listener in self._listeners:
            try:
                listener(commit)
            except Exception:  # a listener's fault must not make a saved change look refused
                log.exception("a listener failed on revision %s", commit.after.revision)
        self._progress.set(commit.sequence)
