"""Every no and every fault as an answer: the status, a sentence in the reader's language, a stable code."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from loadzone.domain.refusal import Refusal
from loadzone.i18n import moment, say
from loadzone.lib.times import iso
from loadzone.server.http_protocol import BODY_AT_MOST
from loadzone.web.context import actor, language, services
from storage import CannotSave

log = logging.getLogger("loadzone.errors")

# RFC 6750, 3. Browsers ask nobody for such a token, so no window of theirs gets in the way of the page's own.
CHALLENGE = 'Bearer realm="LoadZone"'
OF_BAD_TOKENS = ("bad_token", "token_expired")
# What is written down: an honest page asks none of it.
OF_ATTACKS = {*OF_BAD_TOKENS, "wrong_code", "code_expired", "domain_not_allowed", "other_origin", "not_allowed"}
OF_ATTACKS |= {"not_with_token"}
CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json"}


def install(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CannotSave, _cannot_save)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def sentence(code: str, facts: Mapping[str, Any], language: str) -> str:
    """What is said to the person who is refused."""
    values = {name: moment(language, value) if isinstance(value, datetime) else value for name, value in facts.items()}
    if code in _COUNTED:
        values["n"] = _COUNTED[code](facts)
    variant = _VARIANTS[code](facts) if code in _VARIANTS else ""
    return say(language, f"error.{code}{variant}", **values)


def is_by_hand(method: str, blueprint: str | None) -> bool:
    """Whether a person's browser may ask this itself, and is then refused with a page."""
    return method == "GET" or blueprint == "pages"


def _refused(refusal: Refusal) -> Response:
    if refusal.code in OF_ATTACKS:
        _note(refusal.code)
    return _answer(refusal.status, refusal.code, refusal.facts)


def _cannot_save(error: CannotSave) -> Response:
    return _answer(503, "cannot_save", {"unsure": True} if error.unsure else {})


def _too_often(error: RateLimitExceeded) -> Response:
    _note("too_many")
    limit = services().limiter.current_limit
    seconds = max(1, int(limit.reset_at - time.time()) + 1) if limit else 60
    response = _answer(429, "too_many", {"retry_after": seconds})
    response.headers["Retry-After"] = str(seconds)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status >= 500:
        return _broken(error)
    facts = {"max": BODY_AT_MOST} if status == 413 else {}
    response = _answer(status, CODES.get(status, "bad_input"), facts)
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _broken(error: Exception) -> Response:
    where = request.url_rule or request.path
    log.exception("%s %s failed", request.method, where, exc_info=error)
    return _answer(500, "broken", {})


def _note(code: str) -> None:
    """Who tries what is not theirs leaves a trace; the rule stands for the path, which of a link is its authority."""
    who = actor() or "a stranger"
    log.warning(
        "%s %s was refused to %s, from %s: %s", request.method, request.url_rule, who, request.remote_addr, code
    )


def _answer(status: int, code: str, facts: Mapping[str, Any]) -> Response:
    spoken = language()
    words = sentence(code, facts, spoken)
    if _wants_a_page():
        title = say(spoken, "page.broken.title" if status >= 500 else "page.error.title")
        response = Response(render_template("error.html", lang=spoken, status=status, title=title, text=words))
    else:
        shown = {name: iso(value) if isinstance(value, datetime) else value for name, value in facts.items()}
        response = jsonify({"error": words, "code": code, **shown})
    response.status_code = status
    if status == 401:
        invalid = ', error="invalid_token"' if code in OF_BAD_TOKENS else ""
        response.headers["WWW-Authenticate"] = CHALLENGE + invalid
    return response


def _wants_a_page() -> bool:
    """A person who followed a link or pressed a mail's button, and not a script or the page's own call."""
    prefers = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return is_by_hand(request.method, request.blueprint) and prefers == "text/html"


# Where one code needs more than one sentence, which: by what else is known.
_VARIANTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "bad_input": lambda facts: f".{facts.get('reason', 'request')}",
    "wrong_code": lambda facts: "" if facts["tries_left"] else ".last",
    "not_allowed": lambda facts: ".holder" if "holder" in facts else "",
    "vm_held": lambda facts: "" if facts["until"] else ".kept",
    "not_enough_free": lambda facts: (".zero" if not facts["free"] else "") + (".no_end" if not facts["until"] else ""),
    "other_origin": lambda facts: ".name" if "host" in facts else "",
    "name_taken": lambda facts: ".token" if facts.get("what") == "token" else "",
    "cannot_save": lambda facts: ".unsure" if facts.get("unsure") else "",
}
# By which number the plural form goes.
_COUNTED: Mapping[str, Callable[[Mapping[str, Any]], int]] = {
    "wrong_code": lambda facts: facts["tries_left"],
    "not_enough_free": lambda facts: facts["free"],
    "too_many": lambda facts: max(1, round(facts["retry_after"] / 60)),
}
