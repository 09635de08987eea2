"""The context of a request: the services, the caller, the language; and rules run for the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Concatenate, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, has_request_context, request, session
from werkzeug.local import LocalProxy

from loadzone import i18n
from loadzone.auth.api_tokens import ApiTokens
from loadzone.auth.sessions import Session, Sessions
from loadzone.config import Config
from loadzone.domain.certainty import is_cut_off
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.mail_trouble import MailTrouble
from loadzone.domain.people import Token
from loadzone.domain.refusal import refuse
from loadzone.domain.store import Store
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import zone_named
from loadzone.notifications.broadcaster import SocketUser
from loadzone.notifications.signed_links import SignedLinks
from loadzone.reports.moving_health import Waiting
from loadzone.reports.reader import HistoryReader
from loadzone.reports.usage.asking import UsageQuestions
from loadzone.schemas import requests, validation
from loadzone.schemas.responses import NodeHealth
from loadzone.schemas.serializers import Audience, audience_of
from loadzone.web.board_cache import BoardCache
from loadzone.web.node import Node
from loadzone.web.rate_limits import RateLimits

LETTER_PAGES = "letter_pages"  # the blueprint of what the links in letters lead to
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")  # methods that change nothing

B = TypeVar("B", bound=requests.RequestBody)
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that endpoints use. Kept in `app.extensions["loadzone"]`."""

    config: Config
    clock: Callable[[], datetime]
    store: Store
    bus: CommandBus
    history: HistoryReader
    usage: UsageQuestions
    history_trouble: Callable[[], Waiting | None]
    board_cache: BoardCache
    links: SignedLinks
    sessions: Sessions
    api_tokens: ApiTokens
    rate_limits: RateLimits
    mail_trouble: Callable[[], MailTrouble | None]
    behind_at_most: Callable[[], float]
    node: Node | None


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of the request: a browser with a session, a program with a token, or a stranger with neither."""

    email: str | None = None
    session: Session | None = None
    token: Token | None = None


STRANGER = Caller()


def node_health() -> NodeHealth:
    """Return what one of several nodes tells of itself; nothing where there is one process."""
    node = services().node
    return node.health() if node else {}


def services() -> Services:
    """Return the services of the app that serves this request."""
    return services_of(current_app)


def services_of(app: Flask) -> Services:
    """Return the services of this app."""
    return cast(Services, app.extensions["loadzone"])


def unproxied(proxy: T) -> T:
    """Return the object behind one of Flask's proxies. Each access through the proxy would look it up again."""
    return cast("LocalProxy[T]", proxy)._get_current_object()


def caller() -> Caller:
    """Return the caller, looked up once per request. Raises Refusal: bad_token, token_expired."""
    context = unproxied(g)
    if "caller" not in context:
        context.caller = STRANGER  # if the token is refused, the answer is made for a stranger
        context.caller = _find_caller()
    return cast(Caller, context.caller)


def skip_authentication() -> None:
    """Treat the caller as a stranger. Credentials in the request are not looked at."""
    g.caller = STRANGER


def actor() -> str | None:
    """Return the caller's address; None for a stranger."""
    return caller().email


def via() -> str:
    """Return how the present call is made, as HistoryLine has it; empty outside of requests."""
    if not has_request_context():
        return ""
    if request.blueprint == LETTER_PAGES:
        return "link"
    token = unproxied(g).get("caller", STRANGER).token
    return f"token:{token.name}" if token else ""


def audience() -> Audience:
    """Return how much the caller sees of the board. Raises Refusal: not_signed_in where strangers see nothing of it."""
    return audience_of(actor(), services().config.is_public) or refuse("not_signed_in")


def language() -> str:
    """Return the language to answer in.

    It is the first of these that is set and supported: the person's choice, the cookie `language`, what the browser
    prefers, the setting.
    """
    user = services().store.snapshot.users.get(actor() or "")
    accepted = [name for name, quality in request.accept_languages if quality > 0]
    wishes = [user.language if user else None, request.cookies.get("language"), *accepted]
    return i18n.best_of(wishes) or services().config.language


def bearer_token(authorization: str) -> str | None:
    """Return the token from this Authorization header. If there is one, the cookie is ignored."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def zone() -> tzinfo | None:
    """Return the time zone of the caller; None: the server's."""
    user = services().store.snapshot.users.get(actor() or "")
    return zone_named(user.zone) if user and user.zone else None


def socket_user() -> SocketUser:
    """Return the user of a socket; call it in the handshake. Raises Refusal: behind, bad_token, token_expired."""
    if is_cut_off(services().behind_at_most()):
        refuse("behind")
    found = _find_caller()
    name = found.token.id if found.token else found.session.name if found.session else None
    return SocketUser(found.email, name, language())


def run(rule: Callable[Concatenate[UnitOfWork, str | None, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a rule with the caller as its actor; return what it returns."""
    return services().bus.run(rule, actor(), *args, **kwargs)


def read_body(model: type[B]) -> B:
    """Return the request's JSON as `model`. An empty body counts as an empty object. Raises Refusal: bad_input."""
    return validation.read(model, request.get_data() or b"{}")


def _find_caller() -> Caller:
    text = bearer_token(request.environ.get("HTTP_AUTHORIZATION", ""))
    if text is None:
        found = services().sessions.find(unproxied(session))
        return Caller(found.email, found) if found else STRANGER
    email, token = services().api_tokens.find(text)
    return Caller(email, token=token)
