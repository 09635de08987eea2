"""The tables, in a schema of their own named loadzone: made and upgraded at the start, by one process at a time."""

from __future__ import annotations

import psycopg

from loadzone.database import commit_codec, snapshot_table
from loadzone.database.commit_codec import TABLES_VERSION as VERSION
from loadzone.database.connection import Connection, in_words
from loadzone.database.side_tables import COUNTERS, LOGIN_CODES
from loadzone.domain.durable import CannotLoad

LOCK = 7_001_001  # the advisory lock of whoever writes, or makes the tables

# `commits` is the log. `snapshot_parts` are the data file as it was after commit `seq`; the log goes on from there.
# `settings` are those that all nodes share. `leader` has one row, by which the leader lets the others know something.
_UPGRADES = {
    1: (
        """
        CREATE TABLE loadzone.version(number integer NOT NULL);
        INSERT INTO loadzone.version VALUES (0);
        CREATE TABLE loadzone.commits(
            seq bigint PRIMARY KEY,
            id uuid NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            body bytea NOT NULL);
        CREATE TABLE loadzone.snapshot_parts(
            seq bigint, part integer, body bytea NOT NULL, PRIMARY KEY (seq, part));
        CREATE TABLE loadzone.leader(word text NOT NULL);
        INSERT INTO loadzone.leader VALUES ('');
        CREATE TABLE loadzone.settings(name text PRIMARY KEY, value text NOT NULL);
        DO $$ BEGIN  -- quicker than the default, but not every server was built with it
            IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)) THEN
                ALTER TABLE loadzone.commits ALTER COLUMN body SET COMPRESSION lz4;
                ALTER TABLE loadzone.snapshot_parts ALTER COLUMN body SET COMPRESSION lz4;
            END IF;
        END $$;
        """,
        LOGIN_CODES,
        COUNTERS,
    ),
}

# A commit that changes nothing. Nodes that do not know these tables stop at it, before they write.
_MARK = """
    INSERT INTO loadzone.commits(seq, id, body) SELECT max(seq) + 1, gen_random_uuid(), %b FROM loadzone.commits
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'loadzone'::regnamespace"
_IS_OURS = """
    SELECT FROM pg_attribute WHERE attrelid = 'loadzone.version'::regclass AND attname = 'number'
"""


class UnusableDatabase(CannotLoad):
    """The database cannot be used."""


def prepare(connection: Connection, starter: bytes) -> None:
    """Make the tables, or bring them up to this version; new ones begin with `starter`, which is a data file.

    Raises UnusableDatabase where a newer LoadZone has made them, or somebody else, or the user may not.
    """
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            _upgrade(connection, starter)
    except psycopg.errors.InsufficientPrivilege as error:
        user, database = connection.info.user, connection.info.dbname
        raise UnusableDatabase(
            f"its user {user} may not make or use LoadZone's tables ({in_words(error)});"
            f' let this user own the database: ALTER DATABASE "{database}" OWNER TO "{user}"'
        ) from error


def _upgrade(connection: Connection, starter: bytes) -> None:
    version = version_of(connection)
    if not version and not _has_schema(connection):
        connection.execute("CREATE SCHEMA loadzone")
    for number in range(version + 1, VERSION + 1):
        for tables in _UPGRADES[number]:
            connection.execute(tables)
        connection.execute("UPDATE loadzone.version SET number = %s", [number])
    if not version:
        connection.execute("INSERT INTO loadzone.commits(seq, id, body) VALUES (0, gen_random_uuid(), '')")
        snapshot_table.replace(connection, 0, [starter])
    elif version < VERSION:
        connection.execute(_MARK, [commit_codec.mark_of_tables(VERSION)])


def version_of(connection: Connection) -> int:
    """Return the version of the tables; 0: there are none yet. Nothing is changed.

    Raises UnusableDatabase where a newer LoadZone has made them, or somebody else.
    """
    if not _has_schema(connection):
        return 0
    tables = {name for (name,) in connection.execute(_TABLES)}
    if not tables:
        return 0
    if not tables >= {"version", "commits", "snapshot_parts"} or not connection.execute(_IS_OURS).rowcount:
        raise UnusableDatabase("its schema named loadzone is somebody else's; name another database")
    [(version,)] = connection.execute("SELECT number FROM loadzone.version").fetchall()
    if version > VERSION:
        raise UnusableDatabase(
            f"its tables are of version {version}, and this LoadZone knows version {VERSION}: "
            "a newer LoadZone has been here; start that one"
        )
    return int(version)


def _has_schema(connection: Connection) -> bool:
    return bool(connection.execute("SELECT FROM pg_namespace WHERE nspname = 'loadzone'").rowcount)
