"""The change of one table in a commit, from which others get the same records in the same order."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, MutableMapping
from dataclasses import dataclass

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import Letter, User
from loadzone.domain.records import Deleted, Group, Vm
from loadzone.lib.shared_table import SharedTable

Key = str | int
Record = Vm | Group | User | Letter | Deleted | HistoryLine
Places = list[tuple[Key, Key | None]]


@dataclass(frozen=True, slots=True)
class TableChange:
    """Remove `gone`, then write `written` in this order; then `put_in_place` what is in `places`.

    A record that is there is replaced in its place; a new one comes to the end. `places` has keys, each with the one
    before it; None: it is the first. It is empty where the order follows from the rest.
    """

    gone: list[Key]
    written: dict[Key, Record]
    places: Places


def change_of(
    touched: Mapping[Key, None], before: SharedTable[Key, Record], after: SharedTable[Key, Record], renames: bool
) -> TableChange:
    """Return the change of a table. Without renames it costs no more than what was touched."""
    tail = _tail(touched, after)
    gone = [key for key in touched if key in before and (key not in after or key in tail)]
    kept = [key for key in touched if key in after and key not in tail]
    places = _places(kept, after) if renames else []
    return TableChange(gone, {key: after[key] for key in [*kept, *tail]}, places)


def put_in_place(table: MutableMapping[Key, Record], places: Places) -> None:
    """Put the records at their places in the order of the table."""
    next_to = {before: key for key, before in places}
    moved = {key: table.pop(key) for key, _ in places}
    others = dict(table.items())
    table.clear()
    for stays in (None, *others):
        if stays is not None:
            table[stays] = others[stays]
        key = next_to.get(stays)
        while key is not None:
            table[key] = moved[key]
            key = next_to.get(key)


def _tail(touched: Container[Key], after: SharedTable[Key, Record]) -> dict[Key, None]:
    """Return the touched keys at the end of the table, where all that is added comes to."""
    tail = []
    for key in reversed(after):
        if key not in touched:
            break
        tail.append(key)
    return dict.fromkeys(reversed(tail))


def _places(kept: list[Key], after: Iterable[Key]) -> Places:
    """Return the keys in the order of the table, each with the one before it."""
    moving = set(kept)
    pairs = zip((None, *after), after, strict=False)
    return [(key, previous) for previous, key in pairs if key in moving]
