"""What a person opens: the page itself, the page behind a mail's link, and the health check."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template, send_file

from loadzone import i18n
from loadzone.domain.records import Vm
from loadzone.domain.refusal import Refusal
from loadzone.lib.times import iso
from loadzone.notifications.signed_links import LinkTarget
from loadzone.rules import by_link
from loadzone.schemas import responses
from loadzone.schemas.serializers import MEMBERS, STRANGERS
from loadzone.web import compression
from loadzone.web.context import actor, language, services
from loadzone.web.endpoint import HTML, PYTHON, endpoint
from loadzone.web.openapi import description_of
from loadzone.web.people import me

pages = Blueprint("pages", __name__)
ROOT = Path(__file__).parents[2]

BY_LINK = {"renew": by_link.renew, "release": by_link.release, "take": by_link.take, "pass": by_link.pass_on}


@pages.get("/")
@endpoint(gives=HTML)
def index() -> str:
    """The page itself."""
    return render_template("index.html", lang=language(), boot=_boot())


@pages.get("/link/<token>")
@endpoint(gives=HTML, refuses="link_void")
def show_link(token: str) -> tuple[str, int]:
    """The page behind a mail's link. Looking changes nothing: mail scanners look."""
    target = services().links.read(token)
    vm = services().store.snapshot.vms.get(target.vm_id)
    if not by_link.is_target(vm, target, services().clock()):
        return _void(token)
    return _link_page(target, token, "text", f"link.{target.deed}.button", target.expires_at, vm), 200


@pages.post("/link/<token>")
@endpoint(gives=HTML, refuses="link_void others_wait in_maintenance too_far_ahead")
def follow_link(token: str) -> tuple[str, int]:
    """What the button of a mail's link does."""
    target = services().links.read(token)
    try:
        vm: Vm = services().bus.run(BY_LINK[target.deed], target=target)
    except Refusal as refusal:
        if refusal.code != "link_void":
            raise
        return _void(token)
    return _link_page(target, token, "done", None, vm.expires_at or target.expires_at, vm), 200


@pages.get("/healthz")
@endpoint(gives=responses.Ok, refuses="cannot_save")
def healthz() -> responses.Ok:
    """Whether the server can serve and write."""
    services().store.check()
    return {"status": "ok"}


@pages.get("/cli")
@endpoint(gives=PYTHON)
def command() -> Response:
    """The command line, one file: save it as `loadzone` and make it executable."""
    return send_file(ROOT / "cli" / "loadzone.py", mimetype=PYTHON, download_name="loadzone", max_age=0)


@pages.get("/openapi.json")
@endpoint(gives=dict[str, Any], tagged=True)
def description() -> Response:
    """This description."""
    plain, gzipped = description_of(current_app)
    response = Response(gzipped if compression.client_accepts_gzip() else plain, mimetype="application/json")
    response.set_etag(hashlib.blake2b(plain, digest_size=16).hexdigest())
    if compression.client_accepts_gzip():
        compression.mark(response)
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/docs")
@endpoint(gives=HTML)
def docs() -> str:
    """This description, to read and to try."""
    return render_template("docs.html")


def _boot() -> str:
    """All that the first paint needs, as JSON that cannot end the script element it stands in."""
    config, mine = services().config, me()
    mine.pop("bookings", None)
    boot = {
        "me": {**mine, "language": language()},
        "state": orjson.Fragment(services().board_cache.answer(MEMBERS if actor() else STRANGERS).body),
        "language": language(),
        "strings": i18n.PAGE[language()],
        "settings": {
            "auth": config.auth,
            "codes_in_log": not config.mails,
            "max_hours": config.max_hours,
            "max_ahead_hours": config.max_ahead_hours,
            "hold_minutes": config.hold_minutes,
        },
        "now": iso(services().clock()),
    }
    return orjson.dumps(boot).decode().replace("<", "\\u003c")


def _link_page(target: LinkTarget, token: str, text: str, button: str | None, until: Any, vm: Vm) -> str:
    spoken = language()
    length = by_link.hours_to_take(vm, services().config) if vm.hold else by_link.hours(services().config)
    words = {"vm": target.vm_id, "until": i18n.moment(spoken, until), "time": i18n.hours(spoken, length)}
    return render_template(
        "link.html",
        lang=spoken,
        token=token,
        title=i18n.say(spoken, f"link.{target.deed}.title", **words),
        text=i18n.say(spoken, f"link.{target.deed}.{text}", **words),
        button=i18n.say(spoken, button, **words) if button else "",
        detail=target.holder,
    )


def _void(token: str) -> tuple[str, int]:
    spoken = language()
    title, text = i18n.say(spoken, "link.void.title"), i18n.say(spoken, "error.link_void")
    return render_template("link.html", lang=spoken, token=token, title=title, text=text, button="", detail=""), 410
