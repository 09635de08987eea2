"""Writes records into tables, new or known, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
AT_ONCE = 500  # values in a statement; SQLite takes 999 at least


def in_parts(values: Sequence[T]) -> Iterator[list[T]]:
    """Yield the values in parts that one statement takes."""
    left = iter(values)
    while part := list(islice(left, AT_ONCE)):
        yield part


def upsert(connection: Connection, table: Table, records: Sequence[object]) -> None:
    """Write records with the table's columns as attributes, in the place of those with the same key."""
    if not records:
        return
    names = [column.name for column in table.columns]
    rows = [{name: getattr(record, name) for name in names} for record in records]
    insert = _insert(connection, table)
    others = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=others), rows)


def add_up(connection: Connection, table: Table, rows: Sequence[Sequence[int]]) -> None:
    """Add rows of numbers to those with the same key."""
    if not rows:
        return
    insert = _insert(connection, table)
    sums = {column.name: column + insert.excluded[column.name] for column in table.columns if not column.primary_key}
    names = [column.name for column in table.columns]
    statement = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)
    connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
