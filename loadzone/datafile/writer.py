"""Encodes a state as the data file, which datafile/reader.py reads.

Each record is one line, so that a person can read the file, search it and compare two versions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import orjson

from loadzone.datafile import history_text
from loadzone.domain.commit import Touched
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import BrowserSession, Entry, Letter, Token, User
from loadzone.domain.records import Booking, Deleted, Group, Hold, State, Vm, Waiter
from loadzone.lib.encoded_queue import EncodedQueue
from loadzone.lib.encoded_table import EncodedTable

USERS_PER_CHUNK = 4  # some have a long history
SLICE = 16_384  # bytes

Json = dict[str, object]
R = TypeVar("R")


class StateEncoder:
    """Encodes states. Records that were not marked since the last call are not encoded again."""

    def __init__(self) -> None:
        self._vms: EncodedTable[str, Vm] = EncodedTable(_vm_parts)
        self._groups: EncodedTable[int, Group] = EncodedTable(_group_parts)
        self._users: EncodedTable[str, User] = EncodedTable(_user_parts, records_per_chunk=USERS_PER_CHUNK)
        self._letters: EncodedTable[str, Letter] = EncodedTable(_letter_parts)
        self._deleted: EncodedTable[str | int, Deleted] = EncodedTable(_deleted_parts)
        self._history: EncodedQueue[HistoryLine] = EncodedQueue(history_text.text_of)

    def mark(self, touched: Touched) -> None:
        """Note that these records may have been changed, added or removed."""
        self._vms.mark(touched.vms)
        self._groups.mark(touched.groups)
        self._users.mark(touched.users)
        self._letters.mark(touched.letters)
        self._deleted.mark(touched.deleted)
        self._history.mark(touched.history)

    def mark_all(self, state: State) -> None:
        """Note that every record is new."""
        self._vms.mark(state.vms)
        self._groups.mark(state.groups)
        self._users.mark(state.users)
        self._letters.mark(state.letters)
        self._deleted.mark(state.deleted)
        self._history.mark(state.history)

    def encode(self, state: State) -> bytes:
        """Return the whole file. Raises TypeError if a value cannot be JSON."""
        return b"".join(self.chunks(state))

    def chunks(self, state: State) -> tuple[bytes, ...]:
        """Return the file as chunks; joining them would copy megabytes. Raises TypeError if a value cannot be JSON."""
        return tuple(
            _file(
                state,
                self._vms.chunks(state.vms),
                self._groups.chunks(state.groups),
                self._users.chunks(state.users),
                self._letters.chunks(state.letters),
                self._deleted.chunks(state.deleted),
                self._history.chunks(state.history),
            )
        )


def slices(state: State) -> Iterator[bytes]:
    """Yield the file in slices, each of which takes less than a millisecond. Raises TypeError as StateEncoder does."""
    return _file(
        state,
        _slices(state.vms.values(), _vm_parts),
        _slices(state.groups.values(), _group_parts),
        _slices(state.users.values(), _user_parts),
        _slices(state.letters.values(), _letter_parts),
        _slices(state.deleted.values(), _deleted_parts),
        _slices(state.history.values(), history_text.parts),
    )


def _slices(records: Iterable[R], parts_of: Callable[[R], Iterable[bytes]]) -> Iterator[bytes]:
    texts: list[bytes] = []
    size, separator = 0, b""
    for record in records:
        texts.append(b"".join((separator, *parts_of(record))))
        size, separator = size + len(texts[-1]), b",\n"
        if size > SLICE:
            yield b"".join(texts)
            texts, size = [], 0
    yield b"".join(texts)


def _file(
    state: State,
    vms: Iterable[bytes],
    groups: Iterable[bytes],
    users: Iterable[bytes],
    letters: Iterable[bytes],
    deleted: Iterable[bytes],
    history: Iterable[bytes],
) -> Iterator[bytes]:
    """Yield the file, of which these are the records."""
    yield b"{\n"
    yield from _section(b"vms", b"[]", vms)
    yield from _section(b"groups", b"[]", groups)
    yield from _section(b"users", b"{}", users)
    yield from _section(b"outbox", b"[]", letters)
    if state.deleted:
        yield from _section(b"deleted", b"[]", deleted)
    if state.history:
        yield from _section(b"history", b"[]", history)
    for key, value in state.rest.items():
        yield orjson.dumps(key) + b": " + orjson.dumps(value) + b",\n"
    yield b'"epoch": %d,\n"last_number": %d,\n' % (state.epoch, state.last_number)
    yield b'"revision": %d\n}\n' % state.revision


def _section(name: bytes, brackets: bytes, records: Iterable[bytes]) -> Iterator[bytes]:
    yield b'"%b": %b\n' % (name, brackets[:1])
    yield from records
    yield b"\n%b,\n" % brackets[1:]


def encoded(state: State) -> bytes:
    """Return the state as a data file. Raises TypeError if a value cannot be JSON."""
    return b"".join(slices(state))


def _bytes_of(value: object) -> bytes:
    """Return the value as JSON. orjson encodes datetimes itself, which makes a long history cheap."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _vm_parts(vm: Vm) -> Iterable[bytes]:
    return (_bytes_of(_vm(vm)),)


