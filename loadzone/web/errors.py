"""Turns every refusal and every fault into an answer: a status, a sentence in the reader's language, a stable code."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Flask, Response, jsonify, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from loadzone.config import STRANGERS_BODY_AT_MOST
from loadzone.domain.commit import CannotSave
from loadzone.domain.records import Group, Vm
from loadzone.domain.refusal import Fact, Refusal
from loadzone.i18n import say
from loadzone.lib.times import iso
from loadzone.schemas.refusal_text import Facts, sentence, sentence_as
from loadzone.schemas.serializers import shown
from loadzone.web.context import actor, language, node_health, services, zone
from loadzone.web.known_callers import body_at_most
from loadzone.web.time_element import time_element

log = logging.getLogger("loadzone.errors")

HEALTH = "pages.healthz"  # the endpoint

# The HTTP status of each code.
STATUS = {
    "bad_input": 400,
    "not_signed_in": 401,
    "wrong_code": 401,
    "code_expired": 401,
    "bad_token": 401,
    "token_expired": 401,
    "not_allowed": 403,
    "domain_not_allowed": 403,
    "other_origin": 403,
    "not_with_token": 403,
    "not_found": 404,
    "no_such_vm": 404,
    "no_such_group": 404,
    "no_such_user": 404,
    "no_such_token": 404,
    "no_such_session": 404,
    "not_deleted": 404,
    "method_not_allowed": 405,
    "vm_taken": 409,
    "vm_held": 409,
    "in_maintenance": 409,
    "not_enough_free": 409,
    "others_wait": 409,
    "queue_full": 409,
    "over_limit": 409,
    "group_too_small": 409,
    "not_in_queue": 409,
    "is_yours": 409,
    "not_booked": 409,
    "changed": 409,
    "link_void": 410,
    "too_far_ahead": 409,
    "too_early": 409,
    "vm_exists": 409,
    "name_taken": 409,
    "not_in_group": 409,
    "last_admin": 409,
    "admin_by_settings": 409,
    "too_many_tokens": 409,
    "too_large": 413,
    "not_json": 415,
    "too_many": 429,
    "cannot_save": 503,
    "history_away": 503,
    "behind": 503,
}

PAGE_RETRIES_AFTER = 5  # seconds after which a page that a person opened is asked for again by itself

# RFC 6750, section 3. Browsers do not prompt for such a token, so no window of theirs covers the page's own.
CHALLENGE = 'Bearer realm="LoadZone"'
BAD_TOKENS = ("bad_token", "token_expired")
# Logged as warnings: the page, used as intended, causes none of them.
SUSPICIOUS = {
    *BAD_TOKENS,
    "wrong_code",
    "code_expired",
    "domain_not_allowed",
    "other_origin",
    "not_allowed",
    "not_with_token",
    "too_many",
}
# The codes of the errors that Flask and Werkzeug raise, by status.
HTTP_ERRORS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json"}


def install(app: Flask) -> None:
    """Turn every exception of the app into an answer."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CannotSave, _cannot_save)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def may_want_page(method: str, blueprint: str | None) -> bool:
    """Tell whether a person may open this in a browser, and then gets errors as a page."""
    return method == "GET" or blueprint in ("pages", "letter_pages")


def _refusal(refusal: Refusal) -> Response:
    if refusal.code in SUSPICIOUS:
        _log_suspicious(refusal.code)
    response = _answer(STATUS[refusal.code], refusal.code, refusal.facts)
    if refusal.code == "behind" and response.mimetype == "text/html":
        response.headers["Refresh"] = str(PAGE_RETRIES_AFTER)
    if "retry_after" in refusal.facts:
        response.headers["Retry-After"] = str(refusal.facts["retry_after"])
    return response


def _cannot_save(error: CannotSave) -> Response:
    return _answer(STATUS["cannot_save"], "cannot_save", {"unsure": True} if error.unsure else {})


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status >= 500:
        return _fault(error)
    facts = {"max": _body_at_most(actor())} if status == 413 else {}
    response = _answer(status, HTTP_ERRORS.get(status, "bad_input"), facts)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _body_at_most(email: str | None) -> int:
    return body_at_most(services(), email) if email else STRANGERS_BODY_AT_MOST


def _fault(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, request.url_rule or request.path, exc_info=error)
    return _answer(500, "broken", {})


def _log_suspicious(code: str) -> None:
    """Log the route and not the path: whoever knows the path of a letter's link can use it."""
    who = actor() or "a stranger"
    log.warning(
        "%s %s was refused to %s, from %s: %s", request.method, request.url_rule, who, request.remote_addr, code
    )


def _answer(status: int, code: str, facts: Facts) -> Response:
    reader = language()
    if _wants_page():
        text: str = sentence_as(Markup, time_element, code, facts, reader)
        title = say(reader, "page.broken.title" if status >= 500 else "page.error.title")
        response = Response(render_template("error.html", lang=reader, status=status, title=title, text=text))
    else:
        text = sentence(code, facts, reader, zone())
        about_node = node_health() if request.endpoint == HEALTH and status == 503 else {}
        told = {name: _json(fact) for name, fact in facts.items()}
        response = jsonify({"error": text, "code": code, **told, **about_node})
    response.status_code = status
    if status == 401:
        invalid = ', error="invalid_token"' if code in BAD_TOKENS else ""
        response.headers["WWW-Authenticate"] = CHALLENGE + invalid
    return response


def _json(fact: Fact) -> object:
    """Return the fact as JSON. Only people who are signed in meet refusals with a record in them."""
    if isinstance(fact, Vm | Group):
        return shown(fact)
    return iso(fact) if isinstance(fact, datetime) else fact


def _wants_page() -> bool:
    """Tell whether a person opened this in a browser; scripts and calls of the page get JSON."""
    prefers = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return may_want_page(request.method, request.blueprint) and prefers == "text/html"
