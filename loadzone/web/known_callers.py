"""Finds the callers who are signed in by their headers alone, before the body is read and Flask has a request."""

from __future__ import annotations

from flask import Flask

from loadzone.auth.senders import Sender
from loadzone.auth.session_cookie import SessionCookie
from loadzone.config import BODY_AT_MOST, PEOPLES_BODY_AT_MOST
from loadzone.domain.refusal import Refusal
from loadzone.rules import access
from loadzone.web.context import Services, bearer_token, services_of
from loadzone.web.read_your_writes import PATIENCE


def sender_of(app: Flask, cookies: str, authorization: str) -> Sender | None:
    """Return whose the headers Cookie and Authorization are; None for a stranger.

    Somebody may just have signed in on another node, of which this one has not heard.
    """
    found = _known_sender(app, cookies, authorization)
    if found or not (cookies or authorization) or not services_of(app).store.wait_for_latest(PATIENCE):
        return found
    return _known_sender(app, cookies, authorization)


def _known_sender(app: Flask, cookies: str, authorization: str) -> Sender | None:
    token = bearer_token(authorization)
    email = _of_session(app, cookies) if token is None else _of_token(app, token)
    return Sender(email, body_at_most(services_of(app), email)) if email else None


def body_at_most(services: Services, email: str) -> int:
    """Return how many bytes a body of this person may have."""
    is_admin = access.is_admin(services.store.snapshot.users, services.config, email)
    return BODY_AT_MOST if is_admin else PEOPLES_BODY_AT_MOST


def _of_token(app: Flask, token: str) -> str | None:
    try:
        return services_of(app).api_tokens.find(token)[0]
    except Refusal:
        return None


def _of_session(app: Flask, cookies: str) -> str | None:
    """Look for both names of the cookie: only Flask knows from the proxy's headers whether https is used."""
    cookie = app.session_interface
    if not isinstance(cookie, SessionCookie):
        return None
    contents = [cookie.content(cookies, is_secure) for is_secure in (False, True)]
    found = (services_of(app).sessions.find(content) for content in contents)
    return next((session.email for session in found if session), None)
