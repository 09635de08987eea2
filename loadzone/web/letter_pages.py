"""The pages behind the links of letters. Opening one changes nothing, because mail scanners open links too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from flask import Blueprint, render_template, request
from markupsafe import Markup

from loadzone import i18n
from loadzone.domain.links import LinkTarget
from loadzone.domain.records import Vm
from loadzone.domain.refusal import Refusal, refuse
from loadzone.notifications.letters import LISTED_AT_MOST
from loadzone.rules import by_link, people
from loadzone.schemas.refusal_text import sentence_as
from loadzone.web.context import LETTER_PAGES, language, services
from loadzone.web.endpoint import HTML, endpoint
from loadzone.web.errors import STATUS
from loadzone.web.time_element import time_element

letter_pages = Blueprint(LETTER_PAGES, __name__)

Refused = Sequence[tuple[str, Refusal]]  # names of machines, with why nothing is done to them


@letter_pages.get("/link/<token>")
@endpoint(returns=HTML, refuses="link_void over_limit others_wait in_maintenance too_far_ahead")
def show_link(token: str) -> tuple[str, int]:
    """Show the page behind a link in a letter. It offers only what the rules allow now."""
    target, snapshot = services().links.read(token), services().store.snapshot
    allowed, refused = services().bus.try_out(snapshot, by_link.attempt, target)
    if allowed:
        return _question_page(target, [snapshot.vms[vm.id] for vm in allowed], refused)
    return _impossible_page(refused) if refused else _void_page()


@letter_pages.post("/link/<token>")
@endpoint(returns=HTML, refuses="link_void over_limit others_wait in_maintenance too_far_ahead")
def follow_link(token: str) -> tuple[str, int]:
    """Carry out the action of a link in a letter."""
    target = services().links.read(token)
    try:
        done, refused = services().bus.run(by_link.follow, target)
    except Refusal as refusal:
        if refusal.code != "link_void":
            raise
        return _void_page()
    return _result_page(target, done, refused, request.form.getlist("vm")[:LISTED_AT_MOST])


@letter_pages.get("/unsubscribe/<token>")
@endpoint(returns=HTML, refuses="no_such_user")
def show_unsubscribe(token: str) -> str:
    """Show the page on which a person stops letters of one kind, or gets them again."""
    email, kind = services().links.read_unsubscribe(token)
    user = services().store.snapshot.users.get(email) or refuse("no_such_user", email=email)
    return _choice_page(email, kind, "stopped" if kind in user.no_letters else "sent")


@letter_pages.post("/unsubscribe/<token>")
@endpoint(returns=HTML, refuses="no_such_user")
def unsubscribe(token: str) -> str:
    """Stop letters of one kind, by the button or by one click in a mail program (RFC 8058), or send them again."""
    email, kind = services().links.read_unsubscribe(token)
    again = request.form.get("letters") == "on"
    services().bus.run(people.subscribe if again else people.unsubscribe, email, kind)
    return _choice_page(email, kind, "sent" if again else "stopped", has_button=False)


def _choice_page(email: str, kind: str, state: Literal["sent", "stopped"], has_button: bool = True) -> str:
    """Return the page about the letters that are sent or stopped, with a button that changes this."""
    reader = language()
    words = {"email": email, "name": i18n.PAGE[reader].get(f"letters.{kind}", kind)}
    return render_template(
        "link.html",
        lang=reader,
        title=i18n.say(reader, f"unsubscribe.{state}.title" if has_button else "page.done.title"),
        text=i18n.say(reader, f"unsubscribe.{state}.{'text' if has_button else 'done'}", **words),
        button=i18n.say(reader, f"unsubscribe.{state}.button") if has_button else "",
        fields=[("letters", "on")] if state == "stopped" else [],
    )


def _question_page(target: LinkTarget, vms: Sequence[Vm], refused: Refused) -> tuple[str, int]:
    """Return the page that asks whether to act on these machines, and says why not on others.

    Its form brings the names of these machines, for the result.
    """
    reader, key, many, words = language(), f"link.{target.action}", _many(vms), _words(vms)
    page = render_template(
        "link.html",
        lang=reader,
        title=i18n.say(reader, f"{key}.title{many}", **words),
        undone=[(i18n.say(reader, "link.impossible"), _reasons(refused, reader))],
        text=i18n.say_as(Markup, reader, f"{key}.text{many}", **words),
        items=[_item(vm, reader, keeps=True) for vm in vms] if many else [],
        button=i18n.say(reader, f"{key}.button{many}", **words),
        detail=target.holder,
        fields=[("vm", vm.id) for vm in vms] if many else [],
    )
    return page, 200


def _impossible_page(refused: Refused) -> tuple[str, int]:
    """Return the page that says why the rules allow nothing now."""
    reader, many, (vm_id, first) = language(), len(refused) > 1, refused[0]
    page = render_template(
        "link.html",
        lang=reader,
        title=i18n.say(reader, "link.impossible.title"),
        undone=[("", _reasons(refused, reader))] if many else [],
        text="" if many else _sentence(first, reader),
        vm=None if many else vm_id,
    )
    return page, STATUS[first.code]


def _result_page(target: LinkTarget, done: Sequence[Vm], refused: Refused, shown: Iterable[str]) -> tuple[str, int]:
    """Return the page about what was done; first what was not, and those of the machines `shown` that were left out."""
    reader, many = language(), _many(done)
    named = {*(vm.id for vm in done), *(vm_id for vm_id, _ in refused)}
    changed = [vm_id for vm_id in _present_names(shown) if vm_id not in named]
    page = render_template(
        "link.html",
        lang=reader,
        title=i18n.say(reader, "link.partly.title" if refused or changed else "page.done.title"),
        undone=[
            (i18n.say(reader, "link.refused"), _reasons(refused, reader)),
            (i18n.say(reader, "link.changed"), changed),
        ],
        text=i18n.say_as(Markup, reader, f"link.{target.action}.done{many}", **_words(done)),
        items=[_item(vm, reader, keeps=target.action in ("renew", "take")) for vm in done] if many else [],
    )
    return page, 200


def _present_names(names: Iterable[str]) -> Iterable[str]:
    """Return the names, each once; of machines that were renamed since the page was shown, the present ones."""
    vms = services().store.snapshot.vms
    present = {former: vm.id for vm in vms.values() for former in vm.former_ids}
    return dict.fromkeys(name if name in vms else present.get(name, name) for name in names)


def _void_page() -> tuple[str, int]:
    reader = language()
    title, text = i18n.say(reader, "link.void.title"), i18n.say(reader, "error.link_void")
    return render_template("link.html", lang=reader, title=title, text=text), 410


def _many(vms: Sequence[Vm]) -> str:
    """Return the ending of the sentences about so many machines: about several there is a list."""
    return ".many" if len(vms) > 1 else ""


def _words(vms: Sequence[Vm]) -> dict[str, object]:
    """Return what the sentences about these machines name."""
    reader, config = language(), services().config
    hours = {by_link.hours_to_take(vm.hold, config) if vm.hold else by_link.hours(config) for vm in vms}
    return {
        "vm": vms[0].id,
        "n": len(vms),
        "until": time_element(reader, end) if (end := _end_of(vms[0])) else "",
        "time": i18n.hours(reader, max(hours)),
    }


def _reasons(refused: Refused, reader: str) -> list[Markup]:
    """Return why nothing is done to each machine, with its name in front, since not every sentence has it."""
    return [Markup("{}: {}").format(vm_id, _sentence(refusal, reader)) for vm_id, refusal in refused]


def _sentence(refusal: Refusal, reader: str) -> Markup:
    return sentence_as(Markup, time_element, refusal.code, refusal.facts, reader)


def _item(vm: Vm, reader: str, keeps: bool) -> Markup:
    """Return the machine with its end; `keeps`: it is still the reader's."""
    end = _end_of(vm) if keeps else None
    return Markup("{}: {}").format(vm.id, time_element(reader, end)) if end else Markup.escape(vm.id)


def _end_of(vm: Vm) -> datetime | None:
    """Return the end of the booking, or of the hold."""
    if vm.booking:
        return vm.booking.expires_at
    return vm.hold.until if vm.hold else None
