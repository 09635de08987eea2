"""The text of a line that is searched: folded, so that case and look-alike forms of letters make no difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loadzone.domain.history_line import HistoryLine
from loadzone.lib.unicode_text import folded

GRAM = 3  # letters that the indexes of both databases are made of
FOLDED_AT_MOST = 1000  # characters; more of one text are not searched


def words_of(line: HistoryLine) -> str:
    """Return all that the line says in words, each text once, one in each row."""
    texts = (line.vm_id, line.group, line.email, line.actor, line.via, line.reason, *_texts_in(line.changed.values()))
    return "\n".join(dict.fromkeys(_searched(text) for text in texts if text))


def needles_of(query: str) -> tuple[str, ...]:
    """Return the texts that a line must have, all of them, to be found: what is between blanks."""
    return tuple(dict.fromkeys(_searched(query).split()))


def grams_of(needle: str) -> tuple[str, ...]:
    """Return groups of three letters that together make the whole text; none where it is shorter."""
    last = len(needle) - GRAM
    starts = [*range(0, last, GRAM), last] if last >= 0 else []
    return tuple(dict.fromkeys(needle[start : start + GRAM] for start in starts))


def _texts_in(values: Iterable[object]) -> Iterator[str]:
    """Return the texts in the values of an edit, those in lists too."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts_in(value)


def _searched(text: str) -> str:
    part = text[:FOLDED_AT_MOST]
    return " ".join((part.lower() if part.isascii() else folded(part)).split())  # ASCII, as most is, in a fifth
