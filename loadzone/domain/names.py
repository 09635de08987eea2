"""Sameness of names: of machines, groups, tokens and tags, in calls, imports and searches.

static/names.js and cli/loadzone_cli/names.py are its twins.
"""

from __future__ import annotations

from collections.abc import Iterable

from loadzone.lib.unicode_text import folded

# Characters. New names have 64 at most. Longer ones, of old files, are the same only if they are equal: a thousand
# combining marks take a millisecond to put in order.
FOLDED_AT_MOST = 200


def name_key(name: str) -> str:
    """Return a form that is equal for names that are the same: NFKC, case folded, without what is default-ignorable.

    Letters of different scripts that look alike stay different. Source: Unicode Standard Annex 31, UAX31-R5.
    """
    if name.isascii():  # as nearly all are; ten times as fast
        return name.lower()
    return folded(name) if len(name) <= FOLDED_AT_MOST else name


def first_spellings(names: Iterable[str]) -> dict[str, str]:
    """Return the names by their keys, in their order; of those that are the same, the one that is written first."""
    spellings: dict[str, str] = {}
    for name in names:
        spellings.setdefault(name_key(name), name)
    return spellings
