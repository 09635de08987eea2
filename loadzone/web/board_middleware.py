"""Answers `GET /vms` in front of Flask, since all browsers ask for the board within the same few seconds.

Flask makes an answer once for each audience and revision; here it is given again without what a request costs there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from loadzone.auth.session_cookie import SessionCookie
from loadzone.schemas.serializers import MEMBERS, STRANGERS, Audience
from loadzone.web import compression
from loadzone.web.board_cache import BoardAnswer
from loadzone.web.context import services_of

ONE_TAG = re.compile(r'"[^"]*"')
FLASK_HEADERS = ("HTTP_AUTHORIZATION", "HTTP_IF_MATCH")  # requests with these go on to Flask

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """What Flask answered for a board: the status and the headers."""

    board: BoardAnswer
    status: str
    headers: Headers


class BoardMiddleware:
    """WSGI around the app's own.

    Answers only the plain case: `GET /vms` of a stranger, or with a session in force whose use need not be noted.
    Everything else goes on to Flask.
    """

    def __init__(self, app: Flask, cookie: SessionCookie) -> None:
        self._app = app
        self._cookie = cookie
        self._flask = app.wsgi_app
        self._cached: dict[tuple[object, ...], CachedResponse] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
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

    def _caching(
        self, key: tuple[object, ...], board: BoardAnswer, tag: str, start_response: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return a start_response that keeps Flask's answer, if it is of this board and alike for all its audience."""

        def start(status: str, headers: Headers, *error: Any) -> Any:
            present = {name.lower(): value for name, value in headers}
            if not error and present.get("etag") == tag and "set-cookie" not in present:
                self._cached[key] = CachedResponse(board, status, headers)
            return start_response(status, headers, *error)

        return start

    def _audience(self, environ: Mapping[str, Any]) -> Audience | None:
        """Return the caller's audience; None: Flask has to look."""
        content = self._cookie.content(environ.get("HTTP_COOKIE", ""), environ["wsgi.url_scheme"] == "https")
        if not content:
            return STRANGERS
        sessions = services_of(self._app).sessions
        session = sessions.find(content)
        return MEMBERS if session and sessions.is_use_noted(session) else None


def _is_plain(environ: Mapping[str, Any]) -> bool:
    return (
        environ["PATH_INFO"] == "/vms"
        and environ["REQUEST_METHOD"] == "GET"
        and not any(name in environ for name in FLASK_HEADERS)
        and ("HTTP_IF_NONE_MATCH" not in environ or bool(ONE_TAG.fullmatch(environ["HTTP_IF_NONE_MATCH"])))
    )
