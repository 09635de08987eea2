"""The text of the data file read, with the place of what is wrong; files of the original system included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

import orjson

from loadzone.datafile.repair import LoadedFile, repair
from loadzone.datafile.typed_object import EARLIEST, BadFile, Fields, stop
from loadzone.domain.records import NOTHING, Entry, Group, Hold, Letter, State, Token, User, Vm, Waiter
from loadzone.lib.digests import digest

SESSION_OF_OLD = re.compile(r"[\w-]{22}", re.ASCII)
WHOLE_MOST = 2**64 - 1  # what orjson reads as a whole number
HEARTBEAT_MOST = 525_600  # minutes, a year: a time that far is one still
HOURS_OF_OLD = 1.0  # the original's queue did not ask how long


def read_state(content: bytes) -> tuple[State, list[str]]:
    """The state in the file, and a sentence for each thing in it that led nowhere and was mended. Raises BadFile."""
    return repair(parse_file(content))


def parse_file(content: bytes, report: Callable[[str], None] = stop) -> LoadedFile:
    """What the file says, before its parts are made to agree. `report` as for Fields; where it returns, the draft is
    good for nothing. Raises BadFile where the file is no JSON at all."""
    try:
        data = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadFile(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    top = Fields(data, "the file", report)
    draft = LoadedFile(
        vms=[_vm_in(fields) for fields in top.records("vms")],
        groups=[_group_in(fields) for fields in top.records("groups")],
        users=[_user_in(email, fields) for email, fields in top.table("users")],
        letters=[_letter_in(fields) for fields in top.records("outbox")],
        revision=top.number("revision", WHOLE_MOST) or 0,
    )
    draft.rest = top.rest()
    _refuse_doubles("vms", (vm.id for vm in draft.vms), report)
    _refuse_doubles("groups", (group.id for group in draft.groups), report)
    return draft


def _vm_in(fields: Fields) -> Vm:
    booked_at = fields.time("booked_at")
    return Vm(
        id=fields.required("id", fields.text),
        group=fields.number("group"),
        booked_by=_address(fields.text("booked_by")),
        expires_at=fields.time("expires_at"),
        booked_at=booked_at,
        end_set_at=fields.time("end_set_at"),
        reminded=fields.time("reminded"),
        note=fields.text("note") or "",
        via=fields.text("via") or "",
        heartbeat_minutes=fields.amount("heartbeat_minutes", HEARTBEAT_MOST),
        heartbeat_at=fields.time("heartbeat_at"),
        told_waiting=fields.flag("told_waiting"),
        hold=_hold_in(fields),
        queue=_queue_in(fields, booked_at or EARLIEST, of_group=False),
        maintenance=fields.text("maintenance") or "",
        freed_at=fields.time("freed_at"),
        description=fields.text("description") or "",
        tags=fields.texts("tags"),
        external_ip=fields.text("external_ip") or "",
        internal_ip=fields.text("internal_ip") or "",
        rest=fields.rest(),
    )


def _hold_in(fields: Fields) -> Hold | None:
    email = _address(fields.text("held_for"))
    until, since = fields.time("held_until"), fields.time("held_since") or EARLIEST
    hours, group = fields.amount("held_hours") or HOURS_OF_OLD, fields.number("held_group")
    heartbeat = fields.amount("held_heartbeat_minutes", HEARTBEAT_MOST)
    return Hold(email, hours, since, until, group, heartbeat) if email else None


def _queue_in(fields: Fields, since: datetime, of_group: bool) -> tuple[Waiter, ...]:
    """Each person once; the original kept a plain list of addresses."""
    queue: dict[str, Waiter] = {}
    for item in fields.items("queue"):
        if isinstance(item, str):
            waiter = _plain_waiter(item, since)
        else:
            waiter = _waiter_in(fields.inner("queue", item), since, of_group)
        if waiter:
            queue.setdefault(waiter.email, waiter)
    return tuple(queue.values())


def _plain_waiter(text: str, since: datetime) -> Waiter | None:
    email = _address(text)
    return Waiter(email, HOURS_OF_OLD, since) if email else None


def _waiter_in(fields: Fields, since: datetime, of_group: bool) -> Waiter | None:
    email = _address(fields.required("email", fields.text))
    if not email:
        return None
    return Waiter(
        email=email,
        hours=fields.amount("hours") or HOURS_OF_OLD,
        since=fields.time("since") or since,
        auto=fields.flag("auto"),
        count=(fields.number("count") or 1) if of_group else 1,
        via=fields.text("via") or "",
        heartbeat_minutes=fields.amount("heartbeat_minutes", HEARTBEAT_MOST),
        seen=fields.time("seen"),
    )


def _group_in(fields: Fields) -> Group:
    return Group(
        id=fields.required("id", fields.number),
        name=fields.required("name", fields.text),
        vm_ids=fields.texts("vm_ids"),
        queue=_queue_in(fields, EARLIEST, of_group=True),
        rest=fields.rest(),
    )


def _user_in(email: str, fields: Fields) -> User:
    entries = tuple(_entry_in(entry) for entry in fields.records("bookings"))
    first_start = min((entry.start for entry in entries if entry.start), default=EARLIEST)
    return User(
        email=_address(email) or "",
        created=fields.time("created") or first_start,
        bookings=entries,
        role="admin" if fields.text("role") == "admin" else "user",
        language=fields.text("language"),
        seen_language=fields.text("seen_language"),
        sessions={_session_in(name): seen for name, seen in fields.times("sessions").items()},
        tokens={token.id: token for token in map(_token_in, fields.records("tokens"))} or NOTHING,
        rest=fields.rest(),
    )


def _session_in(name: str) -> str:
    """Older files name sessions as the cookie does."""
    return digest(name) if SESSION_OF_OLD.fullmatch(name) else name


def _token_in(fields: Fields) -> Token:
    return Token(
        id=fields.required("id", fields.text),
        name=fields.text("name") or "",
        digest=fields.required("digest", fields.text),
        created=fields.required("created", fields.time),
        expires=fields.required("expires", fields.time),
        used=fields.time("used"),
    )


def _entry_in(fields: Fields) -> Entry:
    return Entry(
        action=fields.text("action") or "",
        vm_id=fields.text("vm_id"),
        start=fields.time("start"),
        end=fields.time("end"),
        rest=fields.rest(),
    )


def _letter_in(fields: Fields) -> Letter:
    return Letter(
        id=fields.required("id", fields.text),
        to=fields.required("to", fields.text),
        kind=fields.required("kind", fields.text),
        created=fields.required("created", fields.time),
        about=fields.mapping("about"),
    )


def _address(text: str | None) -> str | None:
    return text.strip().lower() or None if text else None


def _refuse_doubles(table: str, keys: Iterable, report: Callable[[str], None]) -> None:
    seen: set = set()
    for key in keys:
        if key in seen and key is not None:
            report(f"{table}: {key!r} is there twice")
        seen.add(key)
