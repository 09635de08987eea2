"""Questions about people and their waits, for one person or for many together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import ColumnElement, Connection, select

from loadzone.reports.usage import tables

WaitRow = tuple[int, int, int, int, int | None, bool | None]  # the columns of a Wait


def keys_of(connection: Connection, emails: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return the keys of these people and of their tokens, by address and the token's name."""
    columns = tables.people.c
    found = connection.execute(select(columns.email, columns.token, columns.key).where(columns.email.in_(list(emails))))
    return {(email, token): key for email, token, key in found}


def waits_of(
    connection: Connection, emails: Iterable[str], condition: ColumnElement[bool]
) -> list[tuple[str, WaitRow]]:
    """Return these people's waits for which the condition holds, each with the address."""
    columns, by = tables.waits.c, tables.people.c
    query = select(by.email, columns.person, columns.began, columns.vm, columns.group_key, columns.ended, columns.turn)
    its = query.join_from(tables.waits, tables.people, by.key == columns.person).where(
        by.email.in_(list(emails)), condition
    )
    return [(email, cast(WaitRow, tuple(row))) for email, *row in connection.execute(its)]
