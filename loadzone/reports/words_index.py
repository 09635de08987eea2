"""The index of words: what it can find, and what the operator can do where there is none."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

ANY_LETTERS = re.compile(r"\w{3}")
ASCII_LETTERS = re.compile(r"\w{3}", re.ASCII)
_SQLITE = text("SELECT count(*) FROM sqlite_master WHERE name = 'lines_words'")
_POSTGRES = text(
    "SELECT datctype FROM pg_database WHERE datname = current_database()"
    " AND to_regclass('loadzone.lines_words') IS NOT NULL"
)


def indexed_letters(connection: Connection) -> re.Pattern[str] | None:
    """Return what a text has that the index finds: three letters or digits in a row. None: there is no index.

    PostgreSQL takes only ASCII for letters where the locale of the database is C.
    """
    if connection.dialect.name == "sqlite":
        return ANY_LETTERS if connection.scalar(_SQLITE) else None
    ctype = connection.scalar(_POSTGRES)
    return None if ctype is None else ASCII_LETTERS if ctype in ("C", "POSIX") else ANY_LETTERS


def hint_of(connection: Connection) -> str | None:
    """Return what is missing for texts to be found at once; None: nothing."""
    letters = indexed_letters(connection)
    if letters is ANY_LETTERS:
        return None
    if letters is ASCII_LETTERS:
        return "texts with other letters than Latin ones are found slowly: the locale of the database is C"
    if connection.dialect.name == "sqlite":
        return "texts are found slowly: this SQLite cannot index them; it needs FTS5 with trigrams (SQLite 3.34)"
    return "texts are found slowly: the database has no index of them, which needs the extension pg_trgm (docs/api.md)"
