"""Records in which every field has a value of its own, made of the records' types."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import Letter, User
from loadzone.domain.records import Deleted, Group, State, Vm, Waiter
from support.world import NOON

PLAIN = {int: 7, float: 2.5, bool: True, object: [1, {"x": None}], datetime: NOON + timedelta(microseconds=5)}


def filled(kind, **values):
    """Return a record of this kind; fields that are not in `values` get one, other than their default."""
    hints = typing.get_type_hints(kind)
    for field in fields(kind):
        if field.init and field.name not in values:
            values[field.name] = value_of(hints[field.name], field.name)
            assert values[field.name] != (field.default if field.default is not MISSING else None)
    return kind(**values)


def value_of(kind, name):
    """Return a value of this type; a text is the name."""
    if kind is str:
        return name
    if kind in PLAIN:
        return PLAIN[kind]
    if is_dataclass(kind):
        return filled(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return (value_of(arguments[0], name),)
    if origin is Mapping:
        value = value_of(arguments[1], name)
        return {getattr(value, "id", f"a {name}"): value}
    if origin is typing.Literal:
        return arguments[-1]
    assert origin in (types.UnionType, typing.Union), f"{name}: no value is known for {kind}"
    return value_of(arguments[0], name)


# A file has a machine's note in its booking or without one, and its own queue is for this one machine.
_machine = {"loose_note": "", "queue": (filled(Waiter, count=1),)}
RECORDS = {
    "vms": [filled(Vm, id="vm", **_machine), filled(Vm, id="free", number=8, booking=None, queue=())],
    "groups": [filled(Group)],
    "users": [filled(User)],
    "letters": [filled(Letter)],
    "deleted": [
        filled(Deleted, place=filled(Vm, id="gone", number=9, **_machine)),
        filled(Deleted, place=filled(Group, id=8)),
    ],
    "history": [filled(HistoryLine)],
}


def state_of_every_field():
    """Return a state with these records."""
    tables = {name: {key_of(record): record for record in records} for name, records in RECORDS.items()}
    return State(**tables, epoch=3, last_number=9)


def key_of(record):
    """Return the key of a record in its table."""
    return record.email if isinstance(record, User) else record.id
