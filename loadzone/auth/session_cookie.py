"""The session's cookie: its name by the scheme, and its content, whose signature is checked once an hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.http import parse_cookie

CACHED = 4096  # cookies
CACHED_BYTES = 4096  # of one cookie header; longer ones would take much memory
CHECKED_EVERY = 3600  # seconds after which a cookie's signature and age are checked again


def secure_prefix(path: str) -> str:
    """Return how the name of a secure cookie begins that goes to this path."""
    return "__Host-" if path == "/" else "__Secure-"


def name_of(app: Flask, is_secure: bool) -> str:
    """Return the name of the session's cookie over https, or over http."""
    name: str = app.config["SESSION_COOKIE_NAME"]
    return f"{secure_prefix(app.config['SESSION_COOKIE_PATH'])}{name}" if is_secure else name


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, with a name by the scheme.

    Over https, as the trusted proxies say, the cookie is Secure and its name begins with `__Host-`: browsers then take
    it from this very host only, and no other host of the domain can put one of its own in its place. Under a path of a
    shared host it goes to that path only. Browsers do not allow that with `__Host-`, so its name begins with
    `__Secure-`.
    """

    def __init__(self, app: Flask, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._clock = clock
        self._cached = lru_cache(CACHED)(self._read)

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name for this request's scheme."""
        return name_of(app, request.is_secure)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie goes over https only."""
        return request.is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return the request's session."""
        return self.session_class(self.content(request.environ.get("HTTP_COOKIE", ""), request.is_secure))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie where it changed.

        Most answers set no cookie and may be cached by nobody, so they need no `Vary: Cookie` either.
        """
        if session.modified or (session.accessed and "Cache-Control" in response.headers):
            super().save_session(app, session, response)

    def content(self, cookies: str, is_secure: bool) -> Mapping[str, Any]:
        """Return what the session's cookie in this header holds; nothing, if there is none of ours."""
        name = name_of(self._app, is_secure)
        if f"{name}=" not in cookies:
            return {}
        hour = int(self._clock().timestamp() // CHECKED_EVERY)
        return (self._cached if len(cookies) <= CACHED_BYTES else self._read)(cookies, name, hour)

    def _read(self, cookies: str, name: str, _: int) -> Mapping[str, Any]:
        serializer = self.get_signing_serializer(self._app)
        try:
            text = parse_cookie(cookies).get(name, "")
            content, signed_at = serializer.loads(text, return_timestamp=True)  # type: ignore[union-attr]  # None without a secret key
        except (BadSignature, UnicodeDecodeError):  # our cookies are UTF-8
            return {}
        # The library's own `max_age` refuses cookies from the future too: all of them, once the clock is set back.
        is_old = self._clock() - signed_at > self._app.permanent_session_lifetime
        fresh: Mapping[str, Any] = {} if is_old else content
        return fresh
