"""HTTP/1.1 over pywsgi, made strict: a request has one meaning, comes whole and in time, or is refused.

A request that two servers in a row could read as different requests is refused with 400, so that no request can be
hidden within another (request smuggling). Idle connections and slow requests are closed after a time, and others are
served meanwhile.
"""

from __future__ import annotations

import io
import re
import socket
from contextlib import ExitStack
from http.client import HTTPMessage
from typing import TYPE_CHECKING, BinaryIO, Protocol

import gevent
from gevent import pywsgi

from loadzone.auth.senders import Sender
from loadzone.config import BODY_AT_MOST, STRANGERS_BODY_AT_MOST
from loadzone.server.http_reader import LINE_BYTES_AT_MOST, read_chunked, read_exactly, read_field_lines
from loadzone.server.idle_connections import IdleConnections
from loadzone.server.large_bodies import room_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Seconds between two requests. Longer than a proxy keeps its connections to us (nginx: 60), so that the proxy closes
# them first.
IDLE_TIMEOUT = 75
# Seconds for the request line, and then for the rest of the request. Both together are some 100 KB at most.
REQUEST_LINE_TIMEOUT = 10
REQUEST_TIMEOUT = 20
# Seconds to wait for room for a large body. They do not count as time for the request.
ROOM_TIMEOUT = 60
# Seconds for one call of the socket: enough for the largest answer on a slow line. A WebSocket client, which may be
# silent, answers a ping every 25 seconds.
SOCKET_TIMEOUT = 300
# Seconds for which the rest of a body that is too large is read and dropped, so that the client gets to see the answer.
DRAIN_TIMEOUT = 5

# Requests of one connection after which the other greenlets run; one with a large body is enough. A client that sends
# without waiting for answers (pipelining) would otherwise be served alone.
REQUESTS_IN_A_ROW = 10

# RFC 9112 without what it tolerates from old clients: bare line feeds, folded lines, blanks before the colon.
REQUEST_LINE = re.compile(r"[A-Z]{1,20} [\x21-\x7e\x80-\xff]+ HTTP/1\.[01]\r\n")
CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")
WEBSOCKET_KEY = re.compile(r"[0-9A-Za-z+/]{22}==")  # 16 bytes


class KnowsCallers(Protocol):
    """The server of a handler: gevent_server.Server. `closed`: it accepts no more."""

    idle: IdleConnections

    @property
    def closed(self) -> bool:
        """True from the stop on."""
        ...

    def sender_of(self, cookies: str, authorization: str) -> Sender | None:
        """Return whose these headers are, with the bytes they may send; None for a stranger."""
        ...


