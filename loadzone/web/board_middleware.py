"""In front of Flask: the board, which all browsers ask for in the same few seconds, without what a request costs there.

Flask makes an answer once for each audience and revision; here it is given again to whoever may have it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from loadzone.schemas.serializers import MEMBERS, STRANGERS
from loadzone.web import compression
from loadzone.web.board_cache import Answer

ONE_TAG = re.compile(r'"[^"]*"')
MORE_TO_ASK = ("HTTP_AUTHORIZATION", "HTTP_IF_MATCH")  # headers that Flask has to look at


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """What Flask said of a board: the status and the headers."""

    board: Answer
    status: str
    headers: list[tuple[str, str]]


class BoardMiddleware:
    """WSGI around the app's own. Only the plain case is answered here: `GET /vms` of a stranger, or by a session in
    force whose use need not be noted. All else goes on to Flask."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._flask = app.wsgi_app
        self._kept: dict[tuple[Any, ...], CachedResponse] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        audience = self._audience(environ) if _is_plain(environ) else None
        if audience is None:
            return self._flask(environ, start_response)
        board = self._app.extensions["loadzone"].board_cache
        packed = compression.accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = board.gzipped(audience) if packed else board.answer(audience)
        tag = f'"{compression.tag_of(answer.etag) if packed else answer.etag}"'
        unchanged = environ.get("HTTP_IF_NONE_MATCH") == tag
        place = (audience, packed, unchanged, environ["wsgi.url_scheme"])
        kept = self._kept.get(place)
        if kept is None or kept.board is not answer:
            return self._flask(environ, self._keeping(place, answer, tag, start_response))
        start_response(kept.status, kept.headers)
        return () if unchanged else (answer.body,)

    def _keeping(self, place: tuple[Any, ...], board: Answer, tag: str, start_response: Callable) -> Callable:
        """Keeps what Flask says, if it is of that very board and for everybody of the audience alike."""

        def keep(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said = {name.lower(): value for name, value in headers}
            if not error and said.get("etag") == tag and "set-cookie" not in said:
                self._kept[place] = CachedResponse(board, status, headers)
            return start_response(status, headers, *error)

        return keep

    def _audience(self, environ: Mapping[str, Any]) -> str | None:
        """None: Flask has to look."""
        held = self._app.session_interface.held(environ.get("HTTP_COOKIE", ""), environ["wsgi.url_scheme"] == "https")
        if not held:
            return STRANGERS
        accounts = self._app.extensions["loadzone"].sessions
        known = accounts.who(held)
        return MEMBERS if known and accounts.is_noted(*known) else None


def _is_plain(environ: Mapping[str, Any]) -> bool:
    return (
        environ["PATH_INFO"] == "/vms"
        and environ["REQUEST_METHOD"] == "GET"
        and not any(name in environ for name in MORE_TO_ASK)
        and ("HTTP_IF_NONE_MATCH" not in environ or bool(ONE_TAG.fullmatch(environ["HTTP_IF_NONE_MATCH"])))
    )
