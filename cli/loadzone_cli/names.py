"""Sameness of names. The twin of loadzone/domain/names.py, which says more."""

from __future__ import annotations

import re
import unicodedata

IGNORABLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


def name_key(name: str) -> str:
    """Return a form that is equal for names that are the same."""
    if name.isascii():
        return name.lower()
    visible = unicodedata.normalize("NFKC", IGNORABLE.sub("", name))
    return unicodedata.normalize("NFKC", visible.casefold())
