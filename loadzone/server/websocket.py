"""WebSocket frames: made once for all browsers that get the same message, and sent whole."""

from __future__ import annotations

from functools import lru_cache
from socket import socket
from typing import TYPE_CHECKING, Any

import simple_websocket
import socketio
from engineio.async_drivers.gevent import WebSocketWSGI
from gevent.lock import Semaphore

from loadzone.server.engine_types import EngineServer
from loadzone.server.socket_limits import BYTE_BURST, BYTES_PER_SECOND, TokenBucket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FIN, TEXT = 0x80, 0x1  # RFC 6455, 5.2: the bit of a message's last frame, and the opcode of a text message
HANDSHAKE = {
    "HTTP_HOST": "localhost",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}


class WebSocket(WebSocketWSGI):  # type: ignore[misc]  # engineio has no types
    """Engine.IO's WebSocket, changed so that frames are made once and sent whole.

    The original makes the frame anew for each browser. Of a message that does not fit into the kernel's buffer it loses
    the rest. While a long message waits for room, its reader may send a pong in the middle of it.
    """

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer the handshake, then let Engine.IO handle the connection until it ends.

        simple-websocket parses the headers again, with other limits than http_protocol.py, which has checked them. So
        it gets only those that its answer depends on.
        """
        rest = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
        key = environ["HTTP_SEC_WEBSOCKET_KEY"]
        self.ws = simple_websocket.Server({**rest, **HANDSHAKE, "HTTP_SEC_WEBSOCKET_KEY": key}, **self.server_args)
        self.ws.sock = LockedSocket(self.ws.sock)
        return self.app(self)

    def send(self, message: str) -> None:
        """Send a text message. Raises OSError if the browser is gone."""
        if not self.ws.connected:
            raise OSError("the browser is gone")
        self.ws.sock.send(text_frame(message))


def use_whole_frames(server: socketio.Server) -> None:
    """Make the server use this WebSocket class."""
    engine: EngineServer = server.eio
    engine._async = {**engine._async, "websocket": WebSocket}


class LockedSocket:
    """A connection on which each `send` goes out whole, one after another.

    Reader and writer are two greenlets. Without the lock the reader, which answers pings, would send its pong while the
    writer waits for room in the middle of a long message. A client that sends more than its allowance is disconnected:
    reading a flood of pings would keep all others waiting.
    """

    def __init__(self, sock: socket) -> None:
        self._sock = sock
        self._sending = Semaphore()
        self._bucket = TokenBucket(BYTE_BURST, BYTES_PER_SECOND)

    def recv(self, size: int) -> bytes:
        """Return what has arrived, at most `size` bytes. Raises OSError if the client sends too much."""
        content = self._sock.recv(size)
        if not self._bucket.take(len(content)):
            raise OSError("the client sends too much")
        return content

    def send(self, content: bytes) -> int:
        """Send all of it; return its length."""
        with self._sending:
            sent = self._sock.send(content)  # all of it in most cases, and cheaper than sendall
            if sent < len(content):
                self._sock.sendall(memoryview(content)[sent:])
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


@lru_cache(16)
def text_frame(message: str) -> bytes:
    """Return a text message as one unmasked frame, as a server sends it (RFC 6455, 5.2)."""
    content = message.encode()
    size = len(content)
    if size < 126:
        length = bytes((size,))
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes((FIN | TEXT,)) + length + content
