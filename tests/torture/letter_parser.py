"""Turn the letters of the SMTP server and of the outbox into letters of the history."""

import json
import re
from collections.abc import Iterable

from support.inventory import moment
from support.server import ROOT
from support.smtp import Letter
from torture.history import ReceivedLetter

TEXTS = json.loads((ROOT / "lang" / "server.en.json").read_text(encoding="utf-8"))


def received(letters: Iterable[Letter]) -> list[ReceivedLetter]:
    """Return each distinct letter once. A letter may be sent twice, with the same Message-ID."""
    first: dict[str, ReceivedLetter] = {}
    for letter in map(_received, letters):
        first.setdefault(letter.id, letter)
    return list(first.values())


def in_outbox(outbox: Iterable[dict]) -> list[ReceivedLetter]:
    """Return the letters that are still in the outbox of the data file."""
    return [
        ReceivedLetter(
            stored["id"],
            stored["kind"],
            stored["about"]["vm_id"],
            stored["to"],
            int(moment(stored["created"]).timestamp()),
        )
        for stored in outbox
    ]


def _received(letter: Letter) -> ReceivedLetter:
    kind, vm = _kind_and_machine(letter.subject)
    letter_id = letter.message["Message-ID"].strip("<>").partition("@")[0]
    created = int(letter.message["Date"].datetime.timestamp())
    return ReceivedLetter(letter_id, kind, vm, letter.to, created, letter.at)


def _kind_and_machine(subject: str) -> tuple[str, str]:
    for kind, pattern in _PATTERNS:
        if found := pattern.fullmatch(subject):
            return kind, found["vm"]
    return "unknown", subject


def _pattern(text: str) -> re.Pattern:
    return re.compile(re.escape(text).replace(r"\{vm\}", r"(?P<vm>\S+)").replace(r"\{until\}", ".+"))


_PATTERNS = [
    (key.split(".")[1], _pattern(text))
    for key, text in TEXTS.items()
    if re.fullmatch(r"mail\.\w+\.subject", key) and "{vm}" in text
]
