"""The page, the pages behind the links of letters, the health check, the command line and the API's description."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template, send_file, url_for

from loadzone import __version__
from loadzone.domain.certainty import may_be_behind
from loadzone.domain.events import EVENT_KINDS, Reach
from loadzone.lib.times import iso
from loadzone.schemas import responses
from loadzone.schemas.serializers import Audience, audience_of
from loadzone.web import compression
from loadzone.web.command_file import command_file
from loadzone.web.context import actor, language, node_health, services
from loadzone.web.endpoint import BINARY, HTML, endpoint
from loadzone.web.openapi import description_of
from loadzone.web.people import me
from loadzone.web.texts import file_of, first_texts

pages = Blueprint("pages", __name__)

# The kinds of events that the page puts in the inbox of the person, and that the browser shows as notifications.
PERSONAL_EVENTS = [kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.PERSON]
NOTHING = b'{"vms":[],"groups":[],"revision":-1}'  # the board for a person who may not see it
ALERT_EVENTS = [kind.name for kind in EVENT_KINDS.values() if kind.alert]


@pages.get("/")
@endpoint(returns=HTML)
def index() -> str:
    """Show the page."""
    seen_by = audience_of(actor(), services().config.is_public)
    return render_template("index.html", lang=language(), boot=_boot(seen_by), is_closed=seen_by is None)


@pages.get("/healthz")
@endpoint(returns=responses.HealthResponse, refuses="cannot_save")
def healthz() -> responses.HealthResponse:
    """Check that the server can answer and write; return its version. One of several nodes tells of itself."""
    about_node = node_health()  # before the check, which itself reads all commits
    services().store.check()
    return {"status": "ok", "version": __version__, **about_node, **_health_of_history()}


def _health_of_history() -> responses.HistoryHealth:
    trouble = services().history_trouble()
    return {"history": {"since": iso(trouble.since), "waiting": trouble.lines}} if trouble else {}


@pages.get("/cli")
@endpoint(returns=BINARY)
def command() -> Response:
    """Download the command line. It is one file: save it as `loadzone` and make it executable."""
    file = command_file()
    return send_file(
        io.BytesIO(file.content),
        mimetype=BINARY,
        download_name="loadzone",
        etag=file.etag,
        last_modified=file.modified,
        max_age=0,
    )


@pages.get("/openapi.json")
@endpoint(returns=dict[str, Any], tagged=True)
def description() -> Response:
    """Return this description of the API."""
    plain, gzipped = description_of(current_app)
    response = Response(gzipped if compression.client_accepts_gzip() else plain, mimetype="application/json")
    response.set_etag(hashlib.blake2b(plain, digest_size=16).hexdigest())
    if compression.client_accepts_gzip():
        compression.mark_as_gzip(response)
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/docs")
@endpoint(returns=HTML)
def docs() -> str:
    """Show this description as a page, where calls can be tried."""
    return render_template("docs.html")


def _boot(seen_by: Audience | None) -> str:
    """Return the data for the first paint as JSON, escaped so that it cannot end its script element."""
    config, mine = services().config, {**me()}
    mine.pop("bookings", None)
    mine.pop("letters", None)
    boot = {
        "me": {**mine, "language": language()},
        "state": orjson.Fragment(services().board_cache.answer(seen_by).body if seen_by else NOTHING),
        "language": language(),
        "strings": first_texts(language()),
        "settings": {
            "auth": config.auth,
            "strangers": config.strangers,
            "codes_in_log": not config.mails,
            "max_hours": config.max_hours,
            "max_ahead_hours": config.max_ahead_hours,
            "hold_minutes": config.hold_minutes,
            "history_days": config.history_days,
        },
        "events": {"personal": PERSONAL_EVENTS, "alert": ALERT_EVENTS},
        "texts": url_for("static", filename=file_of(language())),
        "now": iso(services().clock()),
        "behind": may_be_behind(services().behind_at_most()),
    }
    return orjson.dumps(boot).decode().replace("<", "\\u003c")
