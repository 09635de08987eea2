"""WebSocket frames: made once for all who are told the same, and sent whole."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import simple_websocket
import socketio
from engineio.async_drivers.gevent import WebSocketWSGI
from gevent.lock import Semaphore
from gevent.socket import socket

from loadzone.server.socket_limits import BYTES_AT_ONCE, BYTES_PER_SECOND, TokenBucket

TEXT, WHOLE = 0x1, 0x80
HANDSHAKE = {
    "HTTP_HOST": "localhost",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}


class WebSocket(WebSocketWSGI):
    """engineio's own makes the frame for each browser anew; and of a message that does not fit into what is left of the
    kernel's buffer it loses the rest, and its reader, where a ping comes meanwhile."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The library reads the request anew, with a parser that has other bounds: of the headers, which wire.py has
        looked at, it gets what the answer is made of."""
        bare = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
        key = environ["HTTP_SEC_WEBSOCKET_KEY"]
        self.ws = simple_websocket.Server({**bare, **HANDSHAKE, "HTTP_SEC_WEBSOCKET_KEY": key}, **self.server_args)
        self.ws.sock = LockedSocket(self.ws.sock)
        return self.app(self)

    def send(self, message: str) -> None:
        """Raises OSError where the browser has gone."""
        if not self.ws.connected:
            raise OSError("the browser has gone")
        self.ws.sock.send(frame(message))


def use_whole_frames(server: socketio.Server) -> None:
    """Let the server's WebSockets be of this kind."""
    server.eio._async = {**server.eio._async, "websocket": WebSocket}


class LockedSocket:
    """A connection on which all that is sent goes out whole, one after the other: the reader, which answers pings, may
    want to say something while the writer waits for room in the midst of a long message.

    Who says more than an allowance is not heard any more: a torrent of pings would be read on and on, and nobody else.
    """

    def __init__(self, sock: socket) -> None:
        self._sock = sock
        self._turn = Semaphore()
        self._allowance = TokenBucket(BYTES_AT_ONCE, BYTES_PER_SECOND)

    def recv(self, size: int) -> bytes:
        """Raises OSError for who says too much."""
        content = self._sock.recv(size)
        if not self._allowance.has(len(content)):
            raise OSError("it says too much")
        return content

    def send(self, content: bytes) -> int:
        with self._turn:
            sent = self._sock.send(content)  # mostly all of it, for less than sendall costs
            if sent < len(content):
                self._sock.sendall(memoryview(content)[sent:])
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


@lru_cache(16)
def frame(message: str) -> bytes:
    """A text message as a server sends it (RFC 6455, 5.2): one frame, not masked."""
    content = message.encode()
    size = len(content)
    if size < 126:
        length = bytes((size,))
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes((WHOLE | TEXT,)) + length + content
