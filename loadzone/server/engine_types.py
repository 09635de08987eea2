"""Types for the parts of python-engineio that server/ uses: the library has none. docs/upgrading.md lists the uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Protocol

from engineio.packet import Packet

# The arguments are `(sid, environ)`, `(sid, reason)` or `(sid, message)`; what a handler of `connect` returns counts.
EventHandler = Callable[..., object]


class UnreadPackets(Protocol):
    """The packets that a client has not taken yet."""

    def qsize(self) -> int:
        """Return their number."""
        ...


class EngineSocket(Protocol):
    """The socket of one client. SocketLimits replaces its functions."""

    queue: UnreadPackets
    receive: Callable[[Packet], None]
    handle_post_request: Callable[[dict[str, Any]], None]
    close: Callable[..., None]


class EngineServer(Protocol):
    """The server, `socketio.Server.eio`."""

    sockets: MutableMapping[str, EngineSocket]
    handlers: Mapping[str, EventHandler]
    log_message_keys: set[str]
    _async: Mapping[str, Any]  # classes and functions of the async driver, by name

    def on(self, event: str, handler: EventHandler) -> None:
        """Replace the handler of `connect`, `disconnect` or `message`."""
        ...

    def send_packet(self, sid: str, packet: Packet) -> None:
        """Queue a packet for a client."""
        ...
