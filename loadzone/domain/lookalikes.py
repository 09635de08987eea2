"""Names that people compare with their eyes."""

from __future__ import annotations

import unicodedata

UNSEEN = dict.fromkeys((0x200C, 0x200D))  # the joiners; no other sign without a width comes in (inputs.py)


def look(name: str) -> str:
    """The same for names that look the same but for their case, their width, or what is not seen of them."""
    return unicodedata.normalize("NFKC", name).translate(UNSEEN).casefold()
