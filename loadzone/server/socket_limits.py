"""Limits on sockets: how many there may be, by network and in all, and how many packets of which size each may send."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from engineio.exceptions import SocketIsClosedError, UnknownPacketError
from engineio.packet import Packet

from loadzone.lib.networks import network_of
from loadzone.server.engine_types import EngineServer, EngineSocket

# A browser tab has one socket, and a whole office may share one address.
SOCKETS_PER_NETWORK = 5000
SOCKETS_AT_MOST = 20_000
# A client sends a packet when it connects and disconnects, and answers a ping every 25 seconds; all of them are small.
PACKET_BURST = 50
PACKETS_PER_SECOND = 1
# These also limit frames that carry no packet, such as pings by the client.
BYTE_BURST = 8192
BYTES_PER_SECOND = 256
MESSAGE_AT_MOST = 2048  # bytes
# Errors that clients cause: by mistakes, or after a restart of the server. Engine.IO logs the first of each kind as an
# error and all others as information; with these keys it takes the first one as logged.
CLIENT_ERRORS = {
    "bad-sid",
    "bad-transport",
    "bad-upgrade",
    "bad-version",
    "bad-jsonp-index",
    "not-connected",
    "unexpected-http",
}


class SocketLimits:
    """Enforces the limits on the sockets of an Engine.IO server. Its clients may be any program."""

    def __init__(self, engine: EngineServer) -> None:
        self._engine = engine
        self._networks: dict[str, str] = {}  # by the socket's id
        self._sockets_of: Counter[str] = Counter()  # by network
        self._handle_connect, self._handle_disconnect = engine.handlers["connect"], engine.handlers["disconnect"]
        engine.on("connect", self._on_connect)
        engine.on("disconnect", self._on_disconnect)
        engine.log_message_keys |= CLIENT_ERRORS
        engine._async = {**engine._async, "websocket": _with_limits(engine._async["websocket"])}

    def _on_connect(self, sid: str, environ: dict[str, Any]) -> object:
        """Let a new socket in, or return False, with which Engine.IO refuses it."""
        network = network_of(environ.get("REMOTE_ADDR", ""))
        if self._sockets_of[network] >= SOCKETS_PER_NETWORK or len(self._networks) >= SOCKETS_AT_MOST:
            return False
        self._networks[sid] = network
        self._sockets_of[network] += 1
        client = self._engine.sockets[sid]
        client.receive = PacketLimit(client).receive
        client.handle_post_request = _refusing_malformed_packets(client.handle_post_request)
        # With wait=True Engine.IO waits until the client has read everything, for ever if it does not, and holds the
        # request and its connection meanwhile.
        client.close = partial(client.close, wait=False)
        return self._handle_connect(sid, environ)

    def _on_disconnect(self, sid: str, *reason: object) -> object:
        # A client that still sends is then told that its session is unknown; Engine.IO would log a fault of the server.
        self._engine.sockets.pop(sid, None)
        network = self._networks.pop(sid, None)
        if network:
            self._sockets_of[network] -= 1
            if not self._sockets_of[network]:
                del self._sockets_of[network]
        return self._handle_disconnect(sid, *reason)


class TokenBucket:
    """A rate limit: `burst` at once, then `per_second`."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left, self._since = burst, time.monotonic()

    def take(self, amount: float) -> bool:
        """Take this amount; return False if there was less."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._since) * self._per_second) - amount
        self._since = now
        return self._left >= 0


class PacketLimit:
    """Limits how many packets one socket may send, and closes it when there are more."""

    def __init__(self, client: EngineSocket) -> None:
        self._client = client
        self._receive = client.receive
        self._bucket = TokenBucket(PACKET_BURST, PACKETS_PER_SECOND)

    def receive(self, packet: Packet) -> None:
        """Handle a packet. Raises SocketIsClosedError when there are too many."""
        if not self._bucket.take(1):
            self._client.close(wait=False, abort=True)
            raise SocketIsClosedError
        self._receive(packet)


def _refusing_malformed_packets(handle: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Return `handle`, changed so that malformed packets are answered 400 and not logged as a fault of the server."""

    def handle_post_request(environ: dict[str, Any]) -> None:
        try:
            handle(environ)
        except (ValueError, RecursionError):
            raise UnknownPacketError from None

    return handle_post_request


def _with_limits(websocket: Any) -> Any:
    """Return a subclass of Engine.IO's WebSocket class that limits messages.

    The connection ends when a message grows too long, so that the fragments of an endless one are not kept, and when a
    message is no packet, which Engine.IO would log as a fault of the server.
    """

    class LimitedWebSocket(websocket):  # type: ignore[misc]  # the async mode decides which class it is
        def __init__(self, *args: object) -> None:
            super().__init__(*args)
            self.server_args["max_message_size"] = MESSAGE_AT_MOST

        def wait(self) -> str | bytes | None:
            message: str | bytes | None = super().wait()
            return message if message is not None and _is_packet(message) else None

    return LimitedWebSocket


def _is_packet(message: str | bytes) -> bool:
    try:
        Packet(encoded_packet=message)
    except (ValueError, RecursionError):
        return False
    return True
