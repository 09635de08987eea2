"""Finds the inner numbers of the machine that a name means, so that renames do not cut its history."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from loadzone.domain.named_table import vm_named, vms_by_name
from loadzone.domain.records import State
from loadzone.domain.refusal import refuse
from loadzone.reports.tables import lines
from loadzone.reports.ways import WAYS_AT_MOST


def machines_named(connection: Connection, state: State, name: str) -> tuple[int, ...]:
    """Return the numbers of the machine that has this name, or had it, and of those with the name that are gone.

    One machine may have been deleted and added again. But a machine that has another name now is not meant, if this
    name is another's. Raises Refusal: no_such_vm where there never was one, or several names are the same.
    """
    present = state.vms.get(name) or vm_named(vms_by_name(state.vms), name)
    others = _numbers_in_lines(connection, state, present.id if present else name)
    if not present:
        return others or refuse("no_such_vm", vm_id=name)
    there = {vm.number for vm in state.vms.values()} if others else ()
    return (present.number, *(number for number in others if number not in there))


def _numbers_in_lines(connection: Connection, state: State, name: str) -> tuple[int, ...]:
    """Return the numbers of the machines whose lines have exactly this name, the newest first; not of all, if many."""
    if "\0" in name:
        return ()  # PostgreSQL has no such texts, and refuses to look for one
    waiting = {line.vm for line in state.history.values() if line.vm_id == name and line.vm is not None}
    found: list[int] = []
    newest = func.max(lines.c.vm)
    while len(found) < WAYS_AT_MOST:  # a step to the next number, and not through all lines with the name
        below = [lines.c.vm < found[-1]] if found else []
        number = connection.scalar(select(newest).where(lines.c.vm_id == name, *below))
        if number is None:
            break
        found.append(number)
    return tuple(sorted(waiting.union(found), reverse=True)[: WAYS_AT_MOST - 1])
