"""What a person opens: the page itself, the page behind a mail's link, and the health check."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template, send_file

import answers
import compression
import i18n
from command_file import command_file
from context import actor, language, parts
from endpoint import BINARY, HTML, endpoint
from links import Meant
from openapi import description_of
from people_api import me
from records import Vm
from rules import by_link
from rules.refusal import Refusal
from times import iso
from views import MEMBERS, STRANGERS

pages = Blueprint("pages", __name__)

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
    meant = parts().links.read(token)
    vm = parts().store.snapshot.vms.get(meant.vm_id)
    if not by_link.is_meant(vm, meant, parts().clock()):
        return _void(token)
    return _link_page(meant, token, "text", f"link.{meant.deed}.button", meant.expires_at, vm), 200


@pages.post("/link/<token>")
@endpoint(gives=HTML, refuses="link_void others_wait in_maintenance too_far_ahead")
def follow_link(token: str) -> tuple[str, int]:
    """What the button of a mail's link does."""
    meant = parts().links.read(token)
    try:
        vm: Vm = parts().desk.do(BY_LINK[meant.deed], meant=meant)
    except Refusal as refusal:
        if refusal.code != "link_void":
            raise
        return _void(token)
    return _link_page(meant, token, "done", None, vm.expires_at or meant.expires_at, vm), 200


@pages.get("/healthz")
@endpoint(gives=answers.Ok, refuses="cannot_save")
def healthz() -> answers.Ok:
    """Whether the server can serve and write."""
    parts().store.check()
    return {"status": "ok"}


@pages.get("/cli")
@endpoint(gives=BINARY)
def command() -> Response:
    """The command line, one file: save it as `loadzone` and make it executable."""
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
@endpoint(gives=dict[str, Any], tagged=True)
def description() -> Response:
    """This description."""
    plain, gzipped = description_of(current_app)
    response = Response(gzipped if compression.is_taken() else plain, mimetype="application/json")
    response.set_etag(hashlib.blake2b(plain, digest_size=16).hexdigest())
    if compression.is_taken():
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
    config, mine = parts().config, me()
    mine.pop("bookings", None)
    boot = {
        "me": {**mine, "language": language()},
        "state": orjson.Fragment(parts().board.answer(MEMBERS if actor() else STRANGERS).body),
        "language": language(),
        "strings": i18n.PAGE[language()],
        "settings": {
            "auth": config.auth,
            "codes_in_log": not config.mails,
            "max_hours": config.max_hours,
            "max_ahead_hours": config.max_ahead_hours,
            "hold_minutes": config.hold_minutes,
        },
        "now": iso(parts().clock()),
    }
    return orjson.dumps(boot).decode().replace("<", "\\u003c")


def _link_page(meant: Meant, token: str, text: str, button: str | None, until: Any, vm: Vm) -> str:
    spoken = language()
    length = by_link.hours_to_take(vm, parts().config) if vm.hold else by_link.hours(parts().config)
    words = {"vm": meant.vm_id, "until": i18n.moment(spoken, until), "time": i18n.hours(spoken, length)}
    return render_template(
        "link.html",
        lang=spoken,
        token=token,
        title=i18n.say(spoken, f"link.{meant.deed}.title", **words),
        text=i18n.say(spoken, f"link.{meant.deed}.{text}", **words),
        button=i18n.say(spoken, button, **words) if button else "",
        detail=meant.holder,
    )


def _void(token: str) -> tuple[str, int]:
    spoken = language()
    title, text = i18n.say(spoken, "link.void.title"), i18n.say(spoken, "error.link_void")
    return render_template("link.html", lang=spoken, token=token, title=title, text=text, button="", detail=""), 410
