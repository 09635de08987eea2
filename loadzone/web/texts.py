"""The page's texts in two parts: those in the page, and a file that it loads later, for dialogs and sentences."""

from __future__ import annotations

import orjson

from loadzone import i18n
from loadzone.notifications import messages
from loadzone.schemas import refusal_text

# The beginnings of the keys that only dialogs and their actions use.
OF_DIALOGS = (
    *(
        "book.",
        "fact.",
        "first_admin.",
        "force.",
        "hand_over.",
        "history.",
        "hours.",
        "invite.",
        "keys.",
        "letters.",
        "linked.",
        "maintenance.",
        "meanwhile.",
        "notices.",
        "pass.",
        "undo.",
    ),
    *("release.", "role.", "seen.", "sessions.", "several.", "sign_in.", "sign_out.", "tokens.", "users."),
    *("group.add_title", "group.add_submit", "group.added", "group.choose", "group.create_", "group.created"),
    *("group.delete_", "group.deleted", "group.edit_", "group.none_left", "group.renamed", "group.take"),
    *("vm.add_", "vm.added", "vm.delete", "vm.edit", "vm.id", "vm.rename", "vm.tags_hint"),
)
# The beginnings of the server's keys whose sentences the page makes too (static/sentences.js).
OF_SENTENCES = ("notice.", "error.", "by.via", "hours", "minutes")


def first_texts(language: str) -> dict[str, i18n.CatalogueEntry]:
    """Return the texts that the first paint needs."""
    return {key: entry for key, entry in i18n.PAGE[language].items() if not key.startswith(OF_DIALOGS)}


def files() -> dict[str, bytes]:
    """Return the files with the other texts, by name."""
    return {file_of(language): orjson.dumps(_later_texts(language)) for language in i18n.LANGUAGES}


def file_of(language: str) -> str:
    """Return the name of the file in this language."""
    return f"texts.{language}.json"


def _later_texts(language: str) -> dict[str, object]:
    return {
        "strings": {key: entry for key, entry in i18n.PAGE[language].items() if key.startswith(OF_DIALOGS)},
        "sentences": {key: entry for key, entry in i18n.SERVER[language].items() if key.startswith(OF_SENTENCES)},
        "endings": {**messages.ENDINGS, **refusal_text.ENDINGS},
        "counted": refusal_text.COUNTED,
        "instants": refusal_text.INSTANTS,
    }
