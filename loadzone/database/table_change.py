"""The change of one table in a commit, from which others get the same records in the same order."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from loadzone.domain.people import Letter, User
from loadzone.domain.records import Deleted, Group, Vm

Key = str | int
Record = Vm | Group | User | Letter | Deleted


@dataclass(frozen=True, slots=True)
class TableChange:
    """Remove `gone`, then write `written` in this order; then the keys are in `order`, unless that is None.

    A record that is there is replaced in its place; a new one comes to the end.
    """

    gone: list[Key]
    written: dict[Key, Record]
    order: list[Key] | None


def change_of(touched: Mapping[Key, None], before: dict[Key, Record], after: dict[Key, Record]) -> TableChange:
    """Return the change of a table. Without removals and edits it costs no more than what was touched."""
    tail = _tail(touched, after)
    gone = [key for key in touched if key in before and (key not in after or key in tail)]
    kept = [key for key in touched if key in after and key not in tail]
    may_move = any(key not in after for key in gone) or any(_moves(before.get(key), after[key]) for key in kept)
    order = _order(before, after, gone, tail) if may_move else None
    return TableChange(gone, {key: after[key] for key in [*kept, *tail]}, order)


def _moves(before: Record | None, after: Record) -> bool:
    """Tell whether it may be another one's place: a machine that is renamed keeps its own, under another key."""
    return before is None or (isinstance(after, (Vm, Group)) and getattr(before, "version", 0) != after.version)


def _tail(touched: Container[Key], after: dict[Key, Record]) -> dict[Key, None]:
    """Return the touched keys at the end of the table, where all that is added comes to."""
    tail = []
    for key in reversed(after):
        if key not in touched:
            break
        tail.append(key)
    return dict.fromkeys(reversed(tail))


def _order(
    before: dict[Key, Record], after: dict[Key, Record], gone: list[Key], tail: Mapping[Key, None]
) -> list[Key] | None:
    """Return the order of the table, if it does not follow from the rest."""
    removed = set(gone)
    if list(after) == [key for key in before if key not in removed] + list(tail):
        return None
    return list(after)
