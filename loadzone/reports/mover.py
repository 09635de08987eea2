"""The mover: brings the lines of the history, which wait with the data, into the history's own database.

A line is in the commit that it tells of. Afterwards it is moved, and leaves with a later commit. After a crash in
between it is moved once more, which the database notices by its key. Of several processes the leader does so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import CannotSave, Commit
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.leadership import Leadership, SoleProcess
from loadzone.domain.store import Store
from loadzone.lib.times import steady_seconds
from loadzone.reports.history_database import HistoryAway, HistoryDatabase
from loadzone.reports.moving_health import MovingHealth, Waiting
from loadzone.reports.schema import UnusableHistory
from loadzone.rules import moving

log = logging.getLogger("loadzone.history")

GATHER = 0.5  # seconds in which lines gather, so that they share a transaction
AT_ONCE = 1000  # lines of a transaction: some tens of milliseconds
LET_GO_AT = 2000  # moved lines that are still with the data, from which on they leave with a commit of their own
LET_GO_AFTER = 30.0  # seconds after which they do so, however few
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0  # seconds between two tries
LONG = timedelta(minutes=2)  # later than the leader lets moved lines go; those that wait longer are not moved
LAST_LINES = 3.0  # seconds at the end for the transaction under way


class Mover:
    """Follows the commits of `store`. `start` begins its worker; `move` makes one round.

    `moved` is the number up to which the lines have been moved, of those that this process has moved.
    """

    def __init__(
        self,
        database: HistoryDatabase,
        store: Store,
        bus: CommandBus,
        clock: Callable[[], datetime],
        leadership: Leadership | None = None,
        timer: Callable[[], float] = steady_seconds,
    ) -> None:
        self._database, self._store, self._bus = database, store, bus
        self._leadership = leadership or SoleProcess()
        self._clock = clock
        self._health = MovingHealth(database.place, clock)
        self._timer = timer
        self._lineage = object()  # another one after commits were lost, whose numbers come again
        self._moved = 0
        self._is_compared = False
        self._let_go_at = timer()
        self._pause = 0.0
        self._news, self._stopping = threading.Event(), threading.Event()
        self._worker = threading.Thread(target=self._work, name="mover of the history", daemon=True)
        self._leadership.when_begun(self._begin_to_lead)
        store.subscribe(self._follow)

    @property
    def moved(self) -> int:
        """The number up to which lines need not wait any more."""
        return self._moved

    @property
    def trouble(self) -> Waiting | None:
        """The lines that wait since the history cannot be kept; None while all is well.

        Where another process moves them, this one tells by how long they wait.
        """
        history = self._store.snapshot.history
        first = next((line for line in history.values() if line.id > self._moved), None)
        if self._leadership.leads:
            since = self._health.since
        else:
            since = first.at if first and self._clock() - first.at > LONG else None
        return Waiting(since, sum(1 for number in history if number > self._moved)) if since else None

    def start(self) -> None:
        """Begin. Where this process leads already, numbers are compared before anybody changes anything."""
        if self._leadership.leads:
            self._try(self._compare)
        self._news.set()
        self._worker.start()

    def stop(self) -> None:
        """Move what has come last, and end."""
        self._stopping.set()
        self._news.set()
        if self._worker.is_alive():
            self._worker.join(LAST_LINES)
        if not self._worker.is_alive():
            self._database.close()

    def move(self) -> None:
        """Move all that waits, and have it leave where much of it still does. Failures are noted, and tried again."""
        if self._leadership.leads and self._try(self._compare) and self._try(self._move_all):
            self._health.succeeded()
            self._try(self._let_go)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._news.wait(LET_GO_AFTER if self._still_there() else None)
            self._stopping.wait(self._pause or GATHER)
            self._news.clear()
            self.move()
            if self._pause:
                self._news.set()
        self.move()

    def _try(self, work: Callable[[], None]) -> bool:
        """Tell whether it could be done. If not, the pauses between tries grow."""
        try:
            work()
        except (HistoryAway, UnusableHistory) as error:
            self._health.failed(str(error))
        except CannotSave:  # which the store logs
            pass
        except Exception:
            log.exception("the mover of the history failed")
            self._health.failed("the log says more")
        else:
            self._pause = 0.0
            return True
        self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
        return False

    def _begin_to_lead(self) -> None:
        self._is_compared = False
        self._news.set()

    def _follow(self, commit: Commit) -> None:
        if commit.anew:  # its numbers may be others than those that were moved
            self._lineage, self._moved, self._is_compared = object(), 0, False
        if (commit.touched.history or commit.anew) and self._leadership.leads:
            self._news.set()

    def _compare(self) -> None:
        """Go on after the numbers of the history, where it knows of later ones than the data do. Raises HistoryAway."""
        if self._is_compared:
            return
        greatest = self._database.greatest()
        if greatest.number > self._store.snapshot.last_number:
            self._bus.run(moving.go_on_after, greatest.number, greatest.epoch)
        self._is_compared = True

    def _move_all(self) -> None:
        while lines := self._waiting():
            lineage = self._lineage
            greatest = self._database.append(lines)
            if self._lineage is not lineage:
                return
            self._moved = lines[-1].id
            if greatest > self._store.snapshot.last_number:
                self._is_compared = False
                self._compare()
            if self._still_there() >= LET_GO_AT:  # so that the next act needs not let go of a hundred thousand
                self._bus.run(moving.let_go)

    def _waiting(self) -> list[HistoryLine]:
        waiting = (line for line in self._store.snapshot.history.values() if line.id > self._moved)
        return list(islice(waiting, AT_ONCE))

    def _let_go(self) -> None:
        """Have the moved lines leave with a commit of their own, where no other one comes."""
        there = self._still_there()
        if not there:
            self._let_go_at = self._timer()
        elif self._timer() - self._let_go_at >= LET_GO_AFTER:
            self._bus.run(moving.let_go)
            self._let_go_at = self._timer()

    def _still_there(self) -> int:
        """Return the number of moved lines that are still with the data, counted up to LET_GO_AT."""
        first = islice(self._store.snapshot.history, LET_GO_AT)
        return sum(1 for number in first if number <= self._moved)
