"""Answers that were given lately. They stay true until a line tells of something in or before their period."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from loadzone.reports.tables import lines
from loadzone.reports.usage import tables
from loadzone.reports.usage.instants import as_datetime
from loadzone.reports.usage.period import Period
from loadzone.schemas.usage import UsageResponse

MOST = 8  # some hundred kilobytes each
Question = tuple[Period, str, "int | None"]  # the period, the zone, the group

# Kinds of lines that change how machines and groups are named, or whether they are there.
_OF_NOW = (
    *("vm_added", "vm_renamed", "vm_moved", "vm_deleted", "vm_undeleted"),
    *("group_added", "group_renamed", "group_deleted", "group_undeleted"),
)


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: UsageResponse
    last: int  # the id of the last line by then
    changes: int


class Answers:
    """The answers to the latest questions."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()

    def find(self, connection: Connection, question: Question) -> UsageResponse | None:
        """Return the answer if it is still true."""
        kept = self._kept.get(question)
        if kept is None or kept.changes != _changes(connection) or _is_outdated(connection, kept, question[0]):
            return None
        return kept.answer

    def keep(self, connection: Connection, question: Question, answer: UsageResponse) -> None:
        """Keep the answer, which was found in this transaction."""
        last = connection.scalar(select(func.max(lines.c.id))) or 0
        self._kept.pop(question, None)
        self._kept[question] = _Kept(answer, last, _changes(connection))
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)


def _changes(connection: Connection) -> int:
    return connection.scalar(select(tables.progress.c.changes)) or 0


def _is_outdated(connection: Connection, kept: _Kept, period: Period) -> bool:
    end = as_datetime(period.end)
    tells = or_(lines.c.at < end, lines.c.until < end, lines.c.action.in_(_OF_NOW))
    return connection.scalar(select(lines.c.id).where(lines.c.id > kept.last, tells).limit(1)) is not None