def _vm(vm: Vm) -> Json:
    booking = vm.booking
    optional: Json = {
        **(_booking(booking) if booking else {"note": vm.loose_note}),
        "queue": [_waiter(waiter) for waiter in vm.queue],
        "maintenance": vm.maintenance,
        "freed_at": vm.freed_at,
        "description": vm.description,
        "tags": vm.tags,
        "external_ip": vm.external_ip,
        "internal_ip": vm.internal_ip,
        "ssh_user": vm.ssh_user,
        "ssh_port": vm.ssh_port,
        "version": vm.version,
        "former_ids": vm.former_ids,
        "number": vm.number,
    }
    return {
        "id": vm.id,
        "group": vm.group,
        "booked_by": booking.holder if booking else None,
        "expires_at": booking.expires_at if booking else None,
        **_without_empty(optional),
        **(_hold(vm.hold) if vm.hold else {}),
        **vm.rest,
    }


def _booking(booking: Booking) -> Json:
    return {
        "booked_at": booking.booked_at,
        "end_set_at": booking.end_set_at,
        "reminded": booking.reminded,
        "note": booking.note,
        "via": booking.via,
        "heartbeat_minutes": booking.heartbeat_minutes,
        "heartbeat_at": booking.heartbeat_at,
        "told_waiting": booking.told_waiting,
    }


def _hold(hold: Hold) -> Json:
    return {
        "held_for": hold.email,
        "held_until": hold.until,
        "held_hours": hold.hours,
        "held_since": hold.since,
        "held_group": hold.group,
        **_without_empty({"held_heartbeat_minutes": hold.heartbeat_minutes}),
    }


def _waiter(waiter: Waiter) -> Json:
    required = {"email": waiter.email, "hours": waiter.hours, "auto": waiter.auto, "since": waiter.since}
    optional = {
        "count": waiter.count if waiter.count > 1 else None,
        "via": waiter.via,
        "heartbeat_minutes": waiter.heartbeat_minutes,
        "seen": waiter.seen,
    }
    return {**required, **_without_empty(optional)}


def _group_parts(group: Group) -> Iterable[bytes]:
    return (_bytes_of(_group(group)),)


def _group(group: Group) -> Json:
    optional = {"queue": [_waiter(waiter) for waiter in group.queue], "version": group.version}
    return {"id": group.id, "name": group.name, "vm_ids": group.vm_ids, **_without_empty(optional), **group.rest}


def _user_parts(user: User) -> Iterable[bytes]:
    """Return the parts of a person's JSON, made by hand: an encoder would copy a long history six times."""
    history = [entry.text or _cached_text(entry) for entry in user.bookings]
    if history:
        history[0] = history[0][1:]  # without the comma
    return [_bytes_of(user.email), b": ", _bytes_of(_user(user))[:-1], b',"bookings":[', *history, b"]}"]


def _user(user: User) -> Json:
    """Return everything of a person except the history."""
    optional = {
        "role": user.role if user.role != "user" else None,
        "language": user.language,
        "seen_language": user.seen_language,
        "sessions": {name: session.used for name, session in user.sessions.items()},
        "session_facts": {name: _facts_of(session) for name, session in user.sessions.items() if session.began},
        "tokens": [_token(token) for token in user.tokens.values()],
        "zone": user.zone,
        "no_letters": user.no_letters,
        "seen": user.seen,
        "invited_by": user.invited_by,
    }
    return {"created": user.created, **_without_empty(optional), **user.rest}


def _facts_of(session: BrowserSession) -> Json:
    """Return what older versions do not know of a session. They keep the key, and need `sessions` as it is."""
    facts = {"began": session.began, "way": session.way, "browser": session.browser, "system": session.system}
    return _without_empty(facts)


def _cached_text(entry: Entry) -> bytes:
    """Return a line of history as JSON, after a comma, and store it in the entry.

    A person has up to two hundred lines, and each change adds one. The others need not be encoded again.
    """
    fields: Json = {"vm_id": entry.vm_id, "start": entry.start, "end": entry.end, "action": entry.action}
    fields |= {**_without_empty({"person": entry.person}), **entry.rest}
    text = b"," + _bytes_of(fields)  # a copy, for the reason in lib/encoded_table.py
    object.__setattr__(entry, "text", text)
    return text


def _token(token: Token) -> Json:
    return {
        "id": token.id,
        "name": token.name,
        "digest": token.digest,
        "created": token.created,
        "expires": token.expires,
        "used": token.used,
        **_without_empty({"reminded": token.reminded}),
    }


def _letter_parts(letter: Letter) -> Iterable[bytes]:
    return (_bytes_of(_letter(letter)),)


def _letter(letter: Letter) -> Json:
    return {
        "id": letter.id,
        "to": letter.to,
        "kind": letter.kind,
        "created": letter.created,
        "about": dict(letter.about),
    }


def _deleted_parts(deleted: Deleted) -> Iterable[bytes]:
    return (_bytes_of(_deleted(deleted)),)


def _deleted(deleted: Deleted) -> Json:
    place = deleted.place
    record = {"vm": _vm(place)} if isinstance(place, Vm) else {"group": _group(place)}
    waiters = _without_empty({"waiters": [_waiter(waiter) for waiter in deleted.waiters]})
    return {"at": deleted.at, "by": deleted.by, "number": deleted.number, **waiters, **record}


def _without_empty(fields: Mapping[str, object]) -> Json:
    return {key: value for key, value in fields.items() if value}
