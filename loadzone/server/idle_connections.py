"""Connections that stay open between two requests. At a stop they are ended, so that a proxy uses other servers."""

from __future__ import annotations

import select
import socket
from contextlib import suppress

from gevent import monkey

# gevent's own lets other green threads run, and by their end a connection may be closed, or a request be under way.
_poll = monkey.get_original("select", "poll")


class IdleConnections:
    """The connections on which a request is waited for."""

    def __init__(self) -> None:
        self._connections: set[socket.socket] = set()
        self._is_ending = False

    def add(self, connection: socket.socket) -> None:
        """Note that a request is waited for; after `end` only one that is there is read."""
        self._connections.add(connection)
        if self._is_ending:
            _end(connection)

    def discard(self, connection: socket.socket) -> None:
        """Note that a request has come, or that the connection ends."""
        self._connections.discard(connection)

    def end(self) -> None:
        """End those on which no request has come, now and from now on."""
        self._is_ending = True
        for connection in list(self._connections):
            _end(connection)


def _end(connection: socket.socket) -> None:
    if connection.fileno() < 0:  # it is closed already
        return
    poll = _poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        with suppress(OSError):  # the client has ended it
            connection.shutdown(socket.SHUT_RD)
