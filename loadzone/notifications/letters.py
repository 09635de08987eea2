"""The letters: which events ask for one, and what each says."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NoReturn, cast
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from loadzone import RESOURCES
from loadzone.domain.events import ALWAYS_SENT, EVENT_KINDS, Event
from loadzone.domain.links import LinkAction, LinkTarget, mark_of
from loadzone.domain.people import Letter, User
from loadzone.i18n import Text, best_of, moment, say, say_as
from loadzone.lib.times import iso_or_none, parse_time, zone_named
from loadzone.notifications.signed_links import SignedLinks

# The kinds of letters with buttons.
BUTTONS: Mapping[str, tuple[LinkAction, ...]] = {
    "reminder": ("renew", "release"),
    "booked_for": ("renew", "release"),
    "received": ("renew", "release"),
    "held": ("take", "pass"),
}
LISTED_AT_MOST = 500  # machines in a letter and in a link, whose address would grow too long for browsers
# Letters about what is no longer there: nothing to link to.
ABOUT_GONE = ("deleted", "queue_gone")
LINKED_AT_MOST = 200  # characters of a name in a link to it. New names have 64 at most.
LINK = Markup('<a href="{}" style="color:#0b5cad">{}</a>')


def letters_for(events: Iterable[Event], now: datetime) -> Iterator[Letter]:
    """Yield the letters that the events of a change ask for: one for each person and kind, about all that it concerns.

    Nobody gets a letter about what they did themselves.
    """
    topics: dict[tuple[str, str], list[dict[str, object]]] = {}
    for event in events:
        kind = EVENT_KINDS[event.kind].letter
        if kind and event.to and event.to != event.by and not event.quiet:
            topics.setdefault((event.to, kind), []).append(_facts_of(event))
    for (to, kind), (first, *others) in topics.items():
        yield Letter(uuid.uuid4().hex, to, kind, now, {**first, "more": others} if others else first)


def code_letter(email: str, code: str, language: str, now: datetime) -> Letter:
    """Return the letter with a sign-in code. It is kept in memory only."""
    return Letter(uuid.uuid4().hex, email, "code", now, {"code": code, "language": language})


def invitation_url(base_url: str, email: str) -> str:
    """Return the address of the page on which this person is asked to sign in. It is no secret, and opens nothing."""
    return f"{base_url}/?email={quote(email, safe='@')}"


def _facts_of(event: Event) -> dict[str, object]:
    facts: dict[str, object] = {
        "vm_id": event.vm_id,
        "group": event.group,
        "group_id": event.group_id,
        "until": iso_or_none(event.until),
        "booked_at": iso_or_none(event.booked_at),
        "by": event.by,
        "reason": event.reason,
        "receiver": event.receiver,
        "note": event.note,
        "token": "" if event.vm_id or event.group else event.via,
        "language": event.language,
    }
    return {key: fact for key, fact in facts.items() if fact not in (None, "")}


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader of a letter: the language to write in, and the zone of its times.

    `zone` None: the zone of the server. `may_unsubscribe`: the reader can choose which letters to get.
    """

    language: str
    zone: tzinfo | None = None
    may_unsubscribe: bool = False

    def say(self, key: str, **values: object) -> str:
        """Return the sentence under `key`."""
        return say(self.language, key, **values)

    def moment(self, instant: datetime) -> str:
        """Return the instant with the offset of the zone."""
        return moment(self.language, instant, self.zone)


def reader_of(letter: Letter, user: User | None, language: str) -> Reader:
    """Return the reader of this letter; `user`: what is known of that person. They read `language` if none is known."""
    asked_in = letter.about.get("language")  # of a sign-in code, or of somebody who was removed
    wishes = [str(asked_in)] if asked_in else []
    own = [user.language, user.seen_language] if user else []
    zone = zone_named(user.zone) if user and user.zone else None
    return Reader(best_of([*wishes, *own]) or language, zone, may_unsubscribe=user is not None)


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The content of a letter, before it has a form.

    `code` is set apart, and so is `remark`; `items` are the lines of a list; `buttons` are (label, address). `linked`
    and `linked_items` are text and items with links; `machine` is (label, address) of the machine that it is about.
    """

    subject: str
    text: str
    linked: Markup
    items: tuple[str, ...] = ()
    linked_items: tuple[Markup, ...] = ()
    machine: tuple[str, str] | None = None
    remark: str = ""
    code: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter ready to be sent. `unsubscribe` is the address that stops letters of its kind, if there is one."""

    language: str
    subject: str
    text: str
    html: str
    unsubscribe: str = ""


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

    def write(self, letter: Letter, reader: Reader) -> RenderedLetter:
        """Return the letter for this reader. Raises KeyError, ValueError or TypeError for one edited by hand."""
        write = {"code": _code, "invitation": self._invitation}.get(letter.kind, self._content)
        content = write(letter, reader)
        can_stop = reader.may_unsubscribe and letter.kind not in ALWAYS_SENT
        unsubscribe = self._links.unsubscribe_url(letter.to, letter.kind) if can_stop else ""
        values = {
            "content": content,
            "language": reader.language,
            "footer": reader.say("mail.footer", url=self._base_url),
            "base_url": self._base_url,
            "unsubscribe": unsubscribe,
            "unsubscribe_label": reader.say("mail.unsubscribe"),
        }
        return RenderedLetter(
            language=reader.language,
            subject=" ".join(content.subject.split()),  # a line break would end the header
            text=self._templates.get_template("letter.txt").render(values),
            html=self._templates.get_template("letter.html").render(values),
            unsubscribe=unsubscribe,
        )

    def _content(self, letter: Letter, reader: Reader) -> LetterContent:
        """Return the content: about one machine or queue as a sentence, about several as a list."""
        topics = [_Topic.of(facts) for facts in letter.topics]
        key, words = f"mail.{letter.kind}", _words(topics, reader)
        many = ".many" if len(topics) > 1 else ""
        addresses = ["" if letter.kind in ABOUT_GONE else self._address(topic) for topic in topics]
        names = [_linked(topic.name, address) for topic, address in zip(topics, addresses, strict=True)]
        return LetterContent(
            reader.say(f"{key}.subject{many}", **words),
            reader.say(f"{key}.text{many}", **words),
            say_as(Markup, reader.language, f"{key}.text{many}", **{**words, "vm": names[0]}),
            items=_items(str, topics, [topic.name for topic in topics], reader) if many else (),
            linked_items=_items(Markup, topics, names, reader) if many else (),
            machine=_machine(topics[0].name, addresses[0], reader) if not many else None,
            remark=_remark(topics, reader),
            buttons=tuple(
                (reader.say(f"{key}.{action}{many}"), self._links.url(_target(action, letter.to, topics)))
                for action in BUTTONS.get(letter.kind, ())
            ),
        )

    def _invitation(self, letter: Letter, reader: Reader) -> LetterContent:
        by = _text(letter.about, "by") or _missing("by")
        text = reader.say("mail.invitation.text", by=by, email=letter.to)
        button = (reader.say("mail.invitation.sign_in"), invitation_url(self._base_url, letter.to))
        return LetterContent(reader.say("mail.invitation.subject", by=by), text, Markup.escape(text), buttons=(button,))

    def _address(self, topic: _Topic) -> str:
        """Return the address of the machine on the board; "" for another topic, or a name too long for an address."""
        is_linked = topic.is_vm and len(topic.name) <= LINKED_AT_MOST
        return f"{self._base_url}/?vm={quote(topic.name, safe='')}" if is_linked else ""


