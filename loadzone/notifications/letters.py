"""The letters: which event asks for which, and what each says. One small function a letter."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from loadzone.domain.events import Event
from loadzone.domain.records import Letter
from loadzone.i18n import moment, say
from loadzone.lib.times import iso_or_none, parse_time
from loadzone.notifications.signed_links import Links, LinkTarget

# The event that asks for a letter to the person it concerns, and the letter.
KINDS = {
    "reminder": "reminder",
    "expired": "ended",
    "silent": "silent",
    "force_released": "released",
    "vm_deleted": "deleted",
    "maintenance_began": "maintenance",
    "held": "held",
    "hold_lapsed": "lapsed",
    "hold_taken": "taken",
    "auto_booked": "auto",
    "waited_for": "waited",
    "waiting_maintenance": "waiting_maintenance",
    "queue_removed": "queue_removed",
    "queue_gone": "queue_gone",
}


def letters_for(event: Event, now: datetime) -> Iterable[Letter]:
    """The letters that the event asks for. Nobody is written to about what they did themselves."""
    kind = KINDS.get(event.kind)
    if kind and event.to and event.to != event.by and not event.quiet:
        about = {
            "vm_id": event.vm_id,
            "group": event.group,
            "until": iso_or_none(event.until),
            "booked_at": iso_or_none(event.booked_at),
            "by": event.by,
            "reason": event.reason,
        }
        yield Letter(uuid.uuid4().hex, event.to, kind, now, {key: value for key, value in about.items() if value})


def code_letter(email: str, code: str, language: str, now: datetime) -> Letter:
    """The letter with a sign-in code; it is for memory alone."""
    return Letter(uuid.uuid4().hex, email, "code", now, {"code": code, "language": language})


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says, before it has a form. `code` stands out; `buttons` are (label, address)."""

    subject: str
    text: str
    reason: str = ""
    code: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to be sent."""

    subject: str
    text: str
    html: str


class Writer:
    """Writes letters from the catalogue and the two templates in `templates/mail`."""

    def __init__(self, links: Links, base_url: str) -> None:
        self._links = links
        self._base_url = base_url
        folder = Path(__file__).parents[2] / "templates" / "mail"
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def write(self, letter: Letter, language: str) -> Written:
        content = CONTENTS.get(letter.kind, _plain)(letter, language, self._links)
        values = {
            "content": content,
            "language": language,
            "footer": say(language, "mail.footer", url=self._base_url),
            "base_url": self._base_url,
        }
        return Written(
            subject=" ".join(content.subject.split()),  # a line break would end the header
            text=self._templates.get_template("letter.txt").render(values),
            html=self._templates.get_template("letter.html").render(values),
        )


def _code(letter: Letter, language: str, links: Links) -> Content:
    code = letter.about["code"]
    return Content(
        say(language, "mail.code.subject", code=code), say(language, "mail.code.text", email=letter.to), code=code
    )


def _reminder(letter: Letter, language: str, links: Links) -> Content:
    return _with_buttons(letter, language, links, ("renew", "release"))


def _held(letter: Letter, language: str, links: Links) -> Content:
    return _with_buttons(letter, language, links, ("take", "pass"))


def _with_buttons(letter: Letter, language: str, links: Links, deeds: tuple[str, str]) -> Content:
    about = letter.about
    since, until = _time(about.get("booked_at")), _time(about["until"])
    target = [LinkTarget(deed, about["vm_id"], letter.to, since, until) for deed in deeds]
    buttons = tuple((say(language, f"mail.{letter.kind}.{m.deed}"), links.url(m)) for m in target)
    return replace(_plain(letter, language, links), buttons=buttons)


def _plain(letter: Letter, language: str, links: Links) -> Content:
    words, reason = _words(letter, language), letter.about.get("reason")
    return Content(
        say(language, f"mail.{letter.kind}.subject", **words),
        say(language, f"mail.{letter.kind}.text", **words),
        reason=say(language, "mail.because", reason=reason) if reason else "",
    )


# Those that say more than a subject, a text and a reason.
CONTENTS: Mapping[str, Callable[[Letter, str, Links], Content]] = {
    "code": _code,
    "reminder": _reminder,
    "held": _held,
}


def _words(letter: Letter, language: str) -> dict[str, Any]:
    until = letter.about.get("until")
    return {
        "vm": letter.about.get("vm_id") or letter.about["group"],
        "by": letter.about.get("by", ""),
        "until": moment(language, parse_time(until)) if until else "",
    }


def _time(text: str | None) -> datetime | None:
    return parse_time(text) if text else None
