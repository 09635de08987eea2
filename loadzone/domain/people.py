"""The records about people: their history, tokens, browsers and letters. Immutable, with aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from loadzone.domain.unknown_keys import nothing

Role = Literal["user", "admin"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a person's history: `book`, `receive`, `renew`, `cancel`, `release`, `hand_over`, or what a file had.

    `person` is the other one who had part in it: who gave the booking, who got it, or who booked for this person.
    `text` caches how datafile/writer.py wrote it: a line never changes, and is written with each change of the person.
    """

    action: str
    vm_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    rest: Mapping[str, object] = field(default_factory=nothing)
    person: str = ""
    text: bytes | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Token:
    """An API token. Only the `digest` of its secret is kept.

    `used` is its last use, to some minutes, `reminded` when its owner was last told that it ends soon.
    """

    id: str
    name: str
    digest: str
    created: datetime
    expires: datetime
    used: datetime | None = None
    reminded: datetime | None = None


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A browser that is signed in. `used` is its last use, to the day.

    Sessions of older versions lack the rest: `began`, `way` (the LOADZONE_AUTH that it began with), and the names of
    the `browser` and its `system`, as the browser tells them.
    """

    used: datetime
    began: datetime | None = None
    way: str = ""
    browser: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person. `language` is the person's own choice, `seen_language` what one of their browsers last asked for.

    `sessions` are by a digest of the secret in the browser's cookie, `tokens` by id. `seen` is the last use of those
    that are gone. `zone` is the IANA name of the zone in which times are told to the person; None: the server's.
    `no_letters` are the kinds of letters that the person does not want. `invited_by` is the admin who has invited them,
    at `created`; it is emptied when they sign in.
    """

    email: str
    created: datetime
    bookings: tuple[Entry, ...] = ()
    role: Role = "user"
    language: str | None = None
    seen_language: str | None = None
    sessions: Mapping[str, BrowserSession] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)
    rest: Mapping[str, object] = field(default_factory=nothing)
    zone: str | None = None
    no_letters: tuple[str, ...] = ()
    seen: datetime | None = None
    invited_by: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the outbox. Its text is made from `kind` and `about` when it is sent.

    `about` has the facts of one machine or queue, and under `more` those of the others that it is about.
    """

    id: str
    to: str
    kind: str
    created: datetime
    about: Mapping[str, object] = field(default_factory=nothing)

    @property
    def topics(self) -> tuple[Mapping[str, object], ...]:
        """The facts of each machine or queue that it is about."""
        first = {key: fact for key, fact in self.about.items() if key != "more"}
        more = self.about.get("more")
        others = [topic for topic in more if isinstance(topic, Mapping)] if isinstance(more, (list, tuple)) else []
        return (first, *others)

    def with_topics(self, topics: Sequence[Mapping[str, object]]) -> Letter:
        """Return the same letter about these topics, of which there is at least one."""
        first, *more = topics
        return replace(self, about={**first, "more": more} if more else first)
