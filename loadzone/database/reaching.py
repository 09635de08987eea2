"""Reaches the database at the start: waits a little for a server that is starting, and says why it cannot be used."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from loadzone.database.address import is_readable, place_of
from loadzone.database.connection import CONNECT_TIMEOUT, Connection, in_words, open_bare
from loadzone.database.host_names import with_addresses
from loadzone.database.schema import UnusableDatabase

log = logging.getLogger("loadzone.database")

PATIENCE = 10.0  # seconds: a database that is started together with LoadZone has them, and so has a failover
PAUSE = 0.3  # seconds between two tries
OLDEST_SERVER = 140000  # PostgreSQL 14, as the server counts its versions
ROUNDS = 5  # of a test for sessions that are shared; other clients of the pool may hide it in one
HOW = "write it as postgresql://user:password@host/database, in the password %40 for @, %2F for / and %25 for %"


@dataclass(frozen=True, slots=True)
class Trouble:
    """The reason why a database cannot be used, for its operator. `may_pass`: it may end by itself."""

    why: str
    may_pass: bool = False


def reach(url: str, patience: float) -> None:
    """Return once the database at this address takes sessions that write.

    Raises UnusableDatabase where it does not: what may pass, after the patience, in seconds.
    """
    if not is_readable(url):
        raise UnusableDatabase(f"it is not the address of a database; {HOW}")
    until, waits = time.monotonic() + patience, False
    while trouble := _trouble(url):
        if not trouble.may_pass or time.monotonic() >= until:
            raise UnusableDatabase(trouble.why)
        if not waits:
            log.warning("%s cannot be used yet: %s; waiting %g seconds for it", place_of(url), trouble.why, patience)
        waits = True
        time.sleep(PAUSE)


def _trouble(url: str) -> Trouble | None:
    try:
        with open_bare(url, "start") as connection:
            return _trouble_with_server(connection) or _trouble_between(url, connection)
    except psycopg.Error as error:
        return _trouble_connecting(url, error)


def _trouble_connecting(url: str, error: psycopg.Error) -> Trouble:
    """Return why there is no connection. What the server says may be in any language, so that it is not read."""
    if not _answers(url):
        why = f"it does not answer ({in_words(error)}); see that PostgreSQL runs, and check its address"
        return Trouble(why, may_pass=True)
    try:
        with open_bare(url, "start", role="any") as connection:
            return _trouble_writing(connection) or Trouble(in_words(error), may_pass=True)
    except psycopg.Error as refusal:
        why = f"it refuses ({in_words(refusal)}); check user, password and database in its address"
        return Trouble(why)


def _answers(url: str) -> bool:
    try:
        address = make_conninfo(with_addresses(url), connect_timeout=CONNECT_TIMEOUT)
    except psycopg.OperationalError:
        return False
    return PGconn.ping(address.encode()) == Ping.OK


def _trouble_writing(connection: Connection) -> Trouble | None:
    [(is_standby,)] = connection.execute("SELECT pg_is_in_recovery()").fetchall()
    if is_standby:
        why = "it is a standby, which takes no changes; name the primary, or all of them: postgresql://…@one,other/…"
        return Trouble(why, may_pass=True)
    [(is_read_only,)] = connection.execute("SHOW transaction_read_only").fetchall()
    if is_read_only == "on":
        return Trouble("it is read-only; turn default_transaction_read_only off for it and for its user")
    return None


def _trouble_with_server(connection: Connection) -> Trouble | None:
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        needed = OLDEST_SERVER // 10000
        return Trouble(f"it is PostgreSQL {version // 10000}; LoadZone needs {needed} or later: upgrade it")
    return None


def _trouble_between(url: str, one: Connection) -> Trouble | None:
    """Return what is wrong with a pooler in between: in all modes but one, sessions share what the server runs."""
    with open_bare(url, "start") as other:
        order = (one, other, other, one) * ROUNDS
        seen = {(connection is one, _server_process(connection)) for connection in order}
    if len(seen) == len({process for _, process in seen}) == 2:
        return None
    return Trouble(
        "a pooler such as pgbouncer stands in front of it and gives each transaction another session;"
        " name the database itself, or set pool_mode=session"
    )


def _server_process(connection: Connection) -> int:
    [(process,)] = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchall()
    return int(process)
