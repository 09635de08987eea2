"""The history of a run: every call with its answer, every change that a socket received, every letter, every fault.

Times are seconds of this machine's monotonic clock. `Clock` says what the server's own clock may have shown then.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torture.acts_checker import Acts

OK, REFUSED, FAILED, UNKNOWN = "ok", "refused", "failed", "unknown"
CLOCK_SLACK = 0.05  # seconds by which the wall clock may be slewed against the monotonic one
FOREVER = 1e12
IN_FLIGHT_SECONDS = 10  # for which the database may go on with the commit of a node that has ended, or has given up


@dataclass(frozen=True)
class Operation:
    """One call about one machine, from its invocation to its completion.

    The outcome is `ok` or `refused` as the server answered, `failed` if it answered that nothing was done (503), and
    `unknown` if there was no answer. An `unknown` operation took effect between `invoked` and `completed`, or not at
    all. Its `completed` is the end of the server process that may have received it; of several nodes, the moment from
    which nobody can carry it out any more.
    """

    actor: str
    name: str
    vm: str
    invoked: float
    completed: float
    outcome: str = OK
    arguments: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = {key: value for key, value in self.answer.items() if value and key not in ("error", "id")}
        times = f"[{self.invoked:.3f}, {self.completed:.3f}]"
        return f"{times} {self.actor} {self.name} {self.arguments}: {self.outcome} {shown}"


@dataclass(frozen=True)
class BoardRead:
    """The whole board at one revision, as `GET /vms` returned it to `reader`.

    `is_fresh`: it must be that of a moment of the call. Of several nodes, one that answers a browser may be behind.
    """

    invoked: float
    completed: float
    revision: int
    vms: dict[str, dict]
    groups: list[dict] = field(default_factory=list)
    reader: str = "reader"
    is_fresh: bool = True


@dataclass(frozen=True)
class ReceivedLetter:
    """One distinct letter, which the SMTP server accepted at `received`.

    `created` is the Date header of the letter, in seconds of the server's clock.
    """

    id: str
    kind: str
    vm: str
    to: str
    created: int
    received: float = FOREVER


class Clock:
    """A range of times that holds the time of the server's clock, in milliseconds since 1970."""

    def __init__(self, ahead: float = 0.0) -> None:
        """`ahead`: how far the wall clock is ahead of the monotonic one, in seconds."""
        self._ahead = ahead
        self._jumps: list[tuple[float, float, float]] = [(-FOREVER, -FOREVER, 0.0)]
        self._spans: dict[tuple[float, float], tuple[int, int]] = {}

    def jumped(self, before: float, after: float, offset: float) -> None:
        """Note that between these two times the clock jumped to `offset` seconds ahead of the wall clock."""
        self._jumps.append((before, after, offset))
        self._spans.clear()

    def span(self, start: float, end: float) -> tuple[int, int]:
        """Return the least and the most that the clock can have shown between two times."""
        known = self._spans.get((start, end))
        if known is None:
            offsets = self._offsets(start, end)
            low = start + self._ahead + min(offsets) - CLOCK_SLACK
            high = end + self._ahead + max(offsets) + CLOCK_SLACK
            known = self._spans[start, end] = (int(low * 1000), int(high * 1000) + 1)
        return known

    def times_showing(self, low: float, high: float) -> list[tuple[float, float]]:
        """Return the time spans in which the clock can have shown something between these two seconds since 1970."""
        until = [after for _, after, _ in self._jumps[1:]] + [FOREVER]
        shown = [
            (
                max(before, low - self._ahead - offset - CLOCK_SLACK),
                min(end, high - self._ahead - offset + CLOCK_SLACK),
            )
            for (before, _, offset), end in zip(self._jumps, until, strict=True)
        ]
        return [(start, end) for start, end in shown if start <= end]

    def _offsets(self, start: float, end: float) -> list[float]:
        until = [after for _, after, _ in self._jumps[1:]] + [FOREVER]
        return [
            offset
            for (before, _, offset), last in zip(self._jumps, until, strict=True)
            if before <= end and last >= start
        ]


