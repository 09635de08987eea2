"""A commit as bytes: a small data file with the records that it touched, and what a file does not have.

Records are written and read as in the data file (loadzone/datafile/), so that there is one form of them, and what a
later version adds to it needs no second place. Of a person's history only what is new is written: a whole one has up
to two hundred lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from types import NoneType

import orjson

from loadzone.database.history_delta import Delta, delta_of
from loadzone.database.table_change import Key, Places, Record, change_of, put_in_place
from loadzone.datafile.reader import parse_own
from loadzone.datafile.repair import LoadedFile
from loadzone.datafile.writer import slices
from loadzone.domain import tallies
from loadzone.domain.commit import TABLES, Commit, Touched
from loadzone.domain.events import Event
from loadzone.domain.people import User
from loadzone.domain.records import State
from loadzone.domain.replacing import replace

FORMAT = 1  # grows when an older LoadZone could not apply a commit rightly
TABLES_VERSION = 1  # grows with each change of the tables (schema.py)
_TABLES_VERSION = "version of tables"
_FORMAT, _GONE, _PLACES, _HISTORY, _EVENTS, _VISIBLE = (
    "commit format",
    "gone",
    "places",
    "kept bookings",
    "events",
    "visible",
)
_EVENT = {field.name: getattr(Event(""), field.name) for field in fields(Event)}
_VALUES = attrgetter(*_EVENT)
_TIMES = {field.name for field in fields(Event) if "datetime" in str(field.type)}
_TUPLES = {field.name for field in fields(Event) if str(field.type).startswith("tuple")}


class NewerFormat(Exception):
    """The commit was written by a newer LoadZone, in a form that this one does not know."""


def encode(commit: Commit) -> bytes:
    """Return the commit as bytes. Raises TypeError if a value cannot be JSON."""
    gone: dict[str, list[Key]] = {}
    places: dict[str, Places] = {}
    written: dict[str, dict[Key, Record]] = {}
    for name in TABLES:
        touched, before, after = (getattr(one, name) for one in (commit.touched, commit.before, commit.after))
        change = change_of(touched, before, after, commit.touched.renames and name == "vms")
        written[name] = change.written
        if change.gone:
            gone[name] = change.gone
        if change.places:
            places[name] = change.places
    after = commit.after
    part = State(**written, revision=after.revision, epoch=after.epoch, last_number=after.last_number)  # type: ignore[arg-type]
    part.rest = {
        _FORMAT: FORMAT,
        _GONE: gone,
        _PLACES: places,
        _HISTORY: _shorten_histories(part, commit.before),
        _EVENTS: [_event_fields(event) for event in commit.events],
        _VISIBLE: commit.visible,
    }
    return b"".join(slices(part))


def mark_of_tables(version: int) -> bytes:
    """Return a commit without changes that says from where on the tables are of this version."""
    return orjson.dumps({_FORMAT: FORMAT, _TABLES_VERSION: version})


def _shorten_histories(part: State, before: State) -> dict[str, list[list[int]]]:
    """Leave in the histories what is new; return which lines of those before stay, by person."""
    kept: dict[str, list[list[int]]] = {}
    for email, user in part.users.items():
        old = before.users.get(email)
        delta = delta_of(old.bookings if old else (), user.bookings)
        kept[email] = [list(one) for one in delta.kept]
        part.users[email] = replace(user, bookings=delta.added)
    return kept


@dataclass(frozen=True, slots=True)
class EncodedCommit:
    """A commit of another process, as it lies in the database. It is a MissedCommit (domain/durable.py)."""

    body: bytes

    def commit_on(self, before: State) -> Commit:
        """Return the commit, on the state before it. Raises NewerFormat."""
        part = self._part()
        if part is None:
            return Commit(before, before, Touched(), (), visible=False)
        after = before.copy()
        touched = _apply(part, before.users, after)
        _count(after, before, touched)
        events = tuple(_event(_mapping(event)) for event in _list(part.rest[_EVENTS]))
        return Commit(before, after, touched, events, bool(part.rest[_VISIBLE]))

    def replay(self, state: State) -> None:
        """Change a state that nobody else has to the one after the commit, without a copy. Raises NewerFormat."""
        if part := self._part():
            _apply(part, state.users, state)
            state.tallies = None

    def _part(self) -> LoadedFile | None:
        """Return the records and the rest of the commit; None: it only marks the version of the tables."""
        content = orjson.loads(self.body)
        if content[_FORMAT] > FORMAT or content.get(_TABLES_VERSION, 0) > TABLES_VERSION:
            raise NewerFormat
        return None if _TABLES_VERSION in content else parse_own(content)


def _apply(part: LoadedFile, users_before: Mapping[str, User], after: State) -> Touched:
    """Change the state, which may be that with the users before; return what was touched, removed keys first."""
    histories, touched = _mapping(part.rest[_HISTORY]), Touched()
    part.users = [_with_history(user, users_before.get(user.email), histories[user.email]) for user in part.users]
    after.revision, after.epoch, after.last_number = part.revision, part.epoch, part.last_number
    for name, keys in _mapping(part.rest[_GONE]).items():
        for key in _list(keys):
            getattr(after, name).pop(key, None)
            getattr(touched, name)[key] = None
    for name in TABLES:
        for record in getattr(part, name):
            key = record.email if isinstance(record, User) else record.id
            getattr(after, name)[key] = record
            getattr(touched, name)[key] = None
    for name, pairs in _mapping(part.rest[_PLACES]).items():
        put_in_place(getattr(after, name), _places(pairs))
    return touched


def _places(pairs: object) -> Places:
    return [
        (key, previous)
        for key, previous in map(_list, _list(pairs))
        if isinstance(key, (str, int)) and isinstance(previous, (str, int, NoneType))
    ]


def _with_history(user: User, before: User | None, kept: object) -> User:
    ranges = tuple((int(str(first)), int(str(end))) for first, end in map(_list, _list(kept)))
    return replace(user, bookings=Delta(ranges, user.bookings).apply_to(before.bookings if before else ()))


def _count(after: State, before: State, touched: Touched) -> None:
    """Bring the index by person up to date."""
    if after.tallies is None:
        return
    for vm_id in touched.vms:
        tallies.change_vm(after.tallies, before.vms.get(vm_id), after.vms.get(vm_id))
    for group_id in touched.groups:
        tallies.change_group(after.tallies, before.groups.get(group_id), after.groups.get(group_id))


def _event_fields(event: Event) -> dict[str, object]:
    """Return the fields of an event that are not as in an empty one."""
    pairs = zip(_EVENT.items(), _VALUES(event), strict=True)
    return {name: value for (name, default), value in pairs if value is not default and value != default}


def _event(values: Mapping[str, object]) -> Event:
    """Return the event; of a newer LoadZone, without what this one does not know."""
    return Event(**{name: _event_value(name, value) for name, value in values.items() if name in _EVENT})  # type: ignore[arg-type]


def _event_value(name: str, value: object) -> object:
    if name in _TIMES:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return tuple(_list(value)) if name in _TUPLES else value


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
