"""The tables, in a schema of their own named loadzone: made and upgraded at the start, by one process at a time."""

from __future__ import annotations

from loadzone.database.connection import Connection
from loadzone.domain.durable import CannotLoad

LOCK = 7_001_001  # the advisory lock of whoever writes, or makes the tables
VERSION = 1
OLDEST_SERVER = 140000  # PostgreSQL 14, as the server counts its versions

# `commits` is the log. `snapshot` is the data file as it was after commit `seq`; the log goes on from there.
_UPGRADES = {
    1: """
        CREATE TABLE loadzone.version(number integer NOT NULL);
        INSERT INTO loadzone.version VALUES (1);
        CREATE TABLE loadzone.commits(
            seq bigint PRIMARY KEY,
            id uuid NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            body bytea NOT NULL);
        CREATE TABLE loadzone.snapshot(seq bigint NOT NULL, body bytea NOT NULL);
        DO $$ BEGIN  -- quicker than the default, but not every server was built with it
            IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)) THEN
                ALTER TABLE loadzone.commits ALTER COLUMN body SET COMPRESSION lz4;
                ALTER TABLE loadzone.snapshot ALTER COLUMN body SET COMPRESSION lz4;
            END IF;
        END $$;
    """,
}


class UnusableDatabase(CannotLoad):
    """The database cannot be used."""


def prepare(connection: Connection, starter: bytes) -> None:
    """Make the tables, or bring them up to this version; new ones begin with `starter`, which is a data file.

    Raises UnusableDatabase where a newer LoadZone has made them, or somebody else, or the server is too old.
    """
    if connection.info.server_version < OLDEST_SERVER:
        raise UnusableDatabase(
            f"it is PostgreSQL {connection.info.server_version // 10000}; "
            f"LoadZone needs {OLDEST_SERVER // 10000} or later"
        )
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        version = _version(connection)
        if version > VERSION:
            raise UnusableDatabase(
                f"its tables are of version {version}, and this LoadZone knows version {VERSION}: "
                "a newer LoadZone has been here; start that one"
            )
        for number in range(version + 1, VERSION + 1):
            connection.execute(_UPGRADES[number])
        if not version:
            connection.execute("INSERT INTO loadzone.commits(seq, id, body) VALUES (0, gen_random_uuid(), '')")
            connection.execute("INSERT INTO loadzone.snapshot VALUES (0, %b)", [starter])


def _version(connection: Connection) -> int:
    """Return the version of the tables; 0: there are none yet."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS loadzone")
    tables = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'loadzone'")}
    if tables and not tables >= {"version", "commits", "snapshot"}:
        raise UnusableDatabase("its schema named loadzone is somebody else's; name another database")
    if not tables:
        return 0
    [(version,)] = connection.execute("SELECT number FROM loadzone.version").fetchall()
    return int(version)
