"""The tables of the history, made and upgraded by Alembic at the start, by one process at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from loadzone.domain.durable import CannotLoad

SCHEMA = "loadzone"  # in PostgreSQL, where the tables of database/schema.py are too
LOCK = 7_001_004  # the advisory lock of whoever makes the tables, in PostgreSQL
VERSION_TABLE = "history_version"
_MIGRATIONS = Path(__file__).parent / "migrations"


class UnusableHistory(CannotLoad):
    """The history's database cannot be used."""


class NewerHistory(UnusableHistory):
    """A newer LoadZone has made the tables."""


def prepare(connection: Connection) -> None:
    """Make the tables, or bring them up to this version. It belongs to one transaction, which the caller has begun.

    Raises UnusableHistory where a newer LoadZone has made them, or somebody else.
    """
    if schema_of(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if version_of(connection) == latest():
        return
    context = _context(connection)
    with Operations.context(context):
        context.run_migrations()


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables; None: there are none yet. Nothing is changed.

    Raises UnusableHistory where a newer LoadZone has made them, or somebody else.
    """
    found = _context(connection).get_current_heads()
    known = [revision.revision for revision in _script().walk_revisions()]
    if unknown := [version for version in found if version not in known]:
        raise NewerHistory(
            f"its history is of version {', '.join(unknown)}, and this LoadZone knows version {latest()}: "
            "a newer LoadZone has been here; start that one"
        )
    if not found and not schema_of(connection) and inspect(connection).get_table_names():
        raise UnusableHistory("it is a database of something else; move it away")
    return found[0] if found else None


def latest() -> str:
    """Return the version of the tables that this LoadZone makes."""
    return str(_script().get_current_head())


def schema_of(connection: Connection) -> str | None:
    """Return the schema that the tables are in; SQLite has none."""
    return SCHEMA if connection.dialect.name == "postgresql" else None


def _context(connection: Connection) -> MigrationContext:
    """Return what runs the migrations. They are part of the transaction of the connection, also in SQLite."""
    opts = {
        "fn": lambda found, _: _script()._upgrade_revs("head", found),
        "version_table": VERSION_TABLE,
        "version_table_schema": schema_of(connection),
    }
    return MigrationContext.configure(connection, opts=opts)


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))
