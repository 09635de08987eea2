"""Reads the data file, and files of the original system; an error names the place of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime

import orjson

from loadzone.datafile.own_object import OwnObject
from loadzone.datafile.repair import LoadedFile, repair
from loadzone.datafile.typed_object import EARLIEST, BadFile, TypedObject, stop
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import BrowserSession, Entry, Letter, Token, User
from loadzone.domain.records import Booking, Deleted, Group, Hold, State, Vm, Waiter
from loadzone.lib.digests import digest
from loadzone.lib.email_addresses import known_email

# Files before version 1.1 name a session as the cookie does; later ones contain a digest.
PLAIN_SESSION = re.compile(r"[\w-]{22}", re.ASCII)
PORT_MOST = 65535
REVISION_MOST = 2**64 - 1  # the largest whole number that orjson reads
HEARTBEAT_MOST = 525_600  # minutes, a year; later than any time by this much there is still a valid time
MISSING = -1  # stands for an id that is reported as missing
DEFAULT_HOURS = 1.0  # for a place in a queue of the original system, which did not ask how long


def read_state(content: bytes) -> tuple[State, list[str]]:
    """Return the state in the file, and a sentence for each thing that had to be repaired. Raises BadFile."""
    return repair(parse_file(content))


def parse_file(content: bytes, report: Callable[[str], None] = stop) -> LoadedFile:
    """Return the records of the file, as they are: repair.py makes them consistent.

    `report` is called with each problem, as in TypedObject; if it was and returned, the result must not be used.
    Raises BadFile if the file is not JSON at all.
    """
    try:
        data: object = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadFile(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    loaded = _records(TypedObject(data, "the file", report))
    _report_doubles("vms", (vm.id for vm in loaded.vms), report)
    _report_doubles("groups", (group.id for group in loaded.groups), report)
    _report_doubles("history", (line.id for line in loaded.history), report)
    return loaded


def parse_own(content: Mapping[str, object]) -> LoadedFile:
    """Return the records in what LoadZone has written itself; nothing is checked."""
    return _records(OwnObject(content))


def _records(top: TypedObject) -> LoadedFile:
    return LoadedFile(
        vms=[_vm(fields) for fields in top.records("vms")],
        groups=[_group(fields) for fields in top.records("groups")],
        users=[_user(email, fields) for email, fields in top.by_address("users")],
        letters=[_letter(fields) for fields in top.records("outbox")],
        deleted=[_deleted(fields) for fields in top.records("deleted")],
        history=[_history_line(fields) for fields in top.records("history")],
        epoch=top.number("epoch") or 0,
        last_number=top.number("last_number") or 0,
        revision=top.number("revision", REVISION_MOST) or 0,
        rest=top.rest(),
    )


def _vm(fields: TypedObject) -> Vm:
    vm_id = _required_text(fields, "id")  # first, since a problem of the id is the one to name
    booking = _booking(fields)
    began = booking.booked_at or EARLIEST
    return Vm(
        id=vm_id,
        group=fields.number("group"),
        booking=None if _is_empty(booking) else booking,
        hold=_hold(fields),
        queue=_queue(fields, began, is_group=False),
        maintenance=fields.text("maintenance") or "",
        freed_at=fields.time("freed_at"),
        loose_note="" if booking.holder else booking.note,
        description=fields.text("description") or "",
        tags=fields.texts("tags"),
        external_ip=fields.text("external_ip") or "",
        internal_ip=fields.text("internal_ip") or "",
        ssh_user=fields.text("ssh_user") or "",
        ssh_port=fields.number("ssh_port", PORT_MOST),
        version=fields.number("version") or 0,
        former_ids=fields.texts("former_ids"),
        number=fields.number("number") or 0,
        rest=fields.rest(),
    )


def _booking(fields: TypedObject) -> Booking:
    """Return the machine's booking, even without a holder; repair.py drops such a one."""
    return Booking(
        holder=fields.address("booked_by") or "",
        expires_at=fields.time("expires_at"),
        booked_at=fields.time("booked_at"),
        end_set_at=fields.time("end_set_at"),
        reminded=fields.time("reminded"),
        note=fields.text("note") or "",
        via=fields.text("via") or "",
        heartbeat_minutes=fields.amount("heartbeat_minutes", HEARTBEAT_MOST),
        heartbeat_at=fields.time("heartbeat_at"),
        told_waiting=fields.flag("told_waiting"),
    )


def _is_empty(booking: Booking) -> bool:
    """Tell whether nothing of a booking is there; a note alone is the machine's own."""
    return not booking.holder and booking == Booking(holder="", note=booking.note)


def _hold(fields: TypedObject) -> Hold | None:
    email = fields.address("held_for")
    hold = Hold(
        email=email or "",
        hours=fields.amount("held_hours") or DEFAULT_HOURS,
        since=fields.time("held_since") or EARLIEST,
        until=fields.time("held_until"),
        group=fields.number("held_group"),
        heartbeat_minutes=fields.amount("held_heartbeat_minutes", HEARTBEAT_MOST),
    )
    return hold if email else None


