"""When two names are the same: of machines, groups, tokens and tags, in calls, imports and searches.

static/names.js and cli/loadzone_cli/names.py are its twins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")

# What Unicode calls default-ignorable: it is not seen, or only changes how its neighbour is drawn
# (https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt).
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IGNORABLE = re.compile(f"[{IGNORABLE}]+")


def name_key(name: str) -> str:
    """Return a form that is equal for names that are the same: NFKC, case folded, without what is default-ignorable.

    Letters of different scripts that look alike stay different. Source: Unicode Standard Annex 31, UAX31-R5.
    """
    if name.isascii():  # as nearly all are; ten times as fast
        return name.lower()
    visible = unicodedata.normalize("NFKC", _IGNORABLE.sub("", name))
    return unicodedata.normalize("NFKC", visible.casefold())


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
