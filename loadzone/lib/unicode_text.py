"""Forms of text, by Unicode, that are equal where people take two texts for the same."""

from __future__ import annotations

import re
import unicodedata

# Default-ignorable characters: they are not seen, or only change how their neighbour is drawn
# (https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt).
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IGNORABLE = re.compile(f"[{IGNORABLE}]+")


def folded(text: str) -> str:
    """Return the text in NFKC, case folded, without what is default-ignorable (NFKC_Casefold of Unicode)."""
    visible = unicodedata.normalize("NFKC", _IGNORABLE.sub("", text))
    return unicodedata.normalize("NFKC", visible.casefold())
