"""The sentences of notifications and refusals, as files for the page, which fills in times in the reader's zone."""

from __future__ import annotations

import orjson

from loadzone import i18n
from loadzone.notifications import messages
from loadzone.schemas import refusal_text

NEEDED = ("notice.", "error.", "by.via", "hours", "minutes")


def files() -> dict[str, bytes]:
    """Return the files by their names; static/sentences.js loads that of the page's language."""
    return {file_of(language): orjson.dumps(_content(language)) for language in i18n.LANGUAGES}


def file_of(language: str) -> str:
    """Return the name of the file in this language."""
    return f"sentences.{language}.json"


def _content(language: str) -> dict[str, object]:
    return {
        "texts": {key: entry for key, entry in i18n.SERVER[language].items() if key.startswith(NEEDED)},
        "endings": {**messages.ENDINGS, **refusal_text.ENDINGS},
        "counted": refusal_text.COUNTED,
        "instants": refusal_text.INSTANTS,
    }
