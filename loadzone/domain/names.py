"""Sameness of names: of machines, groups, tokens and tags, in calls, imports and searches.

static/names.js and cli/loadzone_cli/names.py are its twins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from loadzone.lib.unicode_text import folded

V = TypeVar("V")


def name_key(name: str) -> str:
    """Return a form that is equal for names that are the same: NFKC, case folded, without what is default-ignorable.

    Letters of different scripts that look alike stay different. Source: Unicode Standard Annex 31, UAX31-R5.
    """
    if name.isascii():  # as nearly all are; ten times as fast
        return name.lower()
    return folded(name)


def first_spellings(names: Iterable[str]) -> dict[str, str]:
    """Return the names by their keys, in their order; of those that are the same, the one that is written first."""
    spellings: dict[str, str] = {}
    for name in names:
        spellings.setdefault(name_key(name), name)
    return spellings


class ByName(Mapping[str, V]):
    """Values by name. A name that is the same finds them too; the exact name wins."""

    __slots__ = ("_by_key", "_values")

    def __init__(self, values: Mapping[str, V]) -> None:
        self._values = values
        self._by_key = {name_key(name): value for name, value in values.items()}

    def __getitem__(self, name: str) -> V:
        return self._values[name] if name in self._values else self._by_key[name_key(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
