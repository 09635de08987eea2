"""Who you are: signing in by code or by trust, and the session that a browser's cookie stands for."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from loadzone.auth.login_codes import Codes
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.lib.digests import digest
from loadzone.rules import people
from storage import CannotSave, JsonStore

log = logging.getLogger("loadzone.accounts")

# A session's last use is written once a day, not once a request.
SEEN_EVERY = timedelta(days=1)


def session_of(session: Mapping[str, Any]) -> str:
    """By which name the session of this cookie is kept: who reads the data file learns nothing to make a cookie of."""
    return digest(session.get("session", ""))


class Sessions:
    """`post_code(email, code, language)` sends a code by mail; without SMTP it goes to the log instead."""

    def __init__(
        self,
        config: Config,
        store: JsonStore,
        bus: CommandBus,
        clock: Callable[[], datetime],
        post_code: Callable[[str, str, str], None],
    ) -> None:
        self._config = config
        self._store = store
        self._bus = bus
        self._clock = clock
        self._codes = Codes(clock)
        self._post_code = post_code

    def who(self, session: Mapping[str, Any]) -> tuple[str, str] | None:
        """The address of the person whose session this is, and by which name it is kept, if it is in force."""
        email = session.get("who")
        user = self._store.snapshot.users.get(email) if email else None
        name = session_of(session) if user else ""
        return (email, name) if user and people.is_session(user, name, self._clock()) else None

    def is_noted(self, email: str, name: str) -> bool:
        """Whether today's use of that session is written down."""
        user = self._store.snapshot.users.get(email)
        seen = user.sessions.get(name) if user else None
        return seen is not None and self._clock() - seen < SEEN_EVERY

    def is_own(self, session: Mapping[str, Any], email: str) -> bool:
        """Whether this person was the last to sign in in this browser, be it over since or not."""
        return session.get("who") == email

    def ask_code(self, session: MutableMapping[str, Any], email: str, language: str) -> None:
        """Send a code, good in this browser alone."""
        people.check_domain(self._config, email)
        session["ticket"], code = self._codes.issue(email, session.get("ticket"))
        session.permanent = True
        if self._config.mails:
            self._post_code(email, code, language)
        else:
            log.info("sign-in code for %s: %s", email, code)

    def enter_by_code(self, session: MutableMapping[str, Any], email: str, code: str, language: str) -> None:
        ticket = session.get("ticket")
        asked = self._codes.redeem(ticket, email, code)
        try:
            self.enter(session, email, language)
        except CannotSave:
            self._codes.give_back(ticket, asked)
            raise

    def enter(self, session: MutableMapping[str, Any], email: str, language: str) -> None:
        """A session of its own for this browser; what the cookie stood for before is over."""
        new = secrets.token_urlsafe(16)
        self._bus.run(people.sign_in, email=email, session=digest(new), seen_language=language)
        self.leave(session)
        session.update(who=email, session=new)
        session.permanent = True
        log.info("%s signed in", email)

    def leave(self, session: MutableMapping[str, Any]) -> None:
        """Sign out in this browser."""
        if known := self.who(session):
            self._bus.run(people.sign_out, actor=known[0], session=known[1])
        _forget(session)

    def leave_everywhere(self, session: MutableMapping[str, Any], actor: str | None) -> None:
        """Sign out in every browser of this person."""
        if actor:
            self._bus.run(people.sign_out, actor=actor, session=None)
        _forget(session)

    def renew_session(self, session: MutableMapping[str, Any], email: str, name: str) -> None:
        """Begin the thirty days of a session in use anew, once a day; `email` and `name` are what `who` gave."""
        if self.is_noted(email, name):
            return
        try:
            self._bus.run(people.keep_session, actor=email, session=name)
        except CannotSave:
            log.warning("the use of a session could not be noted; it will be at its next use")
        else:
            session.modified = True


def _forget(session: MutableMapping[str, Any]) -> None:
    """What is left in the cookie opens nothing; it says who signed in here."""
    who = session.get("who")
    session.clear()
    if who:
        session["who"] = who
        session.permanent = True
