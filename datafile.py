"""The text of the data file: made from a state, and read back, files of the original system included.

One record a line, so that a person can read it, search it and compare two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

import orjson

from lines import Lines
from mending import Draft, mend
from records import NOTHING, TABLES, Entry, Group, Letter, State, User, Vm
from times import parse_time

# Times beyond these mean "ever" or "never"; within them, reminders and time zones can be reckoned.
EARLIEST = datetime(1970, 1, 1, tzinfo=timezone.utc)
LATEST = datetime(9999, 12, 1, tzinfo=timezone.utc)
MOST = 2**53  # what a browser counts exactly


class BadFile(Exception):
    """The file is not JSON, or not of our shape; the message says what is wrong and where."""


# Writing


class FileText:
    """The bytes of the file; what did not change since the last rendering is not encoded again."""

    def __init__(self) -> None:
        self._lines = {
            "vms": Lines(lambda vm: _json(_vm_out(vm))),
            "groups": Lines(lambda group: _json(_group_out(group))),
            "users": Lines(lambda user: _json(user.email) + b": " + _json(_user_out(user))),
            "letters": Lines(lambda letter: _json(_letter_out(letter))),
        }

    def mark(self, touched: Mapping[str, Iterable]) -> None:
        for table, keys in touched.items():
            self._lines[table].mark(keys)

    def mark_all(self, state: State) -> None:
        self.mark({table: getattr(state, table) for table in TABLES})

    def render(self, state: State) -> bytes:
        body = {table: self._lines[table].join(getattr(state, table)) for table in TABLES}
        rest = b"".join(orjson.dumps(key) + b": " + orjson.dumps(value) + b",\n" for key, value in state.rest.items())
        return b"".join(
            (
                b'{\n"vms": [\n', body["vms"], b"\n],\n",
                b'"groups": [\n', body["groups"], b"\n],\n",
                b'"users": {\n', body["users"], b"\n},\n",
                b'"outbox": [\n', body["letters"], b"\n],\n",
                rest,
                b'"revision": %d\n}\n' % state.revision,
            )
        )  # fmt: skip


def _json(value: Any) -> bytes:
    """Instants are written by orjson itself, which is what makes a long history cheap to write."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _vm_out(vm: Vm) -> dict:
    required = {"id": vm.id, "group": vm.group, "booked_by": vm.booked_by, "expires_at": vm.expires_at}
    optional = {
        "booked_at": vm.booked_at,
        "end_set_at": vm.end_set_at,
        "reminded": vm.reminded,
        "note": vm.note,
        "description": vm.description,
        "tags": vm.tags,
        "external_ip": vm.external_ip,
        "internal_ip": vm.internal_ip,
    }
    return {**required, **_present(optional), **vm.rest}


def _group_out(group: Group) -> dict:
    return {"id": group.id, "name": group.name, "vm_ids": group.vm_ids, **group.rest}


def _user_out(user: User) -> dict:
    optional = {
        "role": user.role if user.role != "user" else None,
        "language": user.language,
        "seen_language": user.seen_language,
        "sessions": dict(user.sessions),
    }
    bookings = [_entry_out(entry) for entry in user.bookings]
    return {"created": user.created, **_present(optional), **user.rest, "bookings": bookings}


def _entry_out(entry: Entry) -> dict:
    return {"vm_id": entry.vm_id, "start": entry.start, "end": entry.end, "action": entry.action, **entry.rest}


def _letter_out(letter: Letter) -> dict:
    return {
        "id": letter.id,
        "to": letter.to,
        "kind": letter.kind,
        "created": letter.created,
        "about": dict(letter.about),
    }


def _present(fields: dict) -> dict:
    return {key: value for key, value in fields.items() if value}


# Reading


