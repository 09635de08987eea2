"""Tells that a process cannot go on, and why, to whoever can end it."""

from __future__ import annotations

from collections.abc import Callable


class Ending:
    """Told at most once. `why` is a sentence for the operator; None as long as all is well."""

    def __init__(self) -> None:
        self.why: str | None = None
        self._calls: list[Callable[[], None]] = []

    def tell(self, why: str) -> bool:
        """Tell that this process cannot go on. Return False where that was known."""
        if self.why is not None:
            return False
        self.why = why
        for call in self._calls:
            call()
        return True

    def when_told(self, call: Callable[[], None]) -> None:
        """Call it when that is told; at once, if it was."""
        self._calls.append(call)
        if self.why is not None:
            call()
