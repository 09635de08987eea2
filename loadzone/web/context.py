"""What a request knows: the parts of the app, who asks, in which language, and the body it brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import current_app, g, request, session
from flask_limiter import Limiter

from loadzone import i18n
from loadzone.auth.api_tokens import ApiTokens
from loadzone.auth.sessions import Sessions
from loadzone.config import Config
from loadzone.datafile.backups import REFRESH_SECONDS, Backups
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import Token
from loadzone.notifications.broadcaster import Broadcaster, SocketUser
from loadzone.notifications.signed_links import Links
from loadzone.schemas import requests, validation
from loadzone.web.board_cache import BoardCache
from mailer import Mailer
from scheduler import Scheduler
from storage import JsonStore

B = TypeVar("B", bound=requests.Body)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the app is built of."""

    config: Config
    clock: Callable[[], datetime]
    store: JsonStore
    backups: Backups
    bus: CommandBus
    board_cache: BoardCache
    links: Links
    mailer: Mailer
    sessions: Sessions
    api_tokens: ApiTokens
    scheduler: Scheduler
    broadcaster: Broadcaster
    limiter: Limiter

    def start(self) -> None:
        """Begin the timers, the post and the sockets' delivery. What ended meanwhile is released before that, and what
        the file said until then is kept."""
        self.broadcaster.start()
        self.backups.before("start")
        self.scheduler.catch_up()
        self.scheduler.every(self.backups.refresh, REFRESH_SECONDS)
        self.scheduler.start()
        self.mailer.start()

    def stop(self) -> None:
        self.scheduler.stop()
        self.mailer.stop()
        self.broadcaster.stop()
        self.store.close()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `email` is None for a stranger, `token` for a browser. `session` is the name by which a browser's is
    kept; of a program, its token's id."""

    email: str | None = None
    session: str | None = None
    token: Token | None = None


NOBODY = Caller()


def services() -> Services:
    return current_app.extensions["loadzone"]


def caller() -> Caller:
    """Who asks, looked up once a request. Refuses a token that is worth nothing."""
    kept = g._get_current_object()
    if "caller" not in kept:
        kept.caller = NOBODY  # for whom a bad token stands, the answer that says so included
        kept.caller = _who()
    return kept.caller


def be_nobody() -> None:
    """It does not matter who asks, and whatever they bring is not looked at."""
    g.caller = NOBODY


def actor() -> str | None:
    """The address of who asks, or None for a stranger."""
    return caller().email


def _bearer() -> str | None:
    """The token that the request brings. Where there is one, the cookie is not looked at."""
    scheme, _, text = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def language() -> str:
    """The person's choice, else what the page was switched to, else what the browser asks for, else the setting."""
    user = services().store.snapshot.users.get(actor() or "")
    asked_for = [wish for wish, quality in request.accept_languages if quality > 0]
    wishes = [user.language if user else None, request.cookies.get("language"), *asked_for]
    return i18n.best_of(wishes) or services().config.language


def socket_user() -> SocketUser:
    known = _who()
    return SocketUser(known.email, known.session, language())


def _who() -> Caller:
    text = _bearer()
    if text is None:
        known = services().sessions.who(session._get_current_object())
        return Caller(*known) if known else NOBODY
    email, token = services().api_tokens.who(text)
    return Caller(email, token.id, token)


def do(rule: Any, **asked: Any) -> Any:
    """Run a rule for who asks."""
    return services().bus.run(rule, actor=actor(), **asked)


def body(model: type[B]) -> B:
    """The request's JSON as `model`; no body at all is an empty object."""
    return validation.read(model, request.get_data() or b"{}")