def _queue(fields: TypedObject, since: datetime, is_group: bool, key: str = "queue") -> tuple[Waiter, ...]:
    """Return the queue, with each person once. In files of the original system it is a list of addresses.

    `since` is used for those whose time of joining is not in the file.
    """
    queue: dict[str, Waiter] = {}
    for number, item in enumerate(fields.items(key)):
        if isinstance(item, str):
            email = known_email(item)
            waiter = Waiter(email, DEFAULT_HOURS, since) if email else None
        else:
            waiter = _waiter(fields.inner(key, item, number), since, is_group)
        if waiter:
            queue.setdefault(waiter.email, waiter)
    return tuple(queue.values())


def _waiter(fields: TypedObject, since: datetime, is_group: bool) -> Waiter | None:
    email = fields.required("email", fields.address, "")
    if not email:
        return None
    return Waiter(
        email=email,
        hours=fields.amount("hours") or DEFAULT_HOURS,
        since=fields.time("since") or since,
        auto=fields.flag("auto"),
        count=(fields.number("count") or 1) if is_group else 1,
        via=fields.text("via") or "",
        heartbeat_minutes=fields.amount("heartbeat_minutes", HEARTBEAT_MOST),
        seen=fields.time("seen"),
    )


def _group(fields: TypedObject) -> Group:
    return Group(
        id=fields.required("id", fields.number, MISSING),
        name=_required_text(fields, "name"),
        vm_ids=fields.texts("vm_ids"),
        queue=_queue(fields, EARLIEST, is_group=True),
        version=fields.number("version") or 0,
        rest=fields.rest(),
    )


def _user(email: str, fields: TypedObject) -> User:
    entries = tuple(_entry(entry) for entry in fields.records("bookings"))
    first_start = min((entry.start for entry in entries if entry.start), default=EARLIEST)
    return User(
        email=email,
        created=fields.time("created") or first_start,
        bookings=entries,
        role="admin" if fields.text("role") == "admin" else "user",
        language=fields.text("language"),
        seen_language=fields.text("seen_language"),
        sessions=_sessions(fields),
        tokens={token.id: token for token in map(_token, fields.records("tokens"))},
        zone=fields.text("zone"),
        no_letters=fields.texts("no_letters"),
        seen=fields.time("seen"),
        invited_by=fields.address("invited_by") or "",
        rest=fields.rest(),
    )


def _sessions(fields: TypedObject) -> dict[str, BrowserSession]:
    """Return the sessions. What is known of them beside their last use has a key of its own, which older files lack."""
    facts = dict(fields.table("session_facts"))
    return {
        digest(name) if PLAIN_SESSION.fullmatch(name) else name: _session(used, facts.get(name))
        for name, used in fields.times("sessions").items()
    }


def _session(used: datetime, facts: TypedObject | None) -> BrowserSession:
    if facts is None:
        return BrowserSession(used)
    return BrowserSession(
        used=used,
        began=facts.time("began"),
        way=facts.text("way") or "",
        browser=facts.text("browser") or "",
        system=facts.text("system") or "",
    )


def _token(fields: TypedObject) -> Token:
    return Token(
        id=_required_text(fields, "id"),
        name=fields.text("name") or "",
        digest=_required_text(fields, "digest"),
        created=fields.required("created", fields.time, EARLIEST),
        expires=fields.required("expires", fields.time, EARLIEST),
        used=fields.time("used"),
        reminded=fields.time("reminded"),
    )


def _entry(fields: TypedObject) -> Entry:
    return Entry(
        action=fields.text("action") or "",
        vm_id=fields.text("vm_id"),
        start=fields.time("start"),
        end=fields.time("end"),
        person=fields.text("person") or "",
        rest=fields.rest(),
    )


def _letter(fields: TypedObject) -> Letter:
    return Letter(
        id=_required_text(fields, "id"),
        to=fields.required("to", fields.address, ""),
        kind=_required_text(fields, "kind"),
        created=fields.required("created", fields.time, EARLIEST),
        about=fields.mapping("about"),
    )


def _deleted(fields: TypedObject) -> Deleted:
    group = fields.member("group")
    return Deleted(
        place=_group(group) if group else _vm(fields.required("vm", fields.member, fields)),
        at=fields.required("at", fields.time, EARLIEST),
        by=fields.text("by") or "",
        number=fields.number("number") or 0,
        waiters=_queue(fields, EARLIEST, is_group=True, key="waiters"),
    )


def _history_line(fields: TypedObject) -> HistoryLine:
    return HistoryLine(
        id=fields.required("id", fields.number, MISSING),
        epoch=fields.number("epoch") or 0,
        at=fields.required("at", fields.time, EARLIEST),
        action=_required_text(fields, "action"),
        actor=fields.address("actor"),
        via=fields.text("via") or "",
        vm=fields.number("vm"),
        vm_id=fields.text("vm_id"),
        group_id=fields.number("group_id"),
        group=fields.text("group") or "",
        email=fields.address("email"),
        booking=fields.time("booking"),
        until=fields.time("until"),
        hours=fields.amount("hours"),
        reason=fields.text("reason") or "",
        changed=fields.mapping("changed"),
        rest=fields.rest(),
    )


def _required_text(fields: TypedObject, key: str) -> str:
    return fields.required(key, fields.text, "")


def _report_doubles(table: str, keys: Iterable[Hashable], report: Callable[[str], None]) -> None:
    seen: set[Hashable] = set()
    for key in keys:
        if key in seen and key not in ("", MISSING):
            report(f"{table}: {key!r} is there twice")
        seen.add(key)
