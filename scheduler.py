"""Time: wakes at the next deadline, sweeps once a minute, cleans the histories every hour.

The data says what ends when; the heap here only knows when to look. Of several processes only the leader does so.
"""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.hearing import AlwaysHearing, Hearing
from loadzone.domain.leadership import Leadership, SoleProcess
from loadzone.domain.limits import Limits
from loadzone.domain.records import Vm
from loadzone.domain.store import Store
from loadzone.rules import beginning, deletions, expiry, history, people, queue, sessions, tokens
from loadzone.server.clock_safe_scheduler import ClockSafeScheduler

log = logging.getLogger("loadzone.scheduler")

SWEEP_SECONDS = 60
CLEAN_UP_SECONDS = 3600
RETRY_SECONDS = (1, 10)  # the first pause while the file cannot be written, and the longest


class Scheduler:
    """Runs the commands that time brings, while this process leads.

    `start` begins the timers; `tick` does at once what is due, `at_once` machines in one command.
    """

    def __init__(
        self,
        store: Store,
        bus: CommandBus,
        limits: Limits,
        clock: Callable[[], datetime],
        hearing: Hearing | None = None,
        leadership: Leadership | None = None,
        at_once: int | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._limits = limits
        self._clock = clock
        self._hearing = hearing or AlwaysHearing()
        self._leadership = leadership or SoleProcess()
        self._at_once = at_once
        self._heap: list[tuple[datetime, str]] = []  # deadlines, with machine ids
        self._heap_lock = threading.Lock()
        self._ticking = threading.Lock()
        self._armed: datetime | None = None
        self._pause = 0
        self._listens = True
        self._looked_at = clock()
        self._timers = ClockSafeScheduler(timezone=timezone.utc)
        self._collect()
        store.subscribe(self._follow)
        self._leadership.when_begun(self._begin_to_lead)

    def catch_up(self) -> None:
        """Before the first answer, or when the leader before is gone: release what ended meanwhile, and so on."""
        self._begin_history()
        self._listens = self._hearing.outlasts_process
        self.sweep()
        self.clean_up()

    def start(self) -> None:
        """Begin the timers."""
        self.every(self.clean_up, CLEAN_UP_SECONDS)
        self.every(self._begin_history, SWEEP_SECONDS)  # if it could not be saved yet
        self.every(self.sweep, SWEEP_SECONDS)
        self._timers.start()
        self._arm()

    def stop(self) -> None:
        """End the timers."""
        if self._timers.running:
            self._timers.shutdown(wait=False)

    def tick(self) -> None:
        """Release and remind whatever is due by now, then sleep until the next deadline."""
        self._listen_again()
        with self._ticking:
            while self._leadership.leads and (due := self._pop_due()):
                self._settle(due)
        self._arm()

    def sweep(self) -> None:
        """Look at everything, whatever the heap says: the safety net."""
        if self._store.is_failing:
            self._attempt(self._store.check)  # nobody may write for long, and until then no job goes silent
        if not self._leadership.leads:
            self._looked_at = max(self._looked_at, self._clock() - 2 * timedelta(seconds=SWEEP_SECONDS))
            return
        self._listen_again()
        self._attempt(lambda: self._bus.run(people.end_disallowed))
        self._attempt(lambda: self._bus.run(sessions.end_trusted))
        self._attempt(lambda: self._bus.run(expiry.set_right))
        self._attempt(lambda: self._bus.run(queue.forget_silent))
        self._cut_expired()
        self._attempt(lambda: self._bus.run(tokens.remind))
        self._attempt(lambda: self._bus.run(tokens.note_expired))
        self._collect()
        self.tick()

    def clean_up(self) -> None:
        """Clean the histories, and forget deletions that cannot be undone any more."""
        if not self._leadership.leads:
            return
        self._attempt(lambda: self._bus.run(history.clean_up))
        self._attempt(lambda: self._bus.run(deletions.forget_old))

    def every(self, work: Callable[[], None], seconds: float) -> None:
        """Run this again and again, once the timers have begun."""
        self._timers.every(work, seconds)

    @property
    def next_deadline(self) -> datetime | None:
        """The earliest time at which something is due; None: nothing is."""
        with self._heap_lock:
            return self._heap[0][0] if self._heap else None

    def _begin_history(self) -> None:
        """Begin the history if nobody has, before anything else is changed. Each process does, whichever leads."""
        if not self._store.snapshot.epoch:
            self._attempt(lambda: self._bus.run(beginning.begin))

    def _begin_to_lead(self) -> None:
        """Do at once what the leader before has left; the timers do it, once they have begun."""
        self._timers.add_job(self._take_over, id="take over", replace_existing=True, misfire_grace_time=None)

    def _take_over(self) -> None:
        self._listens = self._hearing.outlasts_process
        self._collect()  # it was not kept: as long as another process led, nobody took anything out of it
        self.tick()
        self.catch_up()

    def _listen_again(self) -> None:
        """Once, as soon as it can be saved: forget how long jobs were silent while the server was down."""
        if not self._listens and self._leadership.leads:
            self._listens = self._attempt(lambda: self._bus.run(expiry.listen_again))

    def _cut_expired(self) -> None:
        """Tell which tokens and sessions ran out since the last look, however long ago that was."""
        since, self._looked_at = self._looked_at, self._clock()
        self._attempt(lambda: self._bus.run(tokens.cut_expired, since))
        self._attempt(lambda: self._bus.run(sessions.cut_expired, since))

    def _settle(self, vm_ids: list[str]) -> None:
        is_done = self._attempt(lambda: self._bus.run(expiry.settle, vm_ids))
        later = None if is_done else self._clock() + timedelta(seconds=self._pause)
        for vm in filter(None, map(self._store.snapshot.vms.get, vm_ids)):
            self._watch(vm, later)

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Tell whether it could be done. While it cannot be saved, which the store logs, the pauses between tries grow.

        What fails in another way is logged, and keeps nothing else from being done.
        """
        first, longest = RETRY_SECONDS
        try:
            work()
        except Exception as error:
            if not isinstance(error, CannotSave):
                log.exception("work of the timers failed")
            self._pause = min(2 * self._pause, longest) if self._pause else first
            return False
        self._pause = 0
        return True

    def _follow(self, commit: Commit) -> None:
        if not self._leadership.leads:
            return
        for vm_id in commit.touched.vms:
            vm = commit.after.vms.get(vm_id)
            if vm is not None:
                self._watch(vm)
        self._arm()

    def _collect(self) -> None:
        """Build the heap anew from the data."""
        deadlines = [(self._deadline_of(vm), vm.id) for vm in self._store.snapshot.vms.values()]
        with self._heap_lock:
            self._heap = [(moment, vm_id) for moment, vm_id in deadlines if moment]
            heapq.heapify(self._heap)

    def _watch(self, vm: Vm, not_before: datetime | None = None) -> None:
        moment = self._deadline_of(vm)
        if moment:
            with self._heap_lock:
                heapq.heappush(self._heap, (max(moment, not_before or moment), vm.id))

    def _deadline_of(self, vm: Vm) -> datetime | None:
        return expiry.next_deadline(vm, self._limits, self._hearing, self._clock())

    def _pop_due(self) -> list[str]:
        """Return machines whose deadline has come. One that was renewed is in the heap again, for later."""
        now = self._clock()
        due: dict[str, None] = {}
        with self._heap_lock:
            while self._heap and self._heap[0][0] <= now and len(due) != self._at_once:
                due[heapq.heappop(self._heap)[1]] = None
        return list(due)

    def _arm(self) -> None:
        """Set the timer to the next deadline, unless it is set to that already or `tick` will do so."""
        deadline = self.next_deadline
        if not self._timers.running or self._ticking.locked() or deadline is None or deadline == self._armed:
            return
        if not self._leadership.leads:
            return
        self._armed = deadline
        delay = max(deadline - self._clock(), timedelta(0))
        self._timers.add_job(
            self._wake,
            "date",
            run_date=datetime.now(timezone.utc) + delay,
            id="deadline",
            replace_existing=True,
            misfire_grace_time=None,
            max_instances=2,  # the next deadline may come while this one is being worked on
        )

    def _wake(self) -> None:
        self._armed = None
        self.tick()
