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
    """Return each distinct letter once for each of its machines. One may be sent twice, with the same Message-ID."""
    return _distinct(one for letter in letters for one in _received(letter))


def copies(letters: Iterable[Letter]) -> dict[str, list[float]]:
    """Return when each letter came, by its id."""
    times: dict[str, list[float]] = {}
    for letter in letters:
        times.setdefault(_id_of(letter), []).append(letter.at)
    return times


def in_outbox(outbox: Iterable[dict]) -> list[ReceivedLetter]:
    """Return the letters that are still in the outbox of the data file."""
    return [
        ReceivedLetter(
            stored["id"],
            stored["kind"],
            topic["vm_id"],
            stored["to"],
            int(moment(stored["created"]).timestamp()),
        )
        for stored in outbox
        for topic in (stored["about"], *stored["about"].get("more", ()))
    ]


def left_out(log_lines: Iterable[str]) -> list[ReceivedLetter]:
    """Return what the server did not send because it was no longer so: it was due all the same, when it was written."""
    found = filter(None, map(_LEFT_OUT.search, log_lines))
    return _distinct(
        ReceivedLetter(one["id"], one["kind"], one["vm"], one["to"], int(moment(one["created"]).timestamp()))
        for one in found
    )


def _distinct(letters: Iterable[ReceivedLetter]) -> list[ReceivedLetter]:
    first: dict[tuple[str, str], ReceivedLetter] = {}
    for letter in letters:
        first.setdefault((letter.id, letter.vm), letter)
    return list(first.values())


def _received(letter: Letter) -> list[ReceivedLetter]:
    kind, vm = _kind_and_machine(letter.subject)
    vms = [vm] if vm else re.findall(r"^- (\S+?)(?::|$)", letter.text, re.MULTILINE)
    created = int(letter.message["Date"].datetime.timestamp())
    return [ReceivedLetter(_id_of(letter), kind, name, letter.to, created, letter.at) for name in vms]


def _id_of(letter: Letter) -> str:
    return letter.message["Message-ID"].strip("<>").partition("@")[0]


def _kind_and_machine(subject: str) -> tuple[str, str]:
    """Return the kind of a letter and its machine; no machine where it lists several."""
    for kind, pattern in _PATTERNS:
        if found := pattern.fullmatch(subject):
            return kind, found.groupdict().get("vm", "")
    return "unknown", subject


def _pattern(text: str) -> re.Pattern:
    pattern = re.escape(text).replace(r"\{vm\}", r"(?P<vm>\S+)").replace(r"\{until\}", ".+")
    return re.compile(pattern.replace(r"\{n\}", r"\d+"))


_PATTERNS = [
    (key.split(".")[1], _pattern(text))
    for key, text in TEXTS.items()
    if re.fullmatch(r"mail\.\w+\.subject(\.many)?", key) and not key.startswith("mail.code.")
]
_LEFT_OUT = re.compile(
    r"letter (?P<id>\w+) \((?P<kind>\w+)\) of (?P<created>\S+) to (?P<to>\S+) about (?P<vm>\S+) was not sent: that is"
)
