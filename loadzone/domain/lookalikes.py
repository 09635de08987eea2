"""Names that people compare with their eyes."""

from __future__ import annotations

import unicodedata

# U+200C and U+200D join letters and have no width. schemas/field_types.py lets no other invisible character in.
_JOINERS = dict.fromkeys((0x200C, 0x200D))


def skeleton(name: str) -> str:
    """Return a form that is equal for names that differ only in case, width or invisible joiners."""
    return unicodedata.normalize("NFKC", name).translate(_JOINERS).casefold()
