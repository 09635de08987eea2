"""What is checked before any route, and what every answer carries."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, session

import compression
import origins
from context import actor, bearer, parts, token
from rules.refusal import refuse
from server import run_blocking

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
HSTS = {"Strict-Transport-Security": "max-age=31536000"}  # seconds, where people come by https


def install(app: Flask) -> None:
    app.before_request(_before)
    app.after_request(_squeeze)


def _before() -> None:
    """One hook, since Flask takes its time over each."""
    _look_at_token()
    refuse_other_origins()
    refuse_other_types()
    _slide_session()


def _look_at_token() -> None:
    """A bad one is refused whatever is asked, lest a program take a stranger's answer for its own."""
    if request.endpoint != "static" and (program := token()):
        parts().bearers.note_use(actor(), program)


def refuse_other_origins() -> None:
    """Another site's page cannot act with this browser's session. A script that sends neither header is served, and
    so is who brings a token: no browser sends that of itself.
    """
    if not _changes() or bearer() is not None:
        return
    config = parts().config
    own = origins.is_own(request.environ, config)
    if not own or request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        refuse("other_origin", **({"host": request.host} if origins.is_anybodys(request.host, config) else {}))


def refuse_other_types() -> None:
    """A body is JSON and says so; only the form behind a mail's link is one of a browser's own."""
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if _changes() and has_body and request.mimetype != "application/json" and request.endpoint != "pages.follow_link":
        refuse("not_json")


def _changes() -> bool:
    return request.method not in ("GET", "HEAD", "OPTIONS")


def _slide_session() -> None:
    if request.endpoint != "static" and bearer() is None:
        parts().accounts.slide(session)


def _squeeze(response: Response) -> Response:
    return compression.squeeze(response, run_blocking())


def with_headers(wsgi_app: Any) -> Any:
    """The app with HEADERS on each of its answers, those of the sockets too; what an answer says itself stays."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        more = {**HEADERS, **HSTS} if environ["wsgi.url_scheme"] == "https" else HEADERS

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            return start_response(
                status, headers + [one for one in more.items() if one[0].lower() not in said], *exc_info
            )

        return wsgi_app(environ, start)

    return answer
