"""The page's texts in two parts: those in the page, and a file that it loads later, for dialogs and sentences."""

from __future__ import annotations

import orjson

from loadzone import i18n
from loadzone.notifications import messages
from loadzone.schemas import refusal_text

# The beginnings of the keys that only dialogs and their actions use.
OF_DIALOGS = (
    "any.", "book.", "bulk.",
    "clock.", "fact.", "first_admin.", "force.", "gone.", "group.", "hand_over.", "heard.",
    "history.", "hours.", "invite.", "keys.", "letters.", "linked.", "maintenance.", "meanwhile.", "note.", "notices.",
    "pass.", "queue.", "release.", "renew.", "role.", "seen.", "sessions.", "several.", "sign_in.", "sign_out",
    "theme.", "tokens.", "undo.", "usage.", "users.", "vm.",
)  # fmt: skip
# Keys with such a beginning that the first paint needs too.
OF_FIRST_PAINT = (
    "any.book", "gone.deleted", "gone.group_gone", "gone.mine", "group.add_vms", "group.create", "group.delete",
    "group.edit", "heard.title", "heard.unread", "queue.place", "queue.place_at", "queue.title", "queue.wait",
    "renew.by", "renew.by_of", "renew.maintenance", "renew.others_wait", "theme.switch", "vm.add",
)  # fmt: skip
# The beginnings of the server's keys whose sentences the page makes too (static/sentences.js).
OF_SENTENCES = ("notice.", "error.", "by.via", "hours", "minutes")


def first_texts(language: str) -> dict[str, i18n.CatalogueEntry]:
    """Return the texts that the first paint needs."""
    return {key: entry for key, entry in i18n.PAGE[language].items() if not _is_later(key)}


def files() -> dict[str, bytes]:
    """Return the files with the other texts, by name."""
    return {file_of(language): orjson.dumps(_later_texts(language)) for language in i18n.LANGUAGES}


def file_of(language: str) -> str:
    """Return the name of the file in this language."""
    return f"texts.{language}.json"


def _later_texts(language: str) -> dict[str, object]:
    return {
        "strings": {key: entry for key, entry in i18n.PAGE[language].items() if _is_later(key)},
        "sentences": {key: entry for key, entry in i18n.SERVER[language].items() if key.startswith(OF_SENTENCES)},
        "endings": {**messages.ENDINGS, **refusal_text.ENDINGS},
        "counted": refusal_text.COUNTED,
        "instants": refusal_text.INSTANTS,
    }


def _is_later(key: str) -> bool:
    return key.startswith(OF_DIALOGS) and key not in OF_FIRST_PAINT
