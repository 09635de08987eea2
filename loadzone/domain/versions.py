"""Versions of machines and groups. They tell an edit that was meant for an older state."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TypeVar

from loadzone.domain.records import Group, Vm
from loadzone.domain.replacing import replace

P = TypeVar("P", Vm, Group)

# Bookings and queues change these, or another machine that takes a former name. A change of any other field is an edit.
_NOT_EDITED = frozenset({"version", "booking", "hold", "queue", "freed_at", "loose_note", "former_ids", "number"})
_EDITED = {
    kind: attrgetter(*(field.name for field in fields(kind) if field.name not in _NOT_EDITED)) for kind in (Vm, Group)
}


def versioned(before: P | None, after: P, first: int) -> P:
    """Return the record with its version: one more than before if it was edited, at least `first` under a new key."""
    if before is None:
        version = max(first, after.version)  # one that comes back after its deletion brings a version of its own
    elif before.id != after.id:
        version = max(before.version + 1, first)
    else:
        edited = _EDITED[type(after)]
        version = before.version + (edited(before) != edited(after))
    return after if after.version == version else replace(after, version=version)
