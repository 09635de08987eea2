"""What sockets may take of the server: so many from one network and in all, so many packets each, of such a size, and
nothing but packets."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from engineio.exceptions import SocketIsClosedError, UnknownPacketError
from engineio.packet import Packet

from loadzone.lib.networks import network_of

# A tab holds one socket, and a whole office may come from one address.
PER_NETWORK = 5000
IN_ALL = 20_000
# A client says that it comes and goes, and every 25 seconds that it is there; nothing of any size.
PACKETS_AT_ONCE = 50
PACKETS_PER_SECOND = 1
# What else a WebSocket says, pings of its own, counts by its size.
BYTES_AT_ONCE = 8192
BYTES_PER_SECOND = 256
MESSAGE_AT_MOST = 2048
# What clients do wrong, or after a restart of the server must; Engine.IO calls it an error, once, and then no more.
NO_ERRORS = {"bad-sid", "bad-transport", "bad-upgrade", "bad-version", "bad-jsonp-index"}
NO_ERRORS |= {"not-connected", "unexpected-http"}


class SocketLimits:
    """Watches the sockets of an Engine.IO server, whose clients are programs that may be none of ours."""

    def __init__(self, eio: Any) -> None:
        self._eio = eio
        self._networks: dict[str, str] = {}
        self._of_network: Counter[str] = Counter()
        self._welcome, self._part = eio.handlers["connect"], eio.handlers["disconnect"]
        eio.on("connect", self._let_in)
        eio.on("disconnect", self._let_go)
        eio.log_message_keys |= NO_ERRORS
        eio._async = {**eio._async, "websocket": _bounded(eio._async["websocket"])}

    def _let_in(self, sid: str, environ: dict[str, Any]) -> Any:
        """False refuses the socket, as Engine.IO has it."""
        network = network_of(environ.get("REMOTE_ADDR", ""))
        if self._of_network[network] >= PER_NETWORK or len(self._networks) >= IN_ALL:
            return False
        self._networks[sid] = network
        self._of_network[network] += 1
        client = self._eio.sockets[sid]
        client.receive = PacketLimit(client).receive
        client.handle_post_request = _refusing_nonsense(client.handle_post_request)
        # Engine.IO would wait until all is read, for good where nobody reads, and keep the request and its connection.
        client.close = partial(client.close, wait=False)
        return self._welcome(sid, environ)

    def _let_go(self, sid: str, *reason: Any) -> Any:
        self._eio.sockets.pop(sid, None)  # who still sends is told that it is gone; else that would be a fault
        network = self._networks.pop(sid, None)
        if network:
            self._of_network[network] -= 1
            if not self._of_network[network]:
                del self._of_network[network]
        return self._part(sid, *reason)


class TokenBucket:
    """So much at once, and then so much a second."""

    def __init__(self, at_once: float, per_second: float) -> None:
        self._at_once, self._per_second = at_once, per_second
        self._left, self._since = at_once, time.monotonic()

    def has(self, amount: float) -> bool:
        """Takes that much; False where it is more than there is."""
        now = time.monotonic()
        self._left = min(self._at_once, self._left + (now - self._since) * self._per_second) - amount
        self._since = now
        return self._left >= 0


class PacketLimit:
    """How many packets one socket may send."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._receive = client.receive
        self._allowance = TokenBucket(PACKETS_AT_ONCE, PACKETS_PER_SECOND)

    def receive(self, packet: Any) -> None:
        if not self._allowance.has(1):
            self._client.close(wait=False, abort=True)
            raise SocketIsClosedError
        self._receive(packet)


def _refusing_nonsense(handle: Callable[[Any], None]) -> Callable[[Any], None]:
    """Who polls and sends what are no packets is answered 400; Engine.IO takes that for a fault of the server's."""

    def refusing(environ: Any) -> None:
        try:
            handle(environ)
        except (ValueError, RecursionError):
            raise UnknownPacketError from None

    return refusing


def _bounded(websocket: Any) -> Any:
    """A WebSocket that ends where a message grows too long, instead of keeping its pieces until it is whole, and where
    one is no packet, which would be a fault of the server's."""

    class Bounded(websocket):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.server_args["max_message_size"] = MESSAGE_AT_MOST

        def wait(self) -> str | bytes | None:
            message = super().wait()
            return message if message is not None and _is_packet(message) else None

    return Bounded


def _is_packet(message: str | bytes) -> bool:
    try:
        Packet(encoded_packet=message)
    except (ValueError, RecursionError):
        return False
    return True
