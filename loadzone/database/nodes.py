"""The nodes that run, and the settings that all of them share.

A node runs as long as its sessions. They hold a lock, which the server takes back when they end, however the node
ended: one that was killed leaves nothing behind.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias

import psycopg

from loadzone.database.connection import Connection
from loadzone.database.schema import UnusableDatabase, version_of
from loadzone.database.shared_settings import ONLY_TOLD, SECRET
from loadzone.domain.commit import CannotSave
from loadzone.lib.ending import Ending

log = logging.getLogger("loadzone.database")

NODES = 7_001_003  # the advisory lock that the sessions of nodes share
# Seconds. When the database comes back, nodes need up to one to be there again. One with other settings, which its
# supervisor starts again and again, must not take their place meanwhile.
ABSENCE = 3.0
PAUSE = 0.2


Shared: TypeAlias = "Mapping[str, str] | None"


class OtherSettings(UnusableDatabase):
    """Nodes run with other settings."""


class Membership:
    """This node as one of those that run. `settings`: what all share; None for a command beside them.

    `leave` ends the connections. `ending` tells when this process can go on no more.
    """

    def __init__(self, settings: Shared, leave: Callable[[], None]) -> None:
        self._settings = settings
        self._leave = leave
        self.ending = Ending()

    def begin(self, connection: Connection) -> None:
        """Agree on the settings with the nodes that run, before this one does.

        Raises OtherSettings, and UnusableDatabase where a newer LoadZone has changed the tables.
        """
        if self._settings is None:
            version_of(connection)
        else:
            await_absence(connection, self._settings)
            join(connection, self._settings)
            _tell_of_mail(self._settings, _stored(connection))

    def greet(self, connection: Connection) -> None:
        """Be one of the nodes by this connection too: others may have come while it was away.

        Raises psycopg.OperationalError where that cannot be; this process then ends.
        """
        try:
            if self._settings is None:
                version_of(connection)
            else:
                join(connection, self._settings)
        except UnusableDatabase as error:
            raise psycopg.OperationalError(self.cannot_go_on(str(error)).why) from error

    def cannot_go_on(self, why: str) -> CannotSave:
        """Take part no more, and have the process end. Return what to raise."""
        if self.ending.tell(why):
            log.error("this node stops: %s", why)
            self._leave()
        return CannotSave(why=why)


def await_absence(connection: Connection, settings: Mapping[str, str]) -> None:
    """Wait until it is sure that no other node runs, if the last ones had other settings; or until one is found."""
    until, waits = time.monotonic() + ABSENCE, False
    while time.monotonic() < until and is_alone(connection) and (others := _stored(connection)):
        if not (difference := _difference(settings, others)):
            return
        if not waits:
            log.info("the last node had other settings: %s; seeing that none runs", difference)
        waits = True
        time.sleep(PAUSE)


def join(connection: Connection, settings: Mapping[str, str]) -> None:
    """Be one of the nodes as long as the connection lasts. If no other node runs, its settings hold from now on.

    It waits for no turn. Raises OtherSettings, and UnusableDatabase where a newer LoadZone has changed the tables.
    """
    with connection.transaction():
        version_of(connection)
        if is_alone(connection) and settings != _stored(connection):
            _store(connection, settings)
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [NODES])  # for others that join, until they have
        if difference := _difference(settings, _stored(connection)):
            raise OtherSettings(
                f"nodes run with other settings: {difference};"
                " give this one the same, or stop all nodes and start them with the new ones"
            )


def _tell_of_mail(here: Mapping[str, str], there: Mapping[str, str]) -> None:
    if here.get(ONLY_TOLD) != there.get(ONLY_TOLD):
        difference = _in_words(ONLY_TOLD, here.get(ONLY_TOLD), there.get(ONLY_TOLD))
        log.warning("%s: what people do at a node without it sends no letters", difference)


def is_alone(connection: Connection) -> bool:
    """Tell whether no other session is a node's. Within a transaction it stays so until its end."""
    [(is_alone,)] = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [NODES]).fetchall()
    return bool(is_alone)


def _stored(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM loadzone.settings").fetchall())


def _store(connection: Connection, settings: Mapping[str, str]) -> None:
    connection.execute("DELETE FROM loadzone.settings")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO loadzone.settings VALUES (%s, %s)", list(settings.items()))


def _difference(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return in words which settings differ; "" if none does. A missing one has its default."""
    names = sorted(name for name in {*here, *there} - {ONLY_TOLD} if here.get(name) != there.get(name))
    return ", ".join(_in_words(name, here.get(name), there.get(name)) for name in names)


def _in_words(name: str, here: str | None, there: str | None) -> str:
    if SECRET in ((here or "")[: len(SECRET)], (there or "")[: len(SECRET)]):
        return f"{name} is another one here"
    return f"{name} is {_shown(here)} here and {_shown(there)} there"


def _shown(value: str | None) -> str:
    return "not set" if value is None else value
