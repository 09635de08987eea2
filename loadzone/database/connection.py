"""Connections to PostgreSQL: how they are made, and what their errors say."""

from __future__ import annotations

from typing import TypeAlias

import psycopg
from psycopg.rows import TupleRow

Connection: TypeAlias = psycopg.Connection[TupleRow]

CONNECT_TIMEOUT = 3  # seconds
# A node that holds the lock and hangs is cut off after the last of these; all others wait for that.
_SERVER = "-c lock_timeout=6s -c statement_timeout=10s -c idle_in_transaction_session_timeout=2500"


def connect(url: str, purpose: str) -> Connection:
    """Return a new connection, which pg_stat_activity shows with its purpose. A standby is refused.

    Raises psycopg.OperationalError.
    """
    return psycopg.connect(
        url,
        autocommit=True,
        application_name=f"loadzone {purpose}",
        connect_timeout=CONNECT_TIMEOUT,
        target_session_attrs="read-write",
        options=_SERVER,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=5000,  # milliseconds
    )


def in_words(error: psycopg.Error) -> str:
    """Return what the error says, in one line."""
    return " ".join(str(error).split())


def place_of(url: str) -> str:
    """Return where the database is, for people: without a password."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    host = parts.get("host") or parts.get("hostaddr") or "this machine"
    return f"the database {parts.get('dbname') or parts.get('user') or 'loadzone'} on {host}"
