"""WSGI middleware that answers `GET /vms` without Flask: all browsers ask for the board within a few seconds.

Flask makes the answer once for each audience and revision. The middleware repeats it without the cost of a request in
Flask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask

from loadzone.auth.session_cookie import SessionCookie
from loadzone.schemas.serializers import Audience, audience_of
from loadzone.web import compression
from loadzone.web.board_cache import BoardAnswer
from loadzone.web.context import services_of
from loadzone.web.read_your_writes import IS_BEHIND

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ONE_TAG = re.compile(r'"[^"]*"')
FOR_FLASK = ("HTTP_AUTHORIZATION", "HTTP_IF_MATCH", IS_BEHIND)  # requests with these in their environment

Headers = list[tuple[str, str]]
Key = tuple[Audience, bool, bool, str]  # audience, gzip, not modified, URL scheme


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """Status and headers of Flask's answer with this board."""

    board: BoardAnswer
    status: str
    headers: Headers


class BoardMiddleware:
    """Wraps the app's WSGI callable.

    Answers only the plain case: `GET /vms` by a stranger who may see the board, or with a valid session whose use is
    already noted today. Everything else goes on to Flask.
    """

    def __init__(self, app: Flask, cookie: SessionCookie) -> None:
        self._app = app
        self._cookie = cookie
        self._flask = app.wsgi_app
        self._cached: dict[Key, CachedResponse] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        audience = self._audience(environ) if _is_plain(environ) else None
        if audience is None:
            return self._flask(environ, start_response)
        board = services_of(self._app).board_cache
        is_gzip = compression.accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = board.gzipped(audience) if is_gzip else board.answer(audience)
        tag = f'"{compression.gzip_tag(answer.etag) if is_gzip else answer.etag}"'
        is_unchanged = environ.get("HTTP_IF_NONE_MATCH") == tag
        key = (audience, is_gzip, is_unchanged, environ["wsgi.url_scheme"])
        cached = self._cached.get(key)
        if cached is None or cached.board is not answer:
            return self._flask(environ, self._caching(key, answer, tag, start_response))
        start_response(cached.status, cached.headers)
        return () if is_unchanged else (answer.body,)

    def _caching(self, key: Key, board: BoardAnswer, tag: str, start_response: StartResponse) -> StartResponse:
        """Return a start_response that caches Flask's answer, if it has this board and is the same for all callers."""

        def start(status: str, headers: Headers, exc_info: OptExcInfo | None = None) -> Callable[[bytes], object]:
            present = {name.lower(): value for name, value in headers}
            if exc_info is None and present.get("etag") == tag and "set-cookie" not in present:
                self._cached[key] = CachedResponse(board, status, headers)
            return start_response(status, headers, exc_info)

        return start

    def _audience(self, environ: WSGIEnvironment) -> Audience | None:
        """Return the caller's audience, or None if only Flask can tell."""
        content = self._cookie.content(environ.get("HTTP_COOKIE", ""), environ["wsgi.url_scheme"] == "https")
        services = services_of(self._app)
        if not content:
            return audience_of(None, services.config.is_public)
        session = services.sessions.find(content)
        is_noted = session and services.sessions.is_use_noted(session)
        return audience_of(session.email, services.config.is_public) if session and is_noted else None


def _is_plain(environ: WSGIEnvironment) -> bool:
    return (
        environ["PATH_INFO"] == "/vms"
        and environ["REQUEST_METHOD"] == "GET"
        and not any(name in environ for name in FOR_FLASK)
        and ("HTTP_IF_NONE_MATCH" not in environ or bool(ONE_TAG.fullmatch(environ["HTTP_IF_NONE_MATCH"])))
    )
