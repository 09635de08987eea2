"""Search of texts by the index of pg_trgm, which has no order: it is fast for a text that few lines have."""

from __future__ import annotations

import re

from sqlalchemy import Connection, Row, select, text
from sqlalchemy.exc import DBAPIError

from loadzone.reports.conditions import conditions_of
from loadzone.reports.id_range import IdRange
from loadzone.reports.tables import lines
from loadzone.reports.wanted import Wanted
from loadzone.reports.words_index import indexed_letters

PATIENCE = 100  # milliseconds
CANCELED = "57014"  # PostgreSQL: query_canceled


def search_by_gin(
    connection: Connection, wanted: Wanted, ids: IdRange, most: int
) -> list[Row[tuple[object, ...]]] | None:
    """Return the newest lines in this range that are wanted; None: there is no answer in time.

    A text that most lines have, or letters of it, takes longer than a reader waits. It is found by looking at lines.
    """
    patterns = _patterns_of(wanted, indexed_letters(connection))
    if not patterns:
        return None
    hits = (
        select(lines.c.id)
        .where(*(lines.c.words.like(pattern) for pattern in patterns))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    within = lines.c.id >= ids.low, lines.c.id < ids.high
    query = (
        select(lines)
        .join(hits, hits.c.id == lines.c.id)
        .where(*within, *conditions_of(wanted, connection.dialect.name))
    )
    attempt = connection.begin_nested()
    try:
        connection.execute(text(f"SET LOCAL statement_timeout = {PATIENCE}"))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        return list(connection.execute(query.order_by(lines.c.id.desc()).limit(most)).all())
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == CANCELED:
            return None
        raise
    finally:
        attempt.rollback()  # with the settings


def _patterns_of(wanted: Wanted, letters: re.Pattern[str] | None) -> list[str]:
    """Return the patterns that the index can find; none where there is no index."""
    found = [needle for needle in wanted.needles if letters and letters.search(needle)]
    return ["%" + re.sub(r"([\\%_])", r"\\\1", needle) + "%" for needle in found]
