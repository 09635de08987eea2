"""Make what lines are found by: indexes, the words of a line with an index of them, and the ids of each hour."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0002"
down_revision = "0001"

log = logging.getLogger("loadzone.history")

INDEXES = {
    "lines_vm": ("vm", "id"),
    "lines_vm_id": ("vm_id", "vm"),
    "lines_group_id": ("group_id", "id"),
    "lines_email": ("email", "id"),
    "lines_action": ("action", "id"),
}

# The index has no positions: it is a fifth as large, and a search looks at the lines that it finds anyway.
SQLITE_WORDS = """
    CREATE VIRTUAL TABLE lines_words
    USING fts5(words, content = 'lines', content_rowid = 'id', tokenize = 'trigram', detail = none)
"""
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER lines_words_added AFTER INSERT ON lines
    BEGIN INSERT INTO lines_words (rowid, words) VALUES (new.id, new.words); END
    """,
    """
    CREATE TRIGGER lines_words_removed AFTER DELETE ON lines
    BEGIN INSERT INTO lines_words (lines_words, rowid, words) VALUES ('delete', old.id, old.words); END
    """,
    """
    CREATE TRIGGER lines_words_changed AFTER UPDATE OF words ON lines
    BEGIN
        INSERT INTO lines_words (lines_words, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO lines_words (rowid, words) VALUES (new.id, new.words);
    END
    """,
)
# 3600000000 microseconds are an hour.
SQLITE_HOURS = """
    CREATE TRIGGER lines_hours_added AFTER INSERT ON lines
    BEGIN
        INSERT INTO lines_hours (hour, first, last) VALUES (new.at / 3600000000, new.id, new.id)
        ON CONFLICT (hour) DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last);
    END
"""
POSTGRES_HOURS = (
    """
    CREATE FUNCTION loadzone.note_hours() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO loadzone.lines_hours AS kept (hour, first, last)
        SELECT at / 3600000000, min(id), max(id) FROM added GROUP BY 1
        ON CONFLICT (hour) DO UPDATE
        SET first = least(kept.first, excluded.first), last = greatest(kept.last, excluded.last);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER lines_hours_added AFTER INSERT ON loadzone.lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION loadzone.note_hours()
    """,
)


def upgrade() -> None:
    """Make it."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    schema = "loadzone" if is_postgres else None
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("lines", sa.Column("words", sa.Text, nullable=False, server_default=""), schema=schema)
    for name, columns in INDEXES.items():
        op.create_index(name, "lines", list(columns), schema=schema)
    by_others = sa.text("email IS DISTINCT FROM actor" if is_postgres else "email IS NOT actor")
    op.create_index(
        "lines_actor",
        "lines",
        ["actor", "id"],
        schema=schema,
        postgresql_where=by_others,
        sqlite_where=by_others,
    )
    op.create_table(
        "lines_hours",
        sa.Column("hour", number, primary_key=True, autoincrement=False),
        sa.Column("first", number, nullable=False),
        sa.Column("last", number, nullable=False),
        schema=schema,
    )
    for statement in POSTGRES_HOURS if is_postgres else (SQLITE_HOURS,):
        op.execute(statement)
    _index_words(_postgres_words() if is_postgres else [SQLITE_WORDS, *SQLITE_TRIGGERS])


def _index_words(statements: list[str]) -> None:
    """Make the index of words, if the database can. Without it texts are searched by looking at lines."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            for statement in statements:
                connection.execute(sa.text(statement))
    except DBAPIError as error:
        log.warning("the history has no index of words: %s", " ".join(str(error.orig).split()))


def _postgres_words() -> list[str]:
    """Return the statements that make the index. The extension may be in any schema."""
    found = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'"
    place = op.get_bind().scalar(sa.text(found))
    operators = f"{place}.gin_trgm_ops" if place else "loadzone.gin_trgm_ops"
    make = [] if place else ["CREATE EXTENSION pg_trgm SCHEMA loadzone"]
    return [*make, f"CREATE INDEX lines_words ON loadzone.lines USING gin (words {operators})"]
