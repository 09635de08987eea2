"""Checks before every endpoint, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from flask import Flask, Request, request, session

from loadzone.config import Config
from loadzone.domain.refusal import refuse
from loadzone.web import compression, origins
from loadzone.web.context import SAFE_METHODS, caller, services, skip_authentication, unproxied
from loadzone.web.read_your_writes import refuse_if_behind

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
# Endpoints that take forms; and those whose token is the authority and that no session helps: a mail program may call
# them from any site (RFC 8058).
FORMS = ("letter_pages.follow_link", "letter_pages.unsubscribe")
FROM_ANYWHERE = ("letter_pages.unsubscribe",)
HSTS = {"Strict-Transport-Security": "max-age=31536000"}  # seconds; sent over https only


class WsgiApp(Protocol):
    """A WSGI application whose arguments have the names that Flask gives them."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        ...


def install(app: Flask) -> None:
    """Check every request, and compress answers."""
    app.before_request(_before_request)
    app.after_request(compression.compress)


def _before_request() -> None:
    """Check the request. One hook does it all, since each access to a proxy of Flask takes time.

    A bad token is refused at every endpoint. Otherwise a program would take the answer to a stranger for its own.
    """
    incoming, parts = unproxied(request), services()
    if incoming.endpoint == "static":
        skip_authentication()
        return
    refuse_if_behind(incoming.environ)
    who = caller()
    if who.email and who.token:
        parts.api_tokens.note_use(who.email, who.token)
    if incoming.method not in SAFE_METHODS:
        if not who.token and incoming.endpoint not in FROM_ANYWHERE:
            refuse_other_origins(incoming, parts.config)
        refuse_other_types(incoming)
    if who.session and parts.sessions.renew_session(who.session):
        session.modified = True


def refuse_other_origins(incoming: Request, config: Config) -> None:
    """Refuse requests from pages of other sites, which must not use this browser's session.

    A script that sends neither header is served. Requests with a token are not checked: no browser adds one by itself.
    Raises Refusal: other_origin.
    """
    is_own = origins.is_own(incoming.environ, config)
    if not is_own or incoming.environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none"):
        refuse("other_origin", **({"host": incoming.host} if origins.may_be_rebound(incoming.host, config) else {}))


def refuse_other_types(incoming: Request) -> None:
    """Refuse bodies that are not JSON, except of the forms behind a letter's links. Raises Refusal: not_json."""
    has_body = incoming.content_length or "HTTP_TRANSFER_ENCODING" in incoming.environ
    if has_body and incoming.mimetype != "application/json" and incoming.endpoint not in FORMS:
        refuse("not_json")


def with_headers(app: WSGIApplication, has_host: bool) -> WsgiApp:
    """Return the WSGI app with HEADERS on each answer, also of the sockets. Headers that the answer has are kept.

    `has_host`: no other application has this host name. Otherwise HSTS, which is for the whole host, is left to others.
    """
    plain = [(name.lower(), (name, value)) for name, value in HEADERS.items()]
    over_https = plain + [(name.lower(), (name, value)) for name, value in HSTS.items() if has_host]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        more = over_https if environ["wsgi.url_scheme"] == "https" else plain

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            return start_response(status, headers + [pair for name, pair in more if name not in present], exc_info)

        return app(environ, start)

    return answer
