"""The change of a person's history: lines are added at its end, and old ones go."""

from __future__ import annotations

from dataclasses import dataclass

from loadzone.domain.people import Entry

History = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A history made of another: these ranges of its lines (first, end), and then what was added."""

    kept: tuple[tuple[int, int], ...]
    added: History

    def apply_to(self, old: History) -> History:
        """Return the history after the change."""
        if self.kept == ((0, len(old)),) and not self.added:
            return old
        lines: list[Entry] = []
        for first, end in self.kept:
            lines += old[first:end]
        return (*lines, *self.added)


def delta_of(old: History, new: History) -> Delta:
    """Return how `new` is made of `old`: its longest beginning that `old` has in the same order is not written anew."""
    if new is old:
        return Delta(((0, len(old)),), ())
    kept: list[tuple[int, int]] = []
    at = number = 0
    while number < len(new) and (first := _find(old, new[number], at)) is not None:
        rest = len(old) - first
        if old[first:] == new[number : number + rest]:  # two microseconds for 200 lines that are the same objects
            return Delta((*kept, (first, len(old))), new[number + rest :])
        at = first
        while number < len(new) and at < len(old) and _same(old[at], new[number]):
            at, number = at + 1, number + 1
        kept.append((first, at))
    return Delta(tuple(kept), new[number:])


def _find(history: History, entry: Entry, at: int) -> int | None:
    """Return the number of the first such line, from number `at` on."""
    return next((number for number in range(at, len(history)) if _same(history[number], entry)), None)


def _same(one: Entry, other: Entry) -> bool:
    return one is other or one == other