class HttpHandler(pywsgi.WSGIHandler):  # type: ignore[misc]  # gevent has no types
    """One connection. The application is called once the whole request is there; too large a body is left unread."""

    # Set by pywsgi.
    server: KnowsCallers
    rfile: io.BufferedReader
    command: str
    path: str
    request_version: str
    headers: HTTPMessage
    content_length: int | None
    close_connection: bool
    response_headers: list[tuple[bytes, bytes]]
    environ: WSGIEnvironment
    wsgi_input: pywsgi.Input | None

    def __init__(self, sock: socket.socket, address: object, server: object) -> None:
        # pywsgi sends head and body in two calls. With Nagle's algorithm the second waits 40 ms for the first's ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(SOCKET_TIMEOUT)
        super().__init__(sock, address, server)
        self._body: bytes | None = b""
        self._answered = 0
        self._body_may_have = STRANGERS_BODY_AT_MOST
        self._room = ExitStack()  # of a large body
        self._limit = _time_limit(REQUEST_TIMEOUT)

    def handle(self) -> None:
        """Handle the requests of the connection, until it ends."""
        try:
            super().handle()
        finally:
            self._forget_body()

    def read_requestline(self) -> str:
        """Return the request line; an empty one at the end of the connection. Raises TimeoutError."""
        self.server.idle.add(self.socket)
        try:
            with _time_limit(IDLE_TIMEOUT):
                self.rfile.peek(1)
        finally:
            self.server.idle.discard(self.socket)
        with _time_limit(REQUEST_LINE_TIMEOUT):
            line: str = super().read_requestline()
        return line

    def read_request(self, raw_requestline: str) -> bool:
        """Read the rest of the request, body included.

        Raises ValueError for a malformed request, which is answered 400, and OSError if the client is gone or too slow.
        """
        if not REQUEST_LINE.fullmatch(raw_requestline):
            raise ValueError("the request line is malformed")
        with _time_limit(REQUEST_TIMEOUT) as self._limit:
            super().read_request(raw_requestline)
            self._body = self._read_body()
        upgrades = self._connection_upgrade_requested()
        if upgrades:
            _check_handshake(self.headers)
        if self._body is None or upgrades:
            self.close_connection = True  # where the next request begins is not known
        self._apply_absolute_form()
        return True

    def MessageClass(self, rfile: BinaryIO, *_: object) -> HTTPMessage:  # noqa: N802 (the name is pywsgi's)
        """Return the headers, read and checked."""
        headers: HTTPMessage = super().MessageClass(io.BytesIO(read_field_lines(rfile)))
        _check_framing(headers, self.request_version)
        return headers

    def get_environ(self) -> WSGIEnvironment:
        """Return the WSGI environment. The body is in memory, and CONTENT_LENGTH is set for chunked bodies too.

        WebSocket compression is never offered: the same message would be compressed once for each browser, and each
        compressor takes some 300 KB.
        """
        environ: WSGIEnvironment = super().get_environ()
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if self._connection_upgrade_requested():
            return environ  # a WebSocket needs the connection itself as its input
        environ.pop("HTTP_UPGRADE", None)
        self.wsgi_input = environ["wsgi.input"] = pywsgi.Input(io.BytesIO(self._body or b""), len(self._body or b""))
        if environ.pop("HTTP_TRANSFER_ENCODING", None):
            environ["CONTENT_LENGTH"] = str(len(self._body or b""))
        if self._body is None:
            environ["CONTENT_LENGTH"] = str(BODY_AT_MOST + 1)  # Flask refuses it with 413
        return environ

    def handle_one_response(self) -> None:
        """Run the application, send its answer, and end the connection where it cannot go on."""
        super().handle_one_response()
        was_large = self._has_room()
        self._forget_body()
        self._answered += 1
        if was_large or self._answered % REQUESTS_IN_A_ROW == 0:
            gevent.sleep(0)
        if self._body is None:
            self._drain()
        elif self._connection_upgrade_requested():
            self._shut_down()

    def finalize_headers(self) -> None:
        """Add `Connection: close` where the connection ends. At a stop a proxy then asks another server next."""
        self.close_connection = self.close_connection or self.server.closed
        if self.close_connection and not any(name.lower() == b"connection" for name, _ in self.response_headers):
            self.response_headers.append((b"Connection", b"close"))
        super().finalize_headers()

    def log_request(self) -> None:
        """Do nothing: there is no access log, and pywsgi would format a line all the same."""

    def _connection_upgrade_requested(self) -> bool:
        """Tell whether this is a WebSocket handshake, a `GET` without a body."""
        is_websocket = self.headers.get("Upgrade", "").lower() == "websocket"
        return is_websocket and self.command == "GET" and not self.content_length and not self._is_chunked()

    def _handle_client_error(self, ex: Exception) -> tuple[str, bytes] | None:
        """Return the answer to a malformed request; None closes the connection of a client that is gone or too slow."""
        if isinstance(ex, OSError):
            return None
        answer: tuple[str, bytes] = super()._handle_client_error(ex)
        return answer

    def _read_body(self) -> bytes | None:
        """Return the body; None if it is too large, and then it is not read."""
        length = self.content_length or 0
        if not self._may_send(length):
            return None
        if (length or self._is_chunked()) and self.headers.get("Expect", "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return read_chunked(self.rfile, self._may_send) if self._is_chunked() else read_exactly(self.rfile, length)

    def _may_send(self, length: int) -> bool:
        """Tell whether this caller may send so many bytes. Waits for room, once, if they are more than a stranger's."""
        if length <= self._body_may_have:
            return True
        if self._has_room():
            return False
        sender = self.server.sender_of(self.headers.get("Cookie", ""), self.headers.get("Authorization", ""))
        if sender is None or length > sender.body_at_most:
            return False
        self._wait_for_room(sender)
        self._body_may_have = sender.body_at_most
        return True

    def _wait_for_room(self, sender: Sender) -> None:
        """Wait without using up the time for the request, which begins anew. Raises TimeoutError."""
        self._limit.cancel()
        with _time_limit(ROOM_TIMEOUT):
            self._room.enter_context(room_for(sender))
        self._limit.start()

    def _has_room(self) -> bool:
        return self._body_may_have > STRANGERS_BODY_AT_MOST

    def _forget_body(self) -> None:
        """Let the next one send a large body."""
        if self._has_room():
            self._body_may_have = STRANGERS_BODY_AT_MOST
            self._body = self._body and b""
            self.environ, self.wsgi_input = {}, None  # they refer to it
        self._room.close()

    def _is_chunked(self) -> bool:
        return "Transfer-Encoding" in self.headers

    def _apply_absolute_form(self) -> None:
        """Split a target that is a whole address: its host replaces the Host header (RFC 9112, 3.2.2)."""
        origin = re.match(r"https?://([^/?#]+)", self.path, re.IGNORECASE)
        if origin:
            self.path = self.path[origin.end() :] or "/"
            del self.headers["Host"]
            self.headers["Host"] = origin[1]

    def _shut_down(self) -> None:
        """End a WebSocket's connection. Its reader uses it too, and would wait for a client that does not close it."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _drain(self) -> None:
        """Drop what still arrives of the body. A client that is sending would otherwise see a reset, and no answer."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            with _time_limit(DRAIN_TIMEOUT):
                while self.rfile.read(LINE_BYTES_AT_MOST):
                    gevent.sleep(0)
        except OSError:
            pass


def _time_limit(seconds: float) -> gevent.Timeout:
    """Return a context manager that raises TimeoutError, which is an OSError, in its block after this time."""
    return gevent.Timeout(seconds, TimeoutError(f"not within {seconds} s"))


def _check_framing(headers: HTTPMessage, version: str) -> None:
    """Raise ValueError unless there is one host, and one way to tell where the body ends."""
    names = ("Host", "Content-Length", "Transfer-Encoding")
    hosts, lengths, codings = ([value.strip(" \t") for value in headers.get_all(name, [])] for name in names)
    if len(hosts) > 1 or (version == "HTTP/1.1" and not hosts):
        raise ValueError("there must be one Host header")
    if len(lengths) + len(codings) > 1 or not all(CONTENT_LENGTH.fullmatch(length) for length in lengths):
        raise ValueError("the length of the body is ambiguous")
    if codings and (codings[0].lower() != "chunked" or version != "HTTP/1.1"):
        raise ValueError("the transfer coding is not supported")


def _check_handshake(headers: HTTPMessage) -> None:
    """Raise ValueError unless the headers open a WebSocket (RFC 6455, 4.2.1), each of them once."""
    names = ("Sec-WebSocket-Key", "Sec-WebSocket-Version")
    keys, versions = ([value.strip(" \t") for value in headers.get_all(name, [])] for name in names)
    options = [option.strip(" \t") for option in ",".join(headers.get_all("Connection", [])).lower().split(",")]
    if "upgrade" not in options or versions != ["13"] or len(keys) != 1 or not WEBSOCKET_KEY.fullmatch(keys[0]):
        raise ValueError("the WebSocket handshake is malformed")