@dataclass(frozen=True, slots=True)
class _Topic:
    """One machine or queue that a letter is about."""

    name: str
    is_vm: bool
    by: str
    receiver: str
    reason: str
    note: str
    since: datetime | None
    until: datetime | None

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> _Topic:
        """Raises KeyError, ValueError or TypeError for facts edited by hand."""
        return cls(
            name=_text(facts, "vm_id") or _text(facts, "group") or _text(facts, "token") or _missing("vm_id"),
            is_vm=bool(_text(facts, "vm_id")),
            by=_text(facts, "by"),
            receiver=_text(facts, "receiver"),
            reason=_text(facts, "reason"),
            note=_text(facts, "note"),
            since=parse_time(text) if (text := _text(facts, "booked_at")) else None,
            until=parse_time(text) if (text := _text(facts, "until")) else None,
        )


def _code(letter: Letter, reader: Reader) -> LetterContent:
    code = _text(letter.about, "code") or _missing("code")
    text = reader.say("mail.code.text", email=letter.to)
    return LetterContent(reader.say("mail.code.subject", code=code), text, Markup.escape(text), code=code)


def _machine(name: str, address: str, reader: Reader) -> tuple[str, str] | None:
    """Return the line of the text form that links to the machine; None without an address."""
    return (reader.say("mail.machine", vm=name), address) if address else None


def _linked(name: str, address: str) -> Markup:
    return LINK.format(address, name) if address else Markup.escape(name)


def _words(topics: Sequence[_Topic], reader: Reader) -> dict[str, object]:
    """Return what the sentences name; of several topics the first end, and everybody who did it."""
    ends = [topic.until for topic in topics if topic.until]
    return {
        "vm": topics[0].name,
        "n": len(topics),
        "by": ", ".join(dict.fromkeys(topic.by for topic in topics if topic.by)),
        "receiver": ", ".join(dict.fromkeys(topic.receiver for topic in topics if topic.receiver)),
        "until": reader.moment(min(ends)) if ends else "",
    }


def _remark(topics: Sequence[_Topic], reader: Reader) -> str:
    """Return the line about why it was done, or else about what the bookings are for; "": neither was said."""
    reasons = "; ".join(dict.fromkeys(topic.reason for topic in topics if topic.reason))
    if reasons:
        return reader.say("mail.because", reason=reasons)
    notes = "; ".join(dict.fromkeys(topic.note for topic in topics if topic.note))
    return reader.say("mail.what_for", note=notes) if notes else ""


def _items(form: type[Text], topics: Sequence[_Topic], names: Sequence[Text], reader: Reader) -> tuple[Text, ...]:
    """Return the lines of the list as this kind of text: the names of the topics, with their ends."""
    lines = [
        cast(Text, form("{}: {}").format(name, reader.moment(topic.until))) if topic.until else name
        for topic, name in zip(topics, names, strict=True)
    ]
    left = len(lines) - LISTED_AT_MOST
    return (*lines[:LISTED_AT_MOST], form(reader.say("mail.more", n=left))) if left > 0 else tuple(lines)


def _target(action: LinkAction, holder: str, topics: Sequence[_Topic]) -> LinkTarget:
    """Return the target of a link that acts on all of these. Raises ValueError if one has no end."""
    ends = [(topic, topic.until or _missing("until")) for topic in topics[:LISTED_AT_MOST]]
    return LinkTarget(action, holder, frozenset(mark_of(topic.name, topic.since, until) for topic, until in ends))


def _text(facts: Mapping[str, object], key: str) -> str:
    """Return a fact. Raises TypeError where a file edited by hand has something else than a text there."""
    fact = facts.get(key, "")
    if not isinstance(fact, str):
        raise TypeError(f"{key}: a text is expected here")
    return fact


def _missing(key: str) -> NoReturn:
    raise ValueError(f"{key} is missing")
