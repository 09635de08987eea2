"""The session's cookie: its name by the scheme, and what one holds, read once and not with every request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature
from werkzeug.http import parse_cookie

KNOWN = 4096
AT_MOST = 4096  # bytes; longer ones would take much memory to know
LOOKED_AT_ANEW = 3600  # seconds after which a cookie's signature and age are looked at once more


class SessionCookie(SecureCookieSessionInterface):
    """Where the browser came by https, as the trusted proxies say, the session's cookie is Secure, and has a name with
    which browsers take it from this very host alone: no other host of the domain can put one of its own in its place.
    """

    def __init__(self, app: Flask, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._clock = clock
        self._known = lru_cache(KNOWN)(self._read)

    def get_cookie_name(self, app: Flask) -> str:
        return self._name(request.is_secure)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        return self.session_class(self.held(request.environ.get("HTTP_COOKIE", ""), request.is_secure))

    def save_session(self, app: Flask, session: SecureCookieSession, response: Response) -> None:
        """Most answers set no cookie, and nobody may keep them, so that they need not say by what they vary."""
        if session.modified or (session.accessed and "Cache-Control" in response.headers):
            super().save_session(app, session, response)

    def held(self, cookies: str, is_secure: bool) -> Mapping[str, Any]:
        """What the session of these cookies holds: nothing, where none is there or none is ours."""
        name = self._name(is_secure)
        if f"{name}=" not in cookies:
            return {}
        hour = int(self._clock().timestamp() // LOOKED_AT_ANEW)
        return (self._known if len(cookies) <= AT_MOST else self._read)(cookies, name, hour)

    def _name(self, is_secure: bool) -> str:
        name = self._app.config["SESSION_COOKIE_NAME"]
        return f"__Host-{name}" if is_secure else name

    def _read(self, cookies: str, name: str, _: int) -> Mapping[str, Any]:
        age = int(self._app.permanent_session_lifetime.total_seconds())
        try:
            return self.get_signing_serializer(self._app).loads(parse_cookie(cookies).get(name, ""), max_age=age)
        except (BadSignature, UnicodeDecodeError):  # cookies are UTF-8, or none of ours
            return {}
