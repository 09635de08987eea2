"""Tells callers who are signed in by their headers alone, before the body is read and Flask has a request."""

from __future__ import annotations

from flask import Flask

from loadzone.auth.session_cookie import SessionCookie
from loadzone.domain.refusal import Refusal
from loadzone.web.context import bearer_token, services_of


def is_signed_in(app: Flask, cookies: str, authorization: str) -> bool:
    """Tell whether the headers Cookie and Authorization are those of somebody signed in."""
    token = bearer_token(authorization)
    if token is None:
        return _has_session(app, cookies)
    try:
        services_of(app).api_tokens.find(token)
    except Refusal:
        return False
    return True


def _has_session(app: Flask, cookies: str) -> bool:
    """Look for both names of the cookie: only Flask knows from the proxy's headers whether https is used."""
    cookie = app.session_interface
    if not isinstance(cookie, SessionCookie):
        return False
    contents = [cookie.content(cookies, is_secure) for is_secure in (False, True)]
    return any(services_of(app).sessions.find(content) for content in contents)
