"""The text of the data file, made from a state. `datafile.py` reads it.

One record a line, so that a person can read it, search it and compare two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from loadzone.domain.records import TABLES, Entry, Group, Hold, Letter, State, Token, User, Vm, Waiter
from loadzone.lib.encoded_table import EncodedTable

OF_LONG_ONES = 4  # people, some of whom have a long history


class StateEncoder:
    """The bytes of the file; what did not change since the last rendering is not encoded again."""

    def __init__(self) -> None:
        self._lines = {
            "vms": EncodedTable(lambda vm: (_json(_vm_out(vm)),)),
            "groups": EncodedTable(lambda group: (_json(_group_out(group)),)),
            "users": EncodedTable(_user_pieces, together=OF_LONG_ONES),
            "letters": EncodedTable(lambda letter: (_json(_letter_out(letter)),)),
        }

    def mark(self, touched: Mapping[str, Iterable]) -> None:
        for table, keys in touched.items():
            self._lines[table].mark(keys)

    def mark_all(self, state: State) -> None:
        self.mark({table: getattr(state, table) for table in TABLES})

    def render(self, state: State) -> bytes:
        return b"".join(self.pieces(state))

    def pieces(self, state: State) -> tuple[bytes, ...]:
        """What `render` gives, not joined."""
        chunks = {table: self._lines[table].chunks(getattr(state, table)) for table in TABLES}
        rest = (orjson.dumps(key) + b": " + orjson.dumps(value) + b",\n" for key, value in state.rest.items())
        return (
            b'{\n"vms": [\n', *chunks["vms"], b"\n],\n",
            b'"groups": [\n', *chunks["groups"], b"\n],\n",
            b'"users": {\n', *chunks["users"], b"\n},\n",
            b'"outbox": [\n', *chunks["letters"], b"\n],\n",
            *rest,
            b'"revision": %d\n}\n' % state.revision,
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
        "via": vm.via,
        "heartbeat_minutes": vm.heartbeat_minutes,
        "heartbeat_at": vm.heartbeat_at,
        "told_waiting": vm.told_waiting,
        "queue": [_waiter_out(waiter) for waiter in vm.queue],
        "maintenance": vm.maintenance,
        "freed_at": vm.freed_at,
        "description": vm.description,
        "tags": vm.tags,
        "external_ip": vm.external_ip,
        "internal_ip": vm.internal_ip,
    }
    return {**required, **_present(optional), **_hold_out(vm.hold), **vm.rest}


def _hold_out(hold: Hold | None) -> dict:
    if hold is None:
        return {}
    return {
        "held_for": hold.email,
        "held_until": hold.until,
        "held_hours": hold.hours,
        "held_since": hold.since,
        "held_group": hold.group,
        **_present({"held_heartbeat_minutes": hold.heartbeat_minutes}),
    }


def _waiter_out(waiter: Waiter) -> dict:
    required = {"email": waiter.email, "hours": waiter.hours, "auto": waiter.auto, "since": waiter.since}
    count = waiter.count if waiter.count > 1 else None
    optional = {"count": count, "via": waiter.via, "heartbeat_minutes": waiter.heartbeat_minutes, "seen": waiter.seen}
    return {**required, **_present(optional)}


def _group_out(group: Group) -> dict:
    optional = {"queue": [_waiter_out(waiter) for waiter in group.queue]}
    return {"id": group.id, "name": group.name, "vm_ids": group.vm_ids, **_present(optional), **group.rest}


def _user_pieces(user: User) -> list[bytes]:
    """By hand, since a long history would be copied six times over on its way through an encoder."""
    history = [entry.text or _text_of(entry) for entry in user.bookings]
    if history:
        history[0] = history[0][1:]
    return [_json(user.email), b": ", _json(_user_out(user))[:-1], b',"bookings":[', *history, b"]}"]


def _user_out(user: User) -> dict:
    """All but the history."""
    optional = {
        "role": user.role if user.role != "user" else None,
        "language": user.language,
        "seen_language": user.seen_language,
        "sessions": dict(user.sessions),
        "tokens": [_token_out(token) for token in user.tokens.values()],
    }
    return {"created": user.created, **_present(optional), **user.rest}


def _text_of(entry: Entry) -> bytes:
    """After a comma. A person has up to two hundred of these, and each change adds one: the others keep what was
    written of them."""
    said = {"vm_id": entry.vm_id, "start": entry.start, "end": entry.end, "action": entry.action, **entry.rest}
    text = b"," + _json(said)  # a copy, for the reason that lines.py has
    object.__setattr__(entry, "text", text)
    return text


def _token_out(token: Token) -> dict:
    return {
        "id": token.id,
        "name": token.name,
        "digest": token.digest,
        "created": token.created,
        "expires": token.expires,
        "used": token.used,
    }


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
