"""Sessions of browsers: signing in by code or by trust, staying signed in, signing out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask.sessions import SessionMixin

from loadzone.auth.login_codes import LoginCodes
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import CannotSave
from loadzone.domain.records import State
from loadzone.domain.store import Store
from loadzone.lib.digests import digest
from loadzone.lib.user_agents import browser_of, system_of
from loadzone.rules import people, sessions

log = logging.getLogger("loadzone.sessions")

# A session's last use is written once a day, not with every request.
SEEN_EVERY = timedelta(days=1)

# The content of a session's cookie: `session`, a secret; `who`, the address that signed in last; `ticket`, of a code
# that was asked for. `Any`: values of JSON that we signed ourselves.
Cookie = Mapping[str, Any]


class Session(NamedTuple):
    """A session in force: whose it is, and the name under which the data file keeps it."""

    email: str
    name: str


class Sessions:
    """Signs people in and out. `post_code(email, code, language)` sends a code by mail; without SMTP it is logged.

    `codes` are those of all processes that share the state; each is sent by the process that was asked.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        bus: CommandBus,
        clock: Callable[[], datetime],
        codes: LoginCodes,
        post_code: Callable[[str, str, str], None],
    ) -> None:
        self._config = config
        self._store = store
        self._bus = bus
        self._clock = clock
        self._codes = codes
        self._post_code = post_code

    def find(self, cookie: Cookie) -> Session | None:
        """Return the session that the cookie stands for, if it is in force."""
        email = cookie.get("who")
        user = self._state.users.get(email) if email else None
        if user is None or not people.is_allowed(self._config, user.email):
            return None
        name = digest(cookie.get("session", ""))
        return Session(user.email, name) if sessions.is_in_force(user, name, self._config, self._clock()) else None

    def is_use_noted(self, session: Session) -> bool:
        """Tell whether today's use of the session is written down."""
        user = self._state.users.get(session.email)
        known = user.sessions.get(session.name) if user else None
        return (
            known is not None and abs(self._clock() - known.used) < SEEN_EVERY
        )  # later than now: the clock was set back

    def is_returning(self, cookie: Cookie, email: str) -> bool:
        """Tell whether this person was the last to sign in in this browser, even if that session is over."""
        return cookie.get("who") == email

    def ask_code(self, cookie: SessionMixin, email: str, language: str) -> None:
        """Send a code that is good in this browser only. Raises Refusal: domain_not_allowed; and CannotSave."""
        people.check_domain(self._config, email)
        cookie["ticket"], code = self._codes.issue(email, cookie.get("ticket", ""))
        cookie.permanent = True  # the browser keeps it after it is closed
        if self._config.mails:
            self._post_code(email, code, language)
        else:
            log.info("sign-in code for %s: %s", email, code)

    def enter_by_code(self, cookie: SessionMixin, email: str, code: str, language: str, user_agent: str) -> None:
        """Sign in with a code, as `enter` does.

        Raises Refusal: wrong_code, code_expired; and CannotSave, which keeps the code good.
        """
        ticket = cookie.get("ticket", "")
        self._codes.redeem(ticket, email, code)
        try:
            self.enter(cookie, email, language, user_agent)
        except CannotSave:
            self._codes.give_back(ticket)
            raise

    def enter(self, cookie: SessionMixin, email: str, language: str, user_agent: str) -> None:
        """Sign in: give this browser a new session, and end the one that it had."""
        secret = secrets.token_urlsafe(16)
        self._bus.run(
            people.sign_in,
            email=email,
            session=digest(secret),
            seen_language=language,
            browser=browser_of(user_agent),
            system=system_of(user_agent),
        )
        self.leave(cookie)
        cookie.update(who=email, session=secret)
        cookie.permanent = True
        log.info("%s signed in", email)

    def leave(self, cookie: SessionMixin) -> None:
        """Sign out in this browser."""
        if session := self.find(cookie):
            self._bus.run(sessions.sign_out, actor=session.email, name=session.name)
        _forget(cookie)

    def leave_elsewhere(self, cookie: SessionMixin) -> None:
        """Sign out in every other browser of this person."""
        if session := self.find(cookie):
            self._bus.run(sessions.sign_out_others, actor=session.email, name=session.name)

    def leave_everywhere(self, cookie: SessionMixin, actor: str | None) -> None:
        """Sign out in every browser of this person."""
        if actor:
            self._bus.run(sessions.sign_out, actor=actor, name=None)
        _forget(cookie)

    def renew_session(self, session: Session) -> bool:
        """Begin the session's thirty days anew, once a day. Tell whether the cookie must be sent again."""
        if self.is_use_noted(session):
            return False
        try:
            self._bus.run(sessions.keep, actor=session.email, name=session.name)
        except CannotSave:
            log.warning("the use of a session could not be noted; that is tried again at its next use")
            return False
        return True

    @property
    def _state(self) -> State:
        return self._store.snapshot


def _forget(cookie: SessionMixin) -> None:
    """Empty the cookie, but for the person's address, which opens nothing and tells who signed in here."""
    who = cookie.get("who")
    cookie.clear()
    if who:
        cookie["who"] = who
        cookie.permanent = True
