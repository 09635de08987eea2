"""Requests as they come over the wire: whole, within their time, and with one meaning only.

What two readers in a row could take for different requests is refused, so that nobody hides one within another. Who
says nothing, or speaks a letter a second, is left after a while, and holds nobody else up meanwhile.
"""

from __future__ import annotations

import io
import re
import socket
from typing import Any, BinaryIO

import gevent
from gevent import pywsgi

from loadzone.config import BODY_AT_MOST

# Seconds. Between two requests longer than a proxy keeps its connections to us (nginx: 60): it closes them, and not we.
IDLE = 75
# A request line, and then the rest of a request, which together are some 100 KB at most.
LINE_WITHIN = 10
REST_WITHIN = 20
# The largest answer, by a slow line; and a WebSocket's silence, which is asked for a sign of life every 25 seconds.
ANSWER_WITHIN = 300
# How long one who sends too much may go on sending, so that the answer is seen before the connection ends.
LAST_BYTES = 5

HEAD_AT_MOST = 32 * 1024
LINES_AT_MOST = 100
CHUNKS_AT_MOST = 1000
# Who has sent the next request already is read on, and nobody else; after so many the others get their turn.
IN_A_ROW = 10
LINE_AT_MOST = pywsgi.MAX_REQUEST_LINE

# RFC 9112, without what it allows for old times' sake: bare line feeds, folded lines, blanks before the colon.
REQUEST_LINE = re.compile(r"[A-Z]{1,20} [\x21-\x7e\x80-\xff]+ HTTP/1\.[01]\r\n")
HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n")
BLANKS = re.compile(rb"[\t ]{64}")  # so many in a row nobody sends; parsers behind us take the square of their time
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n")
LENGTH = re.compile(r"[0-9]{1,18}")
KEY = re.compile(r"[0-9A-Za-z+/]{22}==")  # of a WebSocket: 16 bytes


