"""The letters: which event asks for one, and what each says. One small function a letter."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jinja2 import Environment, FileSystemLoader, select_autoescape

from loadzone import RESOURCES
from loadzone.domain.events import EVENT_KINDS, Event
from loadzone.domain.records import Letter, LinkAction, LinkTarget
from loadzone.i18n import moment, say
from loadzone.lib.times import iso_or_none, parse_time
from loadzone.notifications.signed_links import SignedLinks


def letters_for(event: Event, now: datetime) -> Iterable[Letter]:
    """Return the letters that the event asks for. Nobody gets a letter about what they did themselves."""
    kind = EVENT_KINDS[event.kind].letter
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
    """Return the letter with a sign-in code. It is kept in memory only."""
    return Letter(uuid.uuid4().hex, email, "code", now, {"code": code, "language": language})


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The content of a letter, before it has a form. `code` is set apart; `buttons` are (label, address)."""

    subject: str
    text: str
    reason: str = ""
    code: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter ready to be sent."""

    language: str
    subject: str
    text: str
    html: str


class LetterWriter:
    """Writes letters from the catalogue and the two templates in `templates/mail`."""

    def __init__(self, links: SignedLinks, base_url: str) -> None:
        self._links = links
        self._base_url = base_url
        self._templates = Environment(
            loader=FileSystemLoader(RESOURCES / "templates" / "mail"),
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def write(self, letter: Letter, language: str) -> RenderedLetter:
        """Return the letter in this language. Raises KeyError, ValueError or TypeError for one edited by hand."""
        content = CONTENTS.get(letter.kind, _plain)(letter, language, self._links)
        values = {
            "content": content,
            "language": language,
            "footer": say(language, "mail.footer", url=self._base_url),
            "base_url": self._base_url,
        }
        return RenderedLetter(
            language=language,
            subject=" ".join(content.subject.split()),  # a line break would end the header
            text=self._templates.get_template("letter.txt").render(values),
            html=self._templates.get_template("letter.html").render(values),
        )


def _code(letter: Letter, language: str, links: SignedLinks) -> LetterContent:
    code = _fact(letter, "code")
    subject = say(language, "mail.code.subject", code=code)
    return LetterContent(subject, say(language, "mail.code.text", email=letter.to), code=code)


def _reminder(letter: Letter, language: str, links: SignedLinks) -> LetterContent:
    return _with_buttons(letter, language, links, ("renew", "release"))


def _held(letter: Letter, language: str, links: SignedLinks) -> LetterContent:
    return _with_buttons(letter, language, links, ("take", "pass"))


def _with_buttons(letter: Letter, language: str, links: SignedLinks, actions: tuple[LinkAction, ...]) -> LetterContent:
    since = parse_time(_fact(letter, "booked_at")) if letter.about.get("booked_at") else None
    vm_id, until = _fact(letter, "vm_id"), parse_time(_fact(letter, "until"))
    buttons = tuple(
        (
            say(language, f"mail.{letter.kind}.{action}"),
            links.url(LinkTarget(action, vm_id, letter.to, since, until)),
        )
        for action in actions
    )
    return replace(_plain(letter, language, links), buttons=buttons)


def _plain(letter: Letter, language: str, links: SignedLinks) -> LetterContent:
    words, reason = _words(letter, language), letter.about.get("reason")
    return LetterContent(
        say(language, f"mail.{letter.kind}.subject", **words),
        say(language, f"mail.{letter.kind}.text", **words),
        reason=say(language, "mail.because", reason=reason) if reason else "",
    )


# Letters that say more than a subject, a text and a reason.
CONTENTS: Mapping[str, Callable[[Letter, str, SignedLinks], LetterContent]] = {
    "code": _code,
    "reminder": _reminder,
    "held": _held,
}


def _words(letter: Letter, language: str) -> dict[str, object]:
    return {
        "vm": letter.about.get("vm_id") or letter.about["group"],
        "by": letter.about.get("by", ""),
        "until": moment(language, parse_time(_fact(letter, "until"))) if letter.about.get("until") else "",
    }


def _fact(letter: Letter, key: str) -> str:
    """Return a fact of the letter. Raises KeyError; TypeError where a file edited by hand has no text there."""
    fact = letter.about[key]
    if not isinstance(fact, str):
        raise TypeError(f"{key}: a text is expected here")
    return fact
