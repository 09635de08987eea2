"""What adding lines to the history asks of its tables: what is there already, and how a line is a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from loadzone.domain.history_line import HistoryLine
from loadzone.reports.schema import schema_of
from loadzone.reports.tables import lines
from loadzone.reports.words import words_of

Act = tuple[datetime, str, int | None, int | None]  # what tells one from another

LOCK = 7_001_005  # the advisory lock of whoever adds lines, in PostgreSQL


@dataclass(frozen=True, slots=True)
class Greatest:
    """The greatest of the ids, numbers and machines' numbers that a history has, and of its epochs."""

    number: int = 0
    epoch: int = 0


def lock(connection: Connection) -> None:
    """Let nobody else add lines until the end of the transaction: an earlier leader may not know of another yet."""
    if schema_of(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def greatest_of(connection: Connection) -> Greatest:
    """Return the greatest numbers that are there."""
    columns = (lines.c.id, lines.c.vm, lines.c.epoch)
    row_id, vm, epoch = (connection.scalar(select(func.max(column))) or 0 for column in columns)
    return Greatest(max(row_id, vm), epoch)


def missing_of(connection: Connection, new: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Return the lines that are not there yet.

    A line is known by its epoch and number. Where another act has them, as after a restore of which nobody knew, it
    gets the next epoch: so it is found again under that one.
    """
    there = _between(connection, new[0].id, new[-1].id) if new else {}
    missing = []
    for line in new:
        epoch, act = line.epoch, (line.at, line.action, line.vm, line.group_id)  # a removed person's name may change
        while there.get((epoch, line.id), act) != act:
            epoch += 1
        if (epoch, line.id) not in there:
            missing.append(line if epoch == line.epoch else replace(line, epoch=epoch))
    return missing


def _between(connection: Connection, first: int, last: int) -> dict[tuple[int, int], Act]:
    """Return the acts of these numbers, by epoch and number."""
    columns = (lines.c.epoch, lines.c.number, lines.c.at, lines.c.action, lines.c.vm, lines.c.group_id)
    found = connection.execute(select(*columns).where(lines.c.number.between(first, last)))
    return {(epoch, number): (at, action, vm, group_id) for epoch, number, at, action, vm, group_id in found}


def row_of(line: HistoryLine, row_id: int) -> dict[str, object]:
    """Return the line as a row of the table, with this id."""
    return {
        "id": row_id,
        "epoch": line.epoch,
        "number": line.id,
        "at": line.at,
        "action": line.action,
        "actor": line.actor,
        "via": line.via,
        "vm": line.vm,
        "vm_id": line.vm_id,
        "group_id": line.group_id,
        "group": line.group,
        "email": line.email,
        "booking": line.booking,
        "until": line.until,
        "hours": line.hours,
        "reason": line.reason,
        "changed": dict(line.changed),
        "words": words_of(line),
    }
