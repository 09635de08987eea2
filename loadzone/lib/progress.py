"""A number that grows, and those who wait until it has come to theirs."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field


@dataclass(slots=True)
class Waiting:
    """Those who wait for one number."""

    has_come: threading.Event = field(default_factory=threading.Event)
    callers: int = 0


class Progress:
    """Counts to where something has come. A step costs as much as it wakes, however many others wait."""

    def __init__(self, reached: int) -> None:
        self._lock = threading.Lock()
        self._reached = reached
        self._numbers: list[float] = []  # those that somebody waits for, in order
        self._waiting: dict[float, Waiting] = {}

    @property
    def reached(self) -> int:
        """Where it has come."""
        return self._reached

    def set(self, reached: int) -> None:
        """Note where it has come, and wake those who waited for that."""
        with self._lock:
            self._reached = reached
            if not self._numbers or self._numbers[0] > reached:
                return
            end = bisect_right(self._numbers, reached)
            come = [self._waiting.pop(number) for number in self._numbers[:end]]
            del self._numbers[:end]
        for waiting in come:
            waiting.has_come.set()

    def wait_for(self, number: float, seconds: float) -> bool:
        """Wait until it has come to this number. Tell whether it has."""
        if number <= self._reached:
            return True
        waiting = self._join(number)
        if waiting is None or waiting.has_come.wait(max(0, seconds)):
            return True
        self._leave(number, waiting)
        return waiting.has_come.is_set()

    def _join(self, number: float) -> Waiting | None:
        with self._lock:
            if number <= self._reached:
                return None
            waiting = self._waiting.get(number)
            if waiting is None:
                waiting = self._waiting[number] = Waiting()
                self._numbers.insert(bisect_left(self._numbers, number), number)
            waiting.callers += 1
            return waiting

    def _leave(self, number: float, waiting: Waiting) -> None:
        """Keep nothing for a number that nobody waits for any more: it may never come."""
        with self._lock:
            waiting.callers -= 1
            if not waiting.callers and self._waiting.get(number) is waiting:
                del self._waiting[number]
                del self._numbers[bisect_left(self._numbers, number)]
