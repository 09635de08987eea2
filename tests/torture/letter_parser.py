"""What the SMTP server took, as the record knows letters: each once, by its kind, machine and reader."""

import json
import re
from collections.abc import Iterable

from support.inventory import moment
from support.server import ROOT
from support.smtp import Letter
from torture.history import Told

WORDS = json.loads((ROOT / "lang" / "server.en.json").read_text(encoding="utf-8"))


def told(letters: Iterable[Letter]) -> list[Told]:
    """The distinct letters: one may be sent twice, and is the same by its Message-ID."""
    first: dict[str, Told] = {}
    for letter in map(_told, letters):
        first.setdefault(letter.id, letter)
    return list(first.values())


def waiting(outbox: Iterable[dict]) -> list[Told]:
    """Those that the data file still keeps."""
    return [
        Told(kept["id"], kept["kind"], kept["about"]["vm_id"], kept["to"], int(moment(kept["created"]).timestamp()))
        for kept in outbox
    ]


def _told(letter: Letter) -> Told:
    kind, vm = _about(letter.subject)
    name = letter.message["Message-ID"].strip("<>").partition("@")[0]
    return Told(name, kind, vm, letter.to, int(letter.message["Date"].datetime.timestamp()), letter.at)


def _about(subject: str) -> tuple[str, str]:
    for kind, pattern in _PATTERNS:
        if found := pattern.fullmatch(subject):
            return kind, found["vm"]
    return "unknown", subject


def _pattern(words: str) -> re.Pattern:
    return re.compile(re.escape(words).replace(r"\{vm\}", r"(?P<vm>\S+)").replace(r"\{until\}", ".+"))


_PATTERNS = [
    (key.split(".")[1], _pattern(words))
    for key, words in WORDS.items()
    if re.fullmatch(r"mail\.\w+\.subject", key) and "{vm}" in words
]