def read_state(content: bytes) -> tuple[State, list[str]]:
    """The state in the file, and a sentence for each thing in it that led nowhere and was mended. Raises BadFile."""
    try:
        data = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadFile(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    top = Fields(data, "the file")
    draft = Draft(
        vms=[_vm_in(fields) for fields in top.records("vms")],
        groups=[_group_in(fields) for fields in top.records("groups")],
        users=[_user_in(email, fields) for email, fields in top.table("users")],
        letters=[_letter_in(fields) for fields in top.records("outbox")],
        revision=top.number("revision") or 0,
    )
    draft.rest = top.rest()
    _refuse_doubles("vms", (vm.id for vm in draft.vms))
    _refuse_doubles("groups", (group.id for group in draft.groups))
    return mend(draft)


def _vm_in(fields: Fields) -> Vm:
    return Vm(
        id=fields.required("id", fields.text),
        group=fields.number("group"),
        booked_by=_address(fields.text("booked_by")),
        expires_at=fields.time("expires_at"),
        booked_at=fields.time("booked_at"),
        end_set_at=fields.time("end_set_at"),
        reminded=fields.time("reminded"),
        note=fields.text("note") or "",
        description=fields.text("description") or "",
        tags=fields.texts("tags"),
        external_ip=fields.text("external_ip") or "",
        internal_ip=fields.text("internal_ip") or "",
        rest=fields.rest(),
    )


def _group_in(fields: Fields) -> Group:
    return Group(
        id=fields.required("id", fields.number),
        name=fields.required("name", fields.text),
        vm_ids=fields.texts("vm_ids"),
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
        sessions=fields.times("sessions"),
        rest=fields.rest(),
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


def _refuse_doubles(table: str, keys: Iterable) -> None:
    seen: set = set()
    for key in keys:
        if key in seen:
            raise BadFile(f"{table}: {key!r} is there twice")
        seen.add(key)


class Fields:
    """One object of the file: typed access by key, and a BadFile that names the place where the type is another."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            raise BadFile(f"{place}: an object is expected here")
        self._value = value
        self._place = place
        self._asked: set[str] = set()

    def text(self, key: str) -> str | None:
        return self._typed(key, str, "a text")

    def number(self, key: str) -> int | None:
        number = self._typed(key, int, "a whole number")
        if number is not None and not 0 <= number <= MOST:
            raise BadFile(f"{self._at(key)}: a whole number from 0 to {MOST} is expected here")
        return number

    def mapping(self, key: str) -> Mapping[str, Any]:
        return self._typed(key, dict, "an object") or NOTHING

    def texts(self, key: str) -> tuple[str, ...]:
        texts = self._typed(key, list, "a list") or []
        if not all(isinstance(text, str) for text in texts):
            raise BadFile(f"{self._at(key)}: a list of texts is expected here")
        return tuple(texts)

    def time(self, key: str) -> Any:
        text = self.text(key)
        try:
            return min(max(parse_time(text), EARLIEST), LATEST) if text else None
        except ValueError:
            raise BadFile(f"{self._at(key)}: {text!r} is not a time") from None

    def times(self, key: str) -> Mapping[str, Any]:
        inner = Fields(self.mapping(key), self._at(key))
        return {name: inner.required(name, inner.time) for name in inner._value} or NOTHING

    def required(self, key: str, read: Callable[[str], Any]) -> Any:
        value = read(key)
        if value is None or value == "":
            raise BadFile(f"{self._at(key)}: is missing")
        return value

    def records(self, key: str) -> list[Fields]:
        items = self._typed(key, list, "a list") or []
        return [Fields(item, f"{self._at(key)}[{number}]") for number, item in enumerate(items)]

    def table(self, key: str) -> list[tuple[str, Fields]]:
        return [(name, Fields(item, f"{self._at(key)}[{name!r}]")) for name, item in self.mapping(key).items()]

    def rest(self) -> Mapping[str, Any]:
        """The keys that were not asked for."""
        return {key: value for key, value in self._value.items() if key not in self._asked} or NOTHING

    def _typed(self, key: str, kind: type, name: str) -> Any:
        self._asked.add(key)
        value = self._value.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise BadFile(f"{self._at(key)}: {name} is expected here")
        return value

    def _at(self, key: str) -> str:
        return key if self._place == "the file" else f"{self._place}.{key}"
