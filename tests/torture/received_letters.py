"""Match the letters that are due with the letters that came about one machine.

A set of received letters is an integer with one bit for each letter.
"""

import bisect
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from torture.history import Clock, ReceivedLetter
from torture.machine_state import DueLetters, Instant

# Seconds at most between a rule's reading of the clock and the moment at which others see its commit. A process may be
# frozen in between.
MAX_COMMIT_SECONDS = 10


class ReceivedLetters:
    """All letters about one machine, ordered by the latest time at which their cause can have happened."""

    def __init__(self, letters: list[ReceivedLetter], clock: Clock) -> None:
        times = {letter: write_times(letter, clock) for letter in letters}
        latest = {letter: min(times[letter][-1][1] + MAX_COMMIT_SECONDS, letter.received) for letter in letters}
        self.letters = sorted(letters, key=latest.__getitem__)
        self._latest = [latest[letter] for letter in self.letters]
        self._candidates: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
        for number, letter in enumerate(self.letters):
            self._candidates[letter.kind, letter.to].append(_Candidate(1 << number, letter.created, times[letter]))

    def caused_before(self, time: float) -> int:
        """Return the set of the letters whose cause must have happened before this time."""
        return (1 << bisect.bisect_left(self._latest, time)) - 1

    def unmatched(self, matched: int, before: float) -> list[ReceivedLetter]:
        """Return the letters whose cause must have happened before this time and that are not among `matched`."""
        left = self.caused_before(before) & ~matched
        return [letter for number, letter in enumerate(self.letters) if left >> number & 1]

    def match(self, matched: int, due: DueLetters) -> Iterator[int]:
        """Yield every way to match each due letter with one that came: `matched` with those added.

        Letters created in the same second are interchangeable, so only the first of them is tried.
        """
        if not due:
            yield matched
            return
        (kind, to, instant), *rest = due
        seconds = set()
        for letter in self._candidates.get((kind, to), ()):
            if not matched & letter.bit and letter.created not in seconds and letter.can_be_of(instant):
                seconds.add(letter.created)
                yield from self.match(matched | letter.bit, tuple(rest))


def write_times(letter: ReceivedLetter, clock: Clock) -> list[tuple[float, float]]:
    """Return the time spans in which the letter can have been written: the server's clock showed the second of its
    Date, and the SMTP server had not received it yet."""
    created = clock.times_showing(letter.created, letter.created + 1)
    before = [(start, min(end, letter.received)) for start, end in created if start <= letter.received]
    return before or [(letter.received, letter.received)]


class _Candidate(NamedTuple):
    """The bit of a letter, the second of its Date, and when the server's clock showed that before the letter came."""

    bit: int
    created: int
    times: list[tuple[float, float]]

    def can_be_of(self, instant: Instant) -> bool:
        if not instant.low // 1000 <= self.created <= instant.high // 1000:
            return False
        return any(start <= instant.before and end >= instant.after for start, end in self.times)


class AnyLetters(ReceivedLetters):
    """Assumes that every letter that is due has come."""

    def __init__(self) -> None:
        super().__init__([], Clock())

    def match(self, matched: int, due: DueLetters) -> Iterator[int]:
        if all(kind != "reminder" for kind, _, _ in due):  # reminders are optional in the model
            yield matched