class Handler(pywsgi.WSGIHandler):
    """One connection. The app is asked once a request is there, its body included; a body too large is not read."""

    def __init__(self, sock: Any, *args: Any, **named: Any) -> None:
        # gevent sends head and body apart; with Nagle's algorithm the second waits 40 ms for the first's receipt.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(ANSWER_WITHIN)
        super().__init__(sock, *args, **named)
        self._body: bytes | None = b""
        self._answered = 0

    def read_requestline(self) -> str:
        with _within(IDLE):
            self.rfile.peek(1)
        with _within(LINE_WITHIN):
            return super().read_requestline()

    def read_request(self, raw_requestline: str) -> bool:
        """Raises ValueError for a client's mistake, which is answered 400, and OSError where nobody is there now."""
        if not REQUEST_LINE.fullmatch(raw_requestline):
            raise ValueError("not a request line")
        with _within(REST_WITHIN):
            super().read_request(raw_requestline)
            self._body = self._read_body()
        upgrades = self._connection_upgrade_requested()
        if upgrades:
            _check_handshake(self.headers)
        if self._body is None or upgrades:
            self.close_connection = True  # where the next request would begin is not ours to say
        self._read_whole_address()
        return True

    def MessageClass(self, rfile: BinaryIO, *_: Any) -> Any:  # noqa: N802
        """The headers, read and checked."""
        headers = super().MessageClass(io.BytesIO(_head(rfile)))
        _check(headers, self.request_version)
        return headers

    def get_environ(self) -> dict[str, Any]:
        """The app reads the body from memory, and knows its length however it came.

        WebSockets are not compressed: each would compress the same message anew, and keep some 300 KB to do so.
        """
        environ = super().get_environ()
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if self._connection_upgrade_requested():
            return environ  # a WebSocket takes the connection itself
        environ.pop("HTTP_UPGRADE", None)
        self.wsgi_input = environ["wsgi.input"] = pywsgi.Input(io.BytesIO(self._body or b""), len(self._body or b""))
        if environ.pop("HTTP_TRANSFER_ENCODING", None):
            environ["CONTENT_LENGTH"] = str(BODY_AT_MOST + 1 if self._body is None else len(self._body))
        return environ

    def handle_one_response(self) -> None:
        super().handle_one_response()
        self._answered += 1
        if self._answered % IN_A_ROW == 0:
            gevent.sleep(0)
        if self._body is None:
            self._let_it_end()
        elif self._connection_upgrade_requested():
            self._hang_up()

    def finalize_headers(self) -> None:
        if self.close_connection and not any(name.lower() == b"connection" for name, _ in self.response_headers):
            self.response_headers.append((b"Connection", b"close"))
        super().finalize_headers()

    def log_request(self) -> None:
        """There is no access log, for which pywsgi would still make the line."""

    def _connection_upgrade_requested(self) -> bool:
        wishes = self.headers.get("Upgrade", "").lower() == "websocket"
        return wishes and self.command == "GET" and not self.content_length and not self._is_chunked()

    def _handle_client_error(self, ex: Exception) -> tuple[str, bytes] | None:
        """Who was too slow, or has gone, is left without a word."""
        return None if isinstance(ex, OSError) else super()._handle_client_error(ex)

    def _read_body(self) -> bytes | None:
        """None for one that is too large: it is left where it is."""
        length = self.content_length or 0
        if length > BODY_AT_MOST:
            return None
        if (length or self._is_chunked()) and self.headers.get("Expect", "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return _chunks(self.rfile) if self._is_chunked() else _exactly(self.rfile, length)

    def _is_chunked(self) -> bool:
        return "Transfer-Encoding" in self.headers

    def _read_whole_address(self) -> None:
        """A target may come as a whole address; its host then stands for the Host header (RFC 9112, 3.2.2)."""
        whole = re.match(r"https?://([^/?#]+)", self.path, re.IGNORECASE)
        if whole:
            self.path = self.path[whole.end() :] or "/"
            del self.headers["Host"]
            self.headers["Host"] = whole[1]

    def _hang_up(self) -> None:
        """A WebSocket's reader has the connection as well, and would wait for a client that stays."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _let_it_end(self) -> None:
        """What still comes is thrown away: who is sending would otherwise see a broken line, and no answer."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            with _within(LAST_BYTES):
                while self.rfile.read(LINE_AT_MOST):
                    gevent.sleep(0)
        except OSError:
            pass


def _within(seconds: float) -> gevent.Timeout:
    """Raises TimeoutError, an OSError."""
    return gevent.Timeout(seconds, TimeoutError(f"not within {seconds} s"))


def _head(rfile: BinaryIO) -> bytes:
    """The header lines up to the empty one, each of them well formed."""
    lines, left = [], HEAD_AT_MOST
    while (line := rfile.readline(left)) != b"\r\n":
        if not HEADER.fullmatch(line) or BLANKS.search(line) or len(lines) == LINES_AT_MOST:
            raise ValueError("not a header line, or too many")
        lines.append(line)
        left -= len(line)
    return b"".join(lines)


def _check(headers: Any, version: str) -> None:
    """There is one host, and one way to tell where the body ends."""
    names = ("Host", "Content-Length", "Transfer-Encoding")
    hosts, lengths, codings = ([value.strip(" \t") for value in headers.get_all(name, [])] for name in names)
    if len(hosts) > 1 or (version == "HTTP/1.1" and not hosts):
        raise ValueError("not one Host")
    if len(lengths) + len(codings) > 1 or not all(LENGTH.fullmatch(length) for length in lengths):
        raise ValueError("not one length")
    if codings and (codings[0].lower() != "chunked" or version != "HTTP/1.1"):
        raise ValueError("a transfer coding that is not known")


def _check_handshake(headers: Any) -> None:
    """A WebSocket begins as RFC 6455, 4.2.1 has it, each header once."""
    names = ("Sec-WebSocket-Key", "Sec-WebSocket-Version")
    keys, versions = ([value.strip(" \t") for value in headers.get_all(name, [])] for name in names)
    wishes = [wish.strip(" \t") for wish in ",".join(headers.get_all("Connection", [])).lower().split(",")]
    if "upgrade" not in wishes or versions != ["13"] or len(keys) != 1 or not KEY.fullmatch(keys[0]):
        raise ValueError("not a WebSocket's handshake")


def _chunks(rfile: BinaryIO) -> bytes | None:
    """A body that comes in chunks; what stands behind the last one is read and not looked at."""
    body, chunks = bytearray(), 0
    while size := _chunk_size(rfile):
        chunks += 1
        if chunks > CHUNKS_AT_MOST:
            raise ValueError("too many chunks")
        if len(body) + size > BODY_AT_MOST:
            return None
        body += _exactly(rfile, size)
        if rfile.read(2) != b"\r\n":
            raise ValueError("a chunk longer than it says")
    _head(rfile)
    return bytes(body)


def _chunk_size(rfile: BinaryIO) -> int:
    found = CHUNK.fullmatch(rfile.readline(LINE_AT_MOST))
    if not found:
        raise ValueError("not a chunk's size")
    return int(found[1], 16)


def _exactly(rfile: BinaryIO, length: int) -> bytes:
    content = rfile.read(length)
    if len(content) < length:
        raise ConnectionError("the body ends before its end")
    return content
