"""What is checked before any route, and what every answer carries."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, Response, request, session

from loadzone.config import Config
from loadzone.domain.refusal import refuse
from loadzone.server.gevent_server import run_blocking
from loadzone.web import compression, origins
from loadzone.web.context import be_nobody, caller, services

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
READING = ("GET", "HEAD", "OPTIONS")  # methods that change nothing
HSTS = {"Strict-Transport-Security": "max-age=31536000"}  # seconds, where people come by https


def install(app: Flask) -> None:
    app.before_request(_before)
    app.after_request(_squeeze)


def _before() -> None:
    """One hook, and one look at what stands for the request of the moment, since Flask takes its time over each.

    A token that is worth nothing is refused whatever is asked, lest a program take a stranger's answer for its own.
    """
    asked, ours = request._get_current_object(), services()
    if asked.endpoint == "static":
        be_nobody()
        return
    who = caller()
    if who.token:
        ours.api_tokens.note_use(who.email, who.token)
    if asked.method not in READING:
        if not who.token:
            refuse_other_origins(asked, ours.config)
        refuse_other_types(asked)
    if who.session and not who.token:
        ours.sessions.renew_session(session, who.email, who.session)


def refuse_other_origins(asked: Request, config: Config) -> None:
    """Another site's page cannot act with this browser's session. A script that sends neither header is served, and
    so is who brings a token: no browser sends that of itself.
    """
    own = origins.is_own(asked.environ, config)
    if not own or asked.environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none"):
        refuse("other_origin", **({"host": asked.host} if origins.is_anybodys(asked.host, config) else {}))


def refuse_other_types(asked: Request) -> None:
    """A body is JSON and says so; only the form behind a mail's link is one of a browser's own."""
    has_body = asked.content_length or "HTTP_TRANSFER_ENCODING" in asked.environ
    if has_body and asked.mimetype != "application/json" and asked.endpoint != "pages.follow_link":
        refuse("not_json")


def _squeeze(response: Response) -> Response:
    return compression.compress(response, run_blocking)


def with_headers(wsgi_app: Any) -> Any:
    """The app with HEADERS on each of its answers, those of the sockets too; what an answer says itself stays."""
    plain = [(name.lower(), (name, value)) for name, value in HEADERS.items()]
    by_https = plain + [(name.lower(), (name, value)) for name, value in HSTS.items()]

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        more = by_https if environ["wsgi.url_scheme"] == "https" else plain

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            return start_response(status, headers + [pair for name, pair in more if name not in said], *exc_info)

        return wsgi_app(environ, start)

    return answer