class History:
    """Collects everything that happens in a run, from many threads. `faults` are only for people to read."""

    def __init__(self, several_nodes: bool = False) -> None:
        self.several_nodes = several_nodes
        self.started = time.monotonic()
        self.clock = Clock(time.time() - time.monotonic())
        self.operations: list[Operation] = []
        self.board_reads: list[BoardRead] = []
        self.changes: dict[int, dict] = {}
        self.change_times: dict[int, float] = {}
        self.letters: list[ReceivedLetter] = []
        self.copies: dict[str, list[float]] = {}  # when the SMTP server has taken the letter of an id
        self.lines: dict[str, list[dict]] = {}  # of people's own histories, in the end
        self.acts: Acts | None = None  # of LoadZone's own history, in the end
        self.server_ends: list[float] = []
        self.faults: list[tuple[float, str]] = []
        self.anomalies: list[str] = []
        self._lock = threading.Lock()

    def add_operation(self, operation: Operation) -> None:
        with self._lock:
            self.operations.append(operation)

    def add_board_read(self, invoked: float, state: dict, reader: str = "reader", is_fresh: bool = True) -> None:
        views = {vm["id"]: vm for vm in state["vms"]}
        now, revision, groups = time.monotonic(), state["revision"], state["groups"]
        if any("held_for" not in view for view in views.values()):
            self.add_anomaly(f"{reader} was shown revision {revision} as a visitor")
            return
        with self._lock:
            self.board_reads.append(BoardRead(invoked, now, revision, views, groups, reader, is_fresh))

    def add_change(self, change: dict) -> None:
        """Add a `change` event that a socket received; two different ones of the same revision are an anomaly.

        Several nodes send it at different times, and its machines in any order.
        """
        if change.get("all"):  # it says that everything may have changed, and not what
            return
        if any("held_for" not in view for view in change["vms"]):
            self.add_anomaly(f"a socket was told of revision {change['revision']} as a visitor")
            return
        vms = sorted(change["vms"], key=lambda vm: vm["id"])
        change = {name: value for name, value in change.items() if name != "now"} | {"vms": vms}
        with self._lock:
            self.change_times.setdefault(change["revision"], time.monotonic())
            if self.changes.setdefault(change["revision"], change) != change:
                self.anomalies.append(f"two changes of one revision: {self.changes[change['revision']]} and {change}")

    def add_anomaly(self, sentence: str) -> None:
        """Add something that no server should ever do, noticed during the run."""
        with self._lock:
            self.anomalies.append(sentence)

    def add_fault(self, name: str) -> None:
        with self._lock:
            self.faults.append((time.monotonic(), name))

    def add_server_end(self) -> None:
        """Note that the server process has ended: a call that it has not answered took effect before now, or never."""
        with self._lock:
            self.server_ends.append(time.monotonic())

    @property
    def fresh_reads(self) -> list[BoardRead]:
        return [read for read in self.board_reads if read.is_fresh]

    def operations_to_check(self) -> list[Operation]:
        """Return all calls that may have had an effect and, for each machine, all fresh reads of it.

        A call without an answer completes at the end of the server process.
        """
        with self._lock:
            calls = [self._completed(operation) for operation in self.operations if operation.outcome != FAILED]
            reads = [
                Operation("reader", "read", vm_id, read.invoked, read.completed, answer=view)
                for read in self.fresh_reads
                for vm_id, view in read.vms.items()
            ]
        return calls + reads

    def _completed(self, op: Operation) -> Operation:
        if op.outcome != UNKNOWN:
            return op
        if self.several_nodes:
            end = op.completed + IN_FLIGHT_SECONDS
        else:
            end = next((end for end in self.server_ends if end >= op.invoked), FOREVER)
        return Operation(op.actor, op.name, op.vm, op.invoked, end, UNKNOWN, op.arguments)
