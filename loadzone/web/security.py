"""What is checked before every endpoint, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request, request, session

from loadzone.config import Config
from loadzone.domain.refusal import refuse
from loadzone.web import compression, origins
from loadzone.web.context import caller, services, skip_authentication

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

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
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")  # methods that change nothing
HSTS = {"Strict-Transport-Security": "max-age=31536000"}  # seconds; where people come by https


def install(app: Flask) -> None:
    """Check every request, and compress every answer that is worth it."""
    app.before_request(_before_request)
    app.after_request(compression.compress)


def _before_request() -> None:
    """Check the request in one hook, with one look at Flask's proxies, each of which takes its time.

    A bad token is refused whatever is asked for, so that no program takes a stranger's answer for its own.
    """
    incoming, ours = request._get_current_object(), services()
    if incoming.endpoint == "static":
        skip_authentication()
        return
    who = caller()
    if who.email and who.token:
        ours.api_tokens.note_use(who.email, who.token)
    if incoming.method not in SAFE_METHODS:
        if not who.token:
            refuse_other_origins(incoming, ours.config)
        refuse_other_types(incoming)
    if who.session and ours.sessions.renew_session(who.session):
        session.modified = True


def refuse_other_origins(incoming: Request, config: Config) -> None:
    """Raise Refusal: other_origin, so that another site's page cannot act with this browser's session.

    A script that sends neither header is served, and so is a request with a token: no browser sends that by itself.
    """
    is_own = origins.is_own(incoming.environ, config)
    if not is_own or incoming.environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none"):
        refuse("other_origin", **({"host": incoming.host} if origins.may_be_rebound(incoming.host, config) else {}))


def refuse_other_types(incoming: Request) -> None:
    """Raise Refusal: not_json for a body of another type. Only the form behind a letter's link is not JSON."""
    has_body = incoming.content_length or "HTTP_TRANSFER_ENCODING" in incoming.environ
    if has_body and incoming.mimetype != "application/json" and incoming.endpoint != "pages.follow_link":
        refuse("not_json")


def with_headers(app: Wsgi) -> Wsgi:
    """Return the WSGI app with HEADERS on each answer, those of the sockets too. Headers that the answer has stay."""
    plain = [(name.lower(), (name, value)) for name, value in HEADERS.items()]
    over_https = plain + [(name.lower(), (name, value)) for name, value in HSTS.items()]

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        more = over_https if environ["wsgi.url_scheme"] == "https" else plain

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            return start_response(status, headers + [pair for name, pair in more if name not in present], *exc_info)

        return app(environ, start)

    return answer
