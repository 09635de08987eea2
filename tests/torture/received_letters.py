"""The letters about one machine, to be accounted for one by one. A set of them is a number with a bit for each."""

import bisect
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from torture.history import Clock, Told
from torture.machine_state import Letters, Now

ON_DISK_AFTER = 10  # seconds at most from when a rule asks for the time until others see its change; frozen ones too


class Post:
    """All that came, in the order of when what they tell of had happened at the latest."""

    def __init__(self, letters: list[Told], clock: Clock) -> None:
        moments = {letter: written(letter, clock) for letter in letters}
        latest = {letter: min(moments[letter][-1][1] + ON_DISK_AFTER, letter.at) for letter in letters}
        self.letters = sorted(letters, key=latest.__getitem__)
        self._by = [latest[letter] for letter in self.letters]
        self._by_reader: dict[tuple[str, str], list[_Letter]] = defaultdict(list)
        for number, letter in enumerate(self.letters):
            self._by_reader[letter.kind, letter.to].append(_Letter(1 << number, letter.created, moments[letter]))

    def due_by(self, moment: float) -> int:
        """Those of what must have happened before."""
        return (1 << bisect.bisect_left(self._by, moment)) - 1

    def without_a_place(self, found: int, by: float) -> list[Told]:
        """Those of what must have happened before that, and that are not among these."""
        left = self.due_by(by) & ~found
        return [letter for number, letter in enumerate(self.letters) if left >> number & 1]

    def account(self, found: int, due: Letters) -> Iterator[int]:
        """The ways to find a letter for each that is due; letters of one second are alike."""
        if not due:
            yield found
            return
        (kind, to, now), *rest = due
        seconds = set()
        for letter in self._by_reader.get((kind, to), ()):
            if not found & letter.bit and letter.created not in seconds and letter.may_be_of(now):
                seconds.add(letter.created)
                yield from self.account(found | letter.bit, tuple(rest))


def written(letter: Told, clock: Clock) -> list[tuple[float, float]]:
    """When it can have been written: the server's clock showed its second, and the SMTP server did not have it yet."""
    created = clock.moments(letter.created, letter.created + 1)
    before = [(begun, min(ended, letter.at)) for begun, ended in created if begun <= letter.at]
    return before or [(letter.at, letter.at)]


class _Letter(NamedTuple):
    """The second that it names, and when the server's clock showed that, before the letter came."""

    bit: int
    created: int
    moments: list[tuple[float, float]]

    def may_be_of(self, now: Now) -> bool:
        if not now.low // 1000 <= self.created <= now.high // 1000:
            return False
        return any(begun <= now.ended and ended >= now.begun for begun, ended in self.moments)


class AnyPost(Post):
    """One in which every letter that is due has come."""

    def __init__(self) -> None:
        super().__init__([], Clock())

    def account(self, found: int, due: Letters) -> Iterator[int]:
        if all(kind != "reminder" for kind, _, _ in due):  # of which none must come
            yield found
