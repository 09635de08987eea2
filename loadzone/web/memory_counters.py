"""The counters of rate limits in the memory of this process."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadzone.domain import counters
from loadzone.domain.counters import Counter
from loadzone.lib.times import steady_seconds


@dataclass(slots=True)
class Window:
    """The hits in a window, and its end by the steady clock."""

    hits: int
    until: float


class MemoryCounters:
    """The Counters of one process. Windows are measured by `steady()`, which nobody can set."""

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._steady = steady
        self._windows: dict[Counter, Window] = {}
        self._cleaned_at = -math.inf

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, counters: Sequence[Counter], hits: int = 1, is_exempt: bool = False) -> float | None:
        """Count, as Counters says."""
        now = self._steady()
        for counter in counters:
            window = self._windows.get(counter)
            if window is None and not is_exempt and self._is_full():
                return 0.0
            if window is None or window.until <= now:
                window = Window(0, now + counter.limit.seconds)
            if window.hits + hits > counter.limit.most:
                return window.until - now if window.hits else 0.0
            window.hits += hits
            self._windows[counter] = window
        return None

    def take_back(self, counter: Counter) -> None:
        """Take one hit back, as Counters says."""
        window = self._windows.get(counter)
        if window and window.until > self._steady():
            window.hits = max(0, window.hits - 1)

    def _is_full(self) -> bool:
        """Tell whether there is no room. Expired counters make room, and are looked for at most once a second."""
        now = self._steady()
        if len(self._windows) >= counters.AT_MOST and now - self._cleaned_at >= 1:
            self._cleaned_at = now
            self._windows = {counter: window for counter, window in self._windows.items() if window.until > now}
        return len(self._windows) >= counters.AT_MOST
