"""What is written down while the server is tortured: every call and its answer, every change heard, every letter.

Times are seconds of the monotonic clock of this machine; `Clock` says what the server's own clock may have shown then.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

OK, REFUSED, FAILED, UNKNOWN = "ok", "refused", "failed", "unknown"
SLACK = 0.05  # the wall clock may be slewed against the monotonic one
FOREVER = 1e12


@dataclass(frozen=True)
class Op:
    """One call about one machine, from its invocation to its completion.

    `ok` and `refused` were answered so, `failed` promised that nothing happened (503). `unknown` had no answer: it
    happened between `begun` and `ended` or not at all, where `ended` is the death of the server that may have heard it.
    """

    who: str
    name: str
    vm: str
    begun: float
    ended: float
    outcome: str = OK
    asked: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        said = {key: value for key, value in self.answer.items() if value and key not in ("error", "id")}
        return f"[{self.begun:.3f}, {self.ended:.3f}] {self.who} {self.name} {self.asked}: {self.outcome} {said}"


@dataclass(frozen=True)
class Seen:
    """The whole board at a revision, as `GET /vms` showed it."""

    begun: float
    ended: float
    revision: int
    vms: dict[str, dict]
    groups: list[dict] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """One distinct letter that the SMTP server took at that moment; `created` is its Date, in seconds of the server's
    clock."""

    id: str
    kind: str
    vm: str
    to: str
    created: int
    at: float = FOREVER


class Clock:
    """What the server's clock showed, in milliseconds since 1970, as far as can be known from outside."""

    def __init__(self, ahead: float = 0.0) -> None:
        """`ahead`: how far the wall clock is ahead of the monotonic one, in seconds."""
        self._ahead = ahead
        self._jumps: list[tuple[float, float, float]] = [(-FOREVER, -FOREVER, 0.0)]
        self._known: dict[tuple[float, float], tuple[int, int]] = {}

    def jumped(self, before: float, after: float, offset: float) -> None:
        """Somewhere between these two moments the clock began to show `offset` seconds more than the wall clock."""
        self._jumps.append((before, after, offset))
        self._known.clear()

    def span(self, begun: float, ended: float) -> tuple[int, int]:
        """The least and the most it can have shown between two moments."""
        known = self._known.get((begun, ended))
        if known is None:
            offsets = self._offsets(begun, ended)
            low = begun + self._ahead + min(offsets) - SLACK
            high = ended + self._ahead + max(offsets) + SLACK
            known = self._known[begun, ended] = (int(low * 1000), int(high * 1000) + 1)
        return known

    def moments(self, low: float, high: float) -> list[tuple[float, float]]:
        """When it can have shown something between these two seconds since 1970."""
        ends = [after for _, after, _ in self._jumps[1:]] + [FOREVER]
        shown = [
            (max(before, low - self._ahead - offset - SLACK), min(end, high - self._ahead - offset + SLACK))
            for (before, _, offset), end in zip(self._jumps, ends, strict=True)
        ]
        return [(begun, ended) for begun, ended in shown if begun <= ended]

    def _offsets(self, begun: float, ended: float) -> list[float]:
        ends = [after for _, after, _ in self._jumps[1:]] + [FOREVER]
        return [
            offset
            for (before, _, offset), end in zip(self._jumps, ends, strict=True)
            if before <= ended and end >= begun
        ]


class Record:
    """Collects all of it from many threads; `faults` are for people to read."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.clock = Clock(time.time() - time.monotonic())
        self.ops: list[Op] = []
        self.boards: list[Seen] = []
        self.changes: dict[int, dict] = {}
        self.heard: dict[int, float] = {}
        self.letters: list[Told] = []
        self.deaths: list[float] = []
        self.faults: list[tuple[float, str]] = []
        self.strange: list[str] = []
        self._turn = threading.Lock()

    def op(self, op: Op) -> None:
        with self._turn:
            self.ops.append(op)

    def board(self, begun: float, state: dict) -> None:
        with self._turn:
            views = {vm["id"]: vm for vm in state["vms"]}
            self.boards.append(Seen(begun, time.monotonic(), state["revision"], views, state["groups"]))

    def change(self, change: dict) -> None:
        """A `change` that some socket heard; whoever hears another of that number heard something strange."""
        with self._turn:
            self.heard.setdefault(change["revision"], time.monotonic())
            if self.changes.setdefault(change["revision"], change) != change:
                self.strange.append(f"two changes of one revision: {self.changes[change['revision']]} and {change}")

    def note_strange(self, sentence: str) -> None:
        """What no server should ever do, seen while it ran."""
        with self._turn:
            self.strange.append(sentence)

    def fault(self, name: str) -> None:
        with self._turn:
            self.faults.append((time.monotonic() - self.begun, name))

    def death(self) -> None:
        """The server is surely dead by now; what it had not answered happened before, or never will."""
        with self._turn:
            self.deaths.append(time.monotonic())

    def history(self) -> list[Op]:
        """All calls and, for each machine, all looks at it; what had no answer ends with the server's death."""
        with self._turn:
            calls = [self._closed(op) for op in self.ops if op.outcome != FAILED]
            looks = [
                Op("reader", "look", vm_id, seen.begun, seen.ended, answer=view)
                for seen in self.boards
                for vm_id, view in seen.vms.items()
            ]
        return calls + looks

    def _closed(self, op: Op) -> Op:
        if op.outcome != UNKNOWN:
            return op
        death = next((death for death in self.deaths if death >= op.begun), FOREVER)
        return Op(op.who, op.name, op.vm, op.begun, death, UNKNOWN, op.asked)
