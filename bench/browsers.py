"""Simulate a thousand browsers in one cheap process: WebSockets with just enough engine.io to receive events.

Each command is a line of JSON on standard input, each answer a line of JSON on standard output:
`{"connect": port, "cookie", "count"}`: connect `count` more browsers; the answer comes once all are connected;
`{"received": true}`: for each revision, how many browsers received its `change`, and when the first and the last did;
for each notification, how many received it;
`{"reset": true}`: forget what was received so far;
`{"marks": true}`: count changes not by revision but by the number in a machine's note, as `mark 7`, from now on;
`{"fetched": true}`: for each ETag, how many browsers fetched that board after a `change` with `all`, and when the last
of them had it.
Times are those of time.monotonic(), which all processes of a machine share.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import select
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from typing import Any

AT_ONCE = 40  # connections that are opened at the same time
SPREAD = 3.0  # seconds over which the pages spread their fetches after a `change` with `all` (static/live.js)
REVISION = re.compile(rb'"revision":(\d+)')
MARK = re.compile(rb'"note":"mark (\d+)"')
TAG = re.compile(rb"\r\nETag: ([^\r]+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
BUFFER = memoryview(bytearray(1 << 18))  # shared by all browsers: its content is used before the next read
CHANGE_HEAD = 100  # bytes; event, revision and `all` stand within them
MASK = b"\0\0\0\0"  # masking with zeros leaves the bytes unchanged


class Browser:
    """One socket: handshake, then frames. It offers to accept compressed frames, as browsers do."""

    def __init__(self, port: int, cookie: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.is_connected = False
        self._port, self._cookie = port, cookie
        self._buffer = b""
        self._upgraded = False
        self._inflate = zlib.decompressobj(-15)
        self.socket.send(
            (
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
                f"Cookie: {cookie}\r\n\r\n"
            ).encode()
        )

    def receive(self) -> list[memoryview]:
        """Read the socket and return its socket.io packets. Packets of engine.io itself are answered here.

        The packets are valid until any browser reads again: all share one buffer.
        """
        size = self.socket.recv_into(BUFFER)
        if not size:
            raise SystemExit("the server hung up on a browser")
        content = memoryview(self._buffer + BUFFER[:size]) if self._buffer else BUFFER[:size]
        if not self._upgraded:
            content = self._after_handshake(content)
        return [message for message in self._frames(content) if self._is_event(message)]

    def fetch(self) -> list[Fetch]:
        """Start the requests that the page makes after a `change` with `all`."""
        return [Fetch(self, self._port, self._cookie, path) for path in ("/vms", "/me")]

    def _after_handshake(self, content: memoryview) -> memoryview:
        """Return the bytes after the answer to the handshake; none while that answer is incomplete."""
        head, found, rest = bytes(content).partition(b"\r\n\r\n")
        if found and b" 101 " not in head:
            raise SystemExit(f"refused: {head[:500]!r}")
        self._upgraded, self._buffer = bool(found), b"" if found else head
        return memoryview(rest)

    def _frames(self, content: memoryview) -> Iterator[memoryview]:
        """Yield the messages of complete frames; keep the beginning of an incomplete one."""
        while (frame := _frame(content)) is not None:
            first, start, end = frame
            message = content[start:end]
            if first & 15 not in (1, 2):
                raise SystemExit(f"unexpected frame: {first:02x} {bytes(message[:100])!r}")
            yield memoryview(self._inflate.decompress(bytes(message) + b"\0\0\xff\xff")) if first & 64 else message
            content = content[end:]
        if self._upgraded:
            self._buffer = bytes(content)

    def _is_event(self, message: memoryview) -> bool:
        if message[:1] == b"0":  # engine.io is open: join socket.io
            self._send(b"40")
        elif message[:1] == b"2":  # ping
            self._send(b"3")
        elif message[:2] == b"40":
            self.is_connected = True
        return message[:2] == b"42"

    def _send(self, text: bytes) -> None:
        self.socket.send(bytes((0x81, 0x80 | len(text))) + MASK + text)


def _frame(content: memoryview) -> tuple[int, int, int] | None:
    """Return the first byte of the frame at the start of `content`, and where its message begins and ends.

    Return None if the frame is incomplete.
    """
    if len(content) < 2:
        return None
    start, length = 2, content[1] & 127
    if length > 125:
        start = 4 if length == 126 else 10
        length = int.from_bytes(content[2:start], "big")
    return (content[0], start, start + length) if len(content) >= start + length else None


class Fetch:
    """One GET over a connection of its own. `tag` is the ETag of the answer, empty if it has none."""

    def __init__(self, browser: Browser, port: int, cookie: str, path: str) -> None:
        self.browser = browser
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))
        self.tag = ""
        self._head = b""
        self._left = -1
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nCookie: {cookie}\r\n\r\n"
        )

    def send(self) -> None:
        """Send the request; call it once the connection is established."""
        self.socket.send(self._request.encode())

    def receive(self) -> bool:
        """Read from the socket; return True once the answer is complete."""
        content = self.socket.recv(1 << 18)
        if not content:
            raise SystemExit("the server hung up on a fetch")
        if self._left >= 0:
            self._left -= len(content)
            return self._left == 0
        self._head += content
        head, found, rest = self._head.partition(b"\r\n\r\n")
        if not found:
            return False
        if b" 200 " not in head[:16]:
            raise SystemExit(f"a fetch was refused: {head!r}")
        tag = TAG.search(head)
        self.tag = tag[1].decode() if tag else ""
        self._left = int(LENGTH.search(head)[1]) - len(rest)
        return self._left == 0


class BrowserPool:
    """All browsers, their fetches, and a record of what they received."""

    def __init__(self) -> None:
        self._poller = select.epoll()
        self._sockets: dict[int, Browser | Fetch] = {}
        self._due: dict[Browser, float] = {}
        self._changes: dict[int, list[float]] = {}
        self._notifications: dict[str, int] = {}
        self._fetched: dict[str, dict[Browser, float]] = {}
        self._by_mark = False
        self._poller.register(0, select.EPOLLIN)
        os.set_blocking(0, False)

    def run(self) -> None:
        commands = b""
        while True:
            for number, event in self._poller.poll(0.02 if self._due else None):
                if event & select.EPOLLOUT:
                    self._sockets[number].send()
                    self._poller.modify(number, select.EPOLLIN)
                elif number == 0:
                    *lines, commands = (commands + self._read_input()).split(b"\n")
                    for line in lines:
                        self._execute(json.loads(line))
                else:
                    self._receive(number)
            self._start_due_fetches()

    def _read_input(self) -> bytes:
        return os.read(0, 65536) or sys.exit()

    def _execute(self, command: dict) -> None:
        answer: object = None
        if "connect" in command:
            self._connect(command["connect"], command["cookie"], command["count"])
        elif "received" in command:
            answer = {number: [len(times), min(times), max(times)] for number, times in self._changes.items()}
            answer = {"changes": answer, "notifications": self._notifications}
        elif "reset" in command:
            self._changes, self._notifications = {}, {}
        elif "marks" in command:
            self._by_mark = True
        else:
            answer = {tag: [len(since), max(since.values())] for tag, since in self._fetched.items()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def _connect(self, port: int, cookie: str, count: int) -> None:
        connecting: list[Browser] = []
        while count or connecting:
            connecting = [browser for browser in connecting if not browser.is_connected]
            if count and len(connecting) < AT_ONCE:
                connecting.append(self._add(Browser(port, cookie)))
                count -= 1
            for number, _ in self._poller.poll(0):
                if number:
                    self._receive(number)

    def _add(self, one: Any) -> Any:
        self._sockets[one.socket.fileno()] = one
        self._poller.register(one.socket, select.EPOLLOUT if isinstance(one, Fetch) else select.EPOLLIN)
        return one

    def _receive(self, number: int) -> None:
        one = self._sockets[number]
        if isinstance(one, Fetch):
            if one.receive():
                self._fetched.setdefault(one.tag, {}).setdefault(one.browser, time.monotonic())
                self._poller.unregister(number)
                del self._sockets[number]
                one.socket.close()
            return
        for message in one.receive():
            self._record(one, message)

    def _record(self, browser: Browser, message: memoryview) -> None:
        head = bytes(message[:CHANGE_HEAD])
        if not head.startswith(b'42["change"'):
            text = bytes(message).decode()
            self._notifications[text] = self._notifications.get(text, 0) + 1
            return
        if number := MARK.search(message) if self._by_mark else REVISION.search(head):
            self._changes.setdefault(int(number[1]), []).append(time.monotonic())
        if b'"all":true' in head:
            self._due.setdefault(browser, time.monotonic() + random.random() * SPREAD)

    def _start_due_fetches(self) -> None:
        now = time.monotonic()
        for browser in [browser for browser, moment in self._due.items() if moment <= now]:
            del self._due[browser]
            for fetch in browser.fetch():
                self._add(fetch)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    BrowserPool().run()
