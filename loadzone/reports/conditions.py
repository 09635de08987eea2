"""What is looked at in each line that is on the way of a search."""

from __future__ import annotations

from sqlalchemy import ColumnElement, UnaryExpression, func, or_
from sqlalchemy.sql.operators import custom_op

from loadzone.reports.tables import lines
from loadzone.reports.wanted import FOR_ALL, Wanted


def conditions_of(wanted: Wanted, dialect: str) -> list[ColumnElement[bool]]:
    """Return what a line must be to be wanted, as `Wanted.includes` tells. None of it makes the database use an index.

    In PostgreSQL the ways of a search see to that.
    """
    is_sqlite = dialect == "sqlite"
    vm, vm_id, group_id, email, actor, action, at, words = (
        _unindexed(lines.c[name]) if is_sqlite else lines.c[name]
        for name in ("vm", "vm_id", "group_id", "email", "actor", "action", "at", "words")
    )
    conditions: list[ColumnElement[bool]] = []
    if not wanted.with_people:
        conditions.append(or_(vm_id.is_not(None), group_id.is_not(None), action.in_(FOR_ALL)))
    if wanted.vms is not None:
        conditions.append(vm.in_(wanted.vms))
    if wanted.group_id is not None:
        conditions.append(group_id == wanted.group_id)
    if wanted.person is not None:
        conditions.append(or_(email == wanted.person, actor == wanted.person))
    if wanted.actions:
        conditions.append(action.in_(wanted.actions))
    if wanted.since is not None:
        conditions.append(at >= wanted.since)
    if wanted.until is not None:
        conditions.append(at < wanted.until)
    if wanted.has_booking:
        conditions.append(lines.c.booking.is_not(None))
    position = func.instr if is_sqlite else func.strpos
    return [*conditions, *(position(words, needle) > 0 for needle in wanted.needles)]


def _unindexed(column: ColumnElement[object]) -> ColumnElement[object]:
    """Return the column with a plus before it, which keeps SQLite from using an index of it."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
