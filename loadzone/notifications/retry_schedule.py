"""The pauses after which an undelivered letter is tried again."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds
# Seconds, by the number of times that nobody knows whether the server took the letter. Few tries and far apart: each
# may bring its reader another copy. A fourth pause would last longer than a letter is kept.
UNSURE_PAUSES = (1800.0, 7200.0, 28800.0, 86400.0)


@dataclass(slots=True)
class RetrySchedule:
    """The pauses of letters, by their ids: from 2 seconds to 5 minutes; after an unknown outcome, from half an hour on.

    `timer` gives seconds that no setting of the clock changes.
    """

    timer: Callable[[], float]
    _tries: dict[str, int] = field(default_factory=dict)
    _unsure: dict[str, int] = field(default_factory=dict)
    _next_at: dict[str, float] = field(default_factory=dict)
    _for_server: set[str] = field(default_factory=set)  # letters that wait for the server, not for reasons of their own

    def is_due(self, letter_id: str) -> bool:
        """Tell whether the letter may be tried now."""
        return self._next_at.get(letter_id, 0) <= self.timer()

    def is_new(self, letter_id: str) -> bool:
        """Tell whether the letter has not been tried in vain yet."""
        return letter_id not in self._tries and letter_id not in self._unsure

    def pause(self, letter_id: str, for_server: bool = False) -> None:
        """Begin the next pause of a letter that was not taken; `for_server`: no letter is, for now."""
        tries = self._tries[letter_id] = self._tries.get(letter_id, 0) + 1
        self._next_at[letter_id] = self.timer() + min(FIRST_PAUSE * 2 ** min(tries - 1, 16), LONGEST_PAUSE)
        (self._for_server.add if for_server else self._for_server.discard)(letter_id)

    def pause_unsure(self, letter_id: str) -> None:
        """Begin the next pause of a letter that may have been taken."""
        number = self._unsure[letter_id] = self._unsure.get(letter_id, -1) + 1
        self._next_at[letter_id] = self.timer() + UNSURE_PAUSES[min(number, len(UNSURE_PAUSES) - 1)]
        self._for_server.discard(letter_id)

    def end_pauses(self) -> None:
        """End the pauses of the letters that wait for the server: it is back."""
        for letter_id in self._for_server:
            del self._next_at[letter_id]
        self._for_server.clear()

    def forget(self, letter_id: str) -> None:
        """Forget a letter that is finished."""
        self._for_server.discard(letter_id)
        self._tries.pop(letter_id, None)
        self._unsure.pop(letter_id, None)
        self._next_at.pop(letter_id, None)

    def forget_others(self, kept: Container[str]) -> None:
        """Forget all letters but these."""
        for letter_id in [*self._tries, *self._unsure]:
            if letter_id not in kept:
                self.forget(letter_id)

    def seconds_left(self) -> float | None:
        """Return the seconds until the next letter is due; None if none waits."""
        return max(0.0, min(self._next_at.values()) - self.timer()) if self._next_at else None
