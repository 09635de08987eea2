"""All of a history at once: what is wrong with it, how much there is, and a copy of it in another database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Result, Table, func, select, tuple_

from loadzone.reports import schema
from loadzone.reports.tables import hours, lines
from loadzone.reports.usage import tables as usage

TABLES: tuple[Table, ...] = (lines, *usage.metadata.sorted_tables)  # the database makes the others of these
AT_ONCE = 2_000  # rows that are in memory


@dataclass(frozen=True, slots=True)
class Amount:
    """How many lines there are, and from when until when. `digest` is that of all that is kept."""

    lines: int
    begin: datetime | None
    end: datetime | None
    digest: str = ""


def problems_of(connection: Connection) -> list[str]:
    """Return what is wrong with the lines, in sentences. Raises UnusableHistory where a newer LoadZone made them."""
    if schema.version_of(connection) != schema.latest():
        return []  # an older one is brought up to this version at the start
    before = select(
        lines.c.id,
        lines.c.epoch,
        lines.c.number,
        func.lag(lines.c.epoch).over(order_by=lines.c.id).label("epoch_before"),
        func.lag(lines.c.number).over(order_by=lines.c.id).label("number_before"),
    ).subquery()
    disordered = select(before.c.id).where(
        tuple_(before.c.epoch, before.c.number) <= tuple_(before.c.epoch_before, before.c.number_before)
    )
    doubled = select(func.min(lines.c.id)).group_by(lines.c.epoch, lines.c.number).having(func.count() > 1)
    return [
        *(f"line {line}: is there twice" for line in connection.execute(doubled.limit(10)).scalars()),
        *(f"line {line}: is out of order" for line in connection.execute(disordered.limit(10)).scalars()),
    ]


def amount_of(connection: Connection, with_digest: bool = False) -> Amount:
    """Return how much there is. The digest takes some seconds for each million lines."""
    if schema.version_of(connection) is None:
        return Amount(0, None, None)
    query = select(func.count(), func.min(lines.c.at), func.max(lines.c.at)).select_from(lines)
    number, begin, end = connection.execute(query).one()
    return Amount(number, begin, end, _digest(connection) if with_digest else "")


def copy_all(source: Connection, target: Connection) -> None:
    """Put all that the source has in the place of what the target has, in the target's transaction."""
    schema.prepare(target)
    for table in (*TABLES, hours):
        target.execute(table.delete())
    for table in TABLES:
        for part in _rows(source, table).partitions(AT_ONCE):
            target.execute(table.insert(), [row._asdict() for row in part])


def _digest(connection: Connection) -> str:
    digest = hashlib.sha256()
    for table in TABLES:
        for part in _rows(connection, table).partitions(AT_ONCE):
            digest.update("\n".join(repr(tuple(row)) for row in part).encode())
    return digest.hexdigest()


def _rows(connection: Connection, table: Table) -> Result[Any]:
    """Return all rows in their order; they come in parts."""
    return connection.execution_options(yield_per=AT_ONCE).execute(select(table).order_by(*table.primary_key))
