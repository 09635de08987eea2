"""The page, the pages behind the links of letters, the health check, the command line and the API's description."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template, send_file, url_for
from markupsafe import Markup

from loadzone import __version__, i18n
from loadzone.domain.events import EVENT_KINDS, Reach
from loadzone.domain.records import LinkAction, LinkTarget, Vm
from loadzone.domain.refusal import Refusal
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import iso
from loadzone.rules import by_link, people
from loadzone.schemas import responses
from loadzone.schemas.serializers import MEMBERS, STRANGERS
from loadzone.web import compression
from loadzone.web.command_file import command_file
from loadzone.web.context import actor, language, services
from loadzone.web.endpoint import BINARY, HTML, endpoint
from loadzone.web.openapi import description_of
from loadzone.web.people import me
from loadzone.web.texts import file_of, first_texts
from loadzone.web.time_element import time_element

pages = Blueprint("pages", __name__)

BY_LINK: Mapping[LinkAction, Callable[[UnitOfWork, LinkTarget], Vm]] = {
    "renew": by_link.renew,
    "release": by_link.release,
    "take": by_link.take,
    "pass": by_link.pass_on,
}
# The kinds of events that the page puts in the inbox of the person, and that the browser shows as notifications.
PERSONAL_EVENTS = [kind.name for kind in EVENT_KINDS.values() if kind.reach is Reach.PERSON]
ALERT_EVENTS = [kind.name for kind in EVENT_KINDS.values() if kind.alert]


@pages.get("/")
@endpoint(returns=HTML)
def index() -> str:
    """Show the page."""
    return render_template("index.html", lang=language(), boot=_boot())


@pages.get("/link/<token>")
@endpoint(returns=HTML, refuses="link_void")
def show_link(token: str) -> tuple[str, int]:
    """Show the page behind a link in a letter. It changes nothing, because mail scanners open links too."""
    target = services().links.read(token)
    vm = services().store.snapshot.vms.get(target.vm_id)
    is_allowed = people.is_allowed(services().config, target.holder)
    if vm is None or not is_allowed or not by_link.is_valid(target, vm, services().clock()):
        return _void_page(token)
    return _link_page(target, token, "text", f"link.{target.action}.button", target.until, vm), 200


@pages.post("/link/<token>")
@endpoint(returns=HTML, refuses="link_void others_wait in_maintenance too_far_ahead")
def follow_link(token: str) -> tuple[str, int]:
    """Carry out the action of a link in a letter."""
    target = services().links.read(token)
    try:
        vm = services().bus.run(BY_LINK[target.action], target)
    except Refusal as refusal:
        if refusal.code != "link_void":
            raise
        return _void_page(token)
    end = vm.booking.expires_at if vm.booking else None
    return _link_page(target, token, "done", None, end or target.until, vm), 200


@pages.get("/healthz")
@endpoint(returns=responses.HealthResponse, refuses="cannot_save")
def healthz() -> responses.HealthResponse:
    """Check that the server can answer and write; return its version."""
    services().store.check()
    return {"status": "ok", "version": __version__}


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


def _boot() -> str:
    """Return the data for the first paint as JSON, escaped so that it cannot end its script element."""
    config, mine = services().config, {**me()}
    mine.pop("bookings", None)
    boot = {
        "me": {**mine, "language": language()},
        "state": orjson.Fragment(services().board_cache.answer(MEMBERS if actor() else STRANGERS).body),
        "language": language(),
        "strings": first_texts(language()),
        "settings": {
            "auth": config.auth,
            "codes_in_log": not config.mails,
            "max_hours": config.max_hours,
            "max_ahead_hours": config.max_ahead_hours,
            "hold_minutes": config.hold_minutes,
        },
        "events": {"personal": PERSONAL_EVENTS, "alert": ALERT_EVENTS},
        "texts": url_for("static", filename=file_of(language())),
        "now": iso(services().clock()),
    }
    return orjson.dumps(boot).decode().replace("<", "\\u003c")


def _link_page(target: LinkTarget, token: str, text: str, button: str | None, until: datetime, vm: Vm) -> str:
    reader, config = language(), services().config
    length = by_link.hours_to_take(vm.hold, config) if vm.hold else by_link.hours(config)
    words = {"vm": target.vm_id, "until": time_element(reader, until), "time": i18n.hours(reader, length)}
    return render_template(
        "link.html",
        lang=reader,
        token=token,
        title=i18n.say(reader, f"link.{target.action}.title", **words),
        text=i18n.say_as(Markup, reader, f"link.{target.action}.{text}", **words),
        button=i18n.say(reader, button, **words) if button else "",
        detail=target.holder,
    )


def _void_page(token: str) -> tuple[str, int]:
    reader = language()
    title, text = i18n.say(reader, "link.void.title"), i18n.say(reader, "error.link_void")
    return render_template("link.html", lang=reader, token=token, title=title, text=text, button="", detail=""), 410
