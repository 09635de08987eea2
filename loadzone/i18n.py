"""The catalogue of sentences for page, sockets and mail: `lang/page.<language>.json`, `lang/server.<language>.json`.

An entry is a sentence with `{placeholders}`, or an object of plural forms, chosen by `n`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TypeVar, cast

from babel import Locale
from babel.numbers import format_decimal

from loadzone import RESOURCES

FOLDER = RESOURCES / "lang"
LANGUAGES = tuple(sorted(path.name.split(".")[1] for path in FOLDER.glob("server.*.json")))

# A sentence, or one for each plural form.
CatalogueEntry = str | dict[str, str]
# By key: facts, with the ending that each gives the key if it is set, and if it is not. `{}` stands for its value.
Endings = Mapping[str, tuple[tuple[str, str, str], ...]]


def _load(part: str) -> dict[str, dict[str, CatalogueEntry]]:
    return {
        language: json.loads((FOLDER / f"{part}.{language}.json").read_text(encoding="utf-8")) for language in LANGUAGES
    }


Text = TypeVar("Text", bound=str)

PAGE = _load("page")
SERVER = _load("server")
_LOCALES = {language: Locale.parse(language) for language in LANGUAGES}
_PLURAL_FORMS = {language: locale.plural_form for language, locale in _LOCALES.items()}
_MONTHS = {language: locale.months["format"]["abbreviated"] for language, locale in _LOCALES.items()}


def say(language: str, key: str, **values: object) -> str:
    """Return the sentence under `key`, with numbers in the language's form. Raises KeyError if there is none."""
    return say_as(str, language, key, **values)


def say_as(form: type[Text], language: str, key: str, **values: object) -> Text:
    """Return the sentence as this kind of text: Markup escapes the values that are not Markup. See `say`."""
    entry = SERVER[language][key]
    if not isinstance(entry, str):
        entry = entry[_PLURAL_FORMS[language](cast(float, values["n"]))]
    return cast(Text, form(entry).format(**{name: _written(language, value) for name, value in values.items()}))


def key_for(key: str, facts: Mapping[str, object], endings: Endings) -> str:
    """Return the key of the sentence that fits the facts. static/sentences.js does the same."""
    for fact, if_set, if_not in endings.get(key, ()):
        key += if_set.format(facts[fact]) if facts.get(fact) else if_not
    return key


def moment(language: str, instant: datetime, zone: tzinfo | None = None) -> str:
    """Return an instant with its offset, so that it cannot be misread: in `zone`, or in the server's local time."""
    local = instant.astimezone(zone)
    offset = local.strftime("%z")
    return f"{local.day} {_MONTHS[language][local.month]}, {local:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"


@lru_cache(1024)
def hours(language: str, amount: float) -> str:
    """Return `4 hours` or `1.5 hours`; below one hour, minutes."""
    minutes = math.floor(amount * 60 + 0.5)  # as the page rounds: round() would make 2 of 2.5
    if minutes < 60:
        return say(language, "minutes", n=max(1, minutes))
    rounded = math.floor(amount * 100 + 0.5) / 100
    return say(language, "hours", n=int(rounded) if rounded == int(rounded) else rounded)


def best_of(wishes: Iterable[str | None]) -> str | None:
    """Return the first wish that names a language of the catalogue; `en-GB` is English."""
    for wish in wishes:
        language = wish.partition("-")[0].lower() if wish else None
        if language in LANGUAGES:
            return language
    return None


def _written(language: str, value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _decimal(language, value)
    return value


@lru_cache(1024)
def _decimal(language: str, value: float) -> str:
    """Cached, since Babel is slow and most numbers are used again and again. The smallest that matters is 0.0001."""
    return format_decimal(value, "#,##0.####", locale=language)


for _language in LANGUAGES:
    _decimal(_language, 1.5)  # Babel reads its files at the first call: now, and not while people wait
