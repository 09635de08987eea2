"""The counters behind rate limits, and the protocol of what keeps them: memory, or a database for all nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

AT_MOST = 20_000  # counters; returning people have as many beyond as there are such people


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of hits in a window of so many seconds. The window begins with the first hit."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Counter:
    """A thing to count, by a name such as "network 192.0.2.7", and its limit."""

    name: str
    limit: Limit


class Counters(Protocol):
    """Keeps at most AT_MOST counters. When all are in use, a new one counts as over its limit until others expire."""

    def hit(self, counters: Sequence[Counter], hits: int = 1, is_exempt: bool = False) -> float | None:
        """Add the hits to these counters, in order, up to the first that would come over its limit.

        Return the seconds until that one begins anew, at least 0; None if all were counted. `is_exempt`: there is room
        for them even when there is none for others. Raises CannotSave.
        """
        ...

    def take_back(self, counter: Counter) -> None:
        """Take one hit back. Raises CannotSave."""
        ...
