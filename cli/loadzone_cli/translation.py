"""The texts for people, in Russian where the locale is Russian, else in English.

They are in `texts/en.json` and `texts/ru.json`: a string, a list of lines, or plural forms of which `n` chooses one.
"""

from __future__ import annotations

import json
import os
import pkgutil
from functools import lru_cache
from typing import Any

LOCALE = next((value for value in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if value), "")
LANGUAGE = "ru" if LOCALE.startswith("ru") else "en"


def t(key: str, **values: Any) -> str:
    """Return the text of this key with the values filled in."""
    entry = texts(LANGUAGE)[key]
    if isinstance(entry, dict):
        entry = entry[plural_form(values["n"])]
    text = "\n".join(entry) if isinstance(entry, list) else str(entry)
    return text.format(**values) if values else text


@lru_cache(maxsize=None)
def texts(language: str) -> dict[str, Any]:
    """Return all texts of a language by their keys. The files may be inside a zip."""
    loaded: dict[str, Any] = json.loads(pkgutil.get_data("loadzone_cli", f"texts/{language}.json") or b"")
    return loaded


def plural_form(n: int) -> str:
    """Return the form that goes with `n` in the reader's language: Russian has those of 1, 2 and 5."""
    if LANGUAGE == "en":
        return "one" if n == 1 else "other"
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else "many"
