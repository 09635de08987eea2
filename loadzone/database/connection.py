"""Connections to PostgreSQL: how they are made, and what their errors say."""

from __future__ import annotations

from typing import TypeAlias

import psycopg
from psycopg.rows import TupleRow

Connection: TypeAlias = psycopg.Connection[TupleRow]

CONNECT_TIMEOUT = 3  # seconds
# A node that holds the lock and hangs is cut off after the idle time; all others wait for that. Sessions of a machine
# that is gone end within seconds, since locks are theirs. What the database sets for others must not break promises:
# in a stricter isolation, what others commit while a node waits for the lock is not seen; and without a synchronous
# commit, a change is answered that a crash takes back. Commands of their own, since pgbouncer refuses such options.
_SESSION = """
    SET lock_timeout = '6s';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '2500ms';
    SET tcp_keepalives_idle = 5;
    SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 2;
    SET tcp_user_timeout = '5s';
    SET default_transaction_isolation = 'read committed';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""


def connect(url: str, purpose: str) -> Connection:
    """Return a new connection, which pg_stat_activity shows with its purpose. A standby is refused.

    Raises psycopg.OperationalError.
    """
    connection = open_bare(url, purpose)
    try:
        connection.execute(_SESSION)
    except BaseException:
        connection.close()
        raise
    return connection


def open_bare(url: str, purpose: str, role: str = "read-write") -> Connection:
    """Return a new connection with the settings of the database. `role`: which servers will do (as in libpq).

    Raises psycopg.OperationalError.
    """
    return psycopg.connect(
        url,
        autocommit=True,
        application_name=f"loadzone {purpose}",
        client_encoding="utf8",
        connect_timeout=CONNECT_TIMEOUT,
        target_session_attrs=role,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=5000,  # milliseconds
    )


def in_words(error: psycopg.Error) -> str:
    """Return what the error says, in one line."""
    return " ".join(str(error).split())
