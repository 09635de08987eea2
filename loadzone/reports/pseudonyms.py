"""Puts pseudonyms into the history: with the line of a removal, into all lines before it, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, cast, func, or_, select

from loadzone.domain.history_line import WAS, HistoryLine
from loadzone.domain.pseudonym import Pseudonym
from loadzone.reports.adding import row_of
from loadzone.reports.tables import lines
from loadzone.reports.usage.naming import rename_person

_KEYS = ("id", "epoch", "number")  # what a line is known by stays
AT_ONCE = 20_000  # lines that one statement looks through: some ten milliseconds


def keep(connection: Connection, new: Sequence[HistoryLine]) -> None:
    """Put in the pseudonyms that these new lines bring."""
    for line in new:
        was = line.rest.get(WAS)
        if isinstance(was, str) and line.email:
            own = select(lines.c.id).where(lines.c.epoch == line.epoch, lines.c.number == line.id)
            pseudonym = Pseudonym(was, line.email)
            _put(connection, pseudonym, connection.execute(own).scalar_one())
            rename_person(connection, pseudonym)


def _put(connection: Connection, pseudonym: Pseudonym, last: int) -> None:
    """Put the pseudonym into lines up to this id."""
    first = connection.execute(select(func.min(lines.c.id))).scalar() or last
    update = lines.update().where(lines.c.id == bindparam("row_id"))
    for row in _candidates(connection, pseudonym, first, last):
        before = _line_of(row)
        after = pseudonym.in_line(before)
        if after != before:
            values = {key: value for key, value in row_of(after, before.id).items() if key not in _KEYS}
            connection.execute(update.values(values), {"row_id": before.id})


def _line_of(row: Row[Any]) -> HistoryLine:
    return HistoryLine(**{key: value for key, value in row._asdict().items() if key in HistoryLine.__slots__})


def _candidates(connection: Connection, pseudonym: Pseudonym, first: int, last: int) -> Iterator[Row[Any]]:
    """Yield rows that may name the person. Each statement is short: it may not be waited for long."""
    columns = lines.c
    texts = (columns.reason, columns.via, cast(columns.changed, Text))
    names = or_(
        columns.actor == pseudonym.email,
        columns.email == pseudonym.email,
        *(text.icontains(pseudonym.first_word, autoescape=True) for text in texts),
    )
    for low in range(first, last + 1, AT_ONCE):
        yield from connection.execute(
            select(lines).where(columns.id.between(low, min(low + AT_ONCE - 1, last)), names)
        ).all()
