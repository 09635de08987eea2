"""A thousand browsers in one cheap process: WebSockets that speak as much engine.io as it takes to be told.

Commands come as JSON lines, each is answered by one:
`{"connect": port, "cookie", "count"}`: so many more browsers, once all of them are in;
`{"heard": true}`: by revision: how many were told, and when the first and the last of them was;
`{"forget": true}` what was heard so far;
`{"fetched": true}`: which boards were fetched after a `change` with `all`: by ETag, how many browsers have it, and
since when the last of them.
Moments are of time.monotonic(), which all processes of a machine share.
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
SPREAD = 3.0  # seconds over which the page's browsers fetch what changed all at once (static/live.js)
REVISION = re.compile(rb'"revision":(\d+)')
TAG = re.compile(rb"\r\nETag: ([^\r]+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
SPACE = memoryview(bytearray(1 << 18))  # for what comes in one call: what is read is looked at before the next call
HEAD_OF_A_CHANGE = 100  # bytes; in the first of them stands all that is looked for
MASK = b"\0\0\0\0"  # what is masked with it stays as it is


class Browser:
    """One socket: handshake, then frames. Offers to take them compressed, as browsers do."""

    def __init__(self, port: int, cookie: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.is_in = False
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

    def hear(self) -> list[memoryview]:
        """The socket.io packets that came; engine.io's own are answered here. They hold until anybody hears more."""
        size = self.socket.recv_into(SPACE)
        if not size:
            raise SystemExit("the server hung up on a browser")
        content = memoryview(self._buffer + SPACE[:size]) if self._buffer else SPACE[:size]
        if not self._upgraded:
            content = self._without_head(content)
        return [message for message in self._frames(content) if self._is_for_the_page(message)]

    def fetch(self) -> list[Fetch]:
        """As the page does when all has changed."""
        return [Fetch(self, self._port, self._cookie, path) for path in ("/vms", "/me")]

    def _without_head(self, content: memoryview) -> memoryview:
        """What follows the handshake's answer; nothing, as long as that is not all there."""
        head, found, rest = bytes(content).partition(b"\r\n\r\n")
        if found and b" 101 " not in head:
            raise SystemExit(f"refused: {head[:500]!r}")
        self._upgraded, self._buffer = bool(found), b"" if found else head
        return memoryview(rest)

    def _frames(self, content: memoryview) -> Iterator[memoryview]:
        """Those that are whole; the beginning of another is kept."""
        while (frame := _frame(content)) is not None:
            first, start, end = frame
            message = content[start:end]
            if first & 15 not in (1, 2):
                raise SystemExit(f"a frame that no server of ours sends: {first:02x} {bytes(message[:100])!r}")
            yield memoryview(self._inflate.decompress(bytes(message) + b"\0\0\xff\xff")) if first & 64 else message
            content = content[end:]
        if self._upgraded:
            self._buffer = bytes(content)

    def _is_for_the_page(self, message: memoryview) -> bool:
        if message[:1] == b"0":  # engine.io is open: join socket.io
            self._say(b"40")
        elif message[:1] == b"2":  # ping
            self._say(b"3")
        elif message[:2] == b"40":
            self.is_in = True
        return message[:2] == b"42"

    def _say(self, text: bytes) -> None:
        self.socket.send(bytes((0x81, 0x80 | len(text))) + MASK + text)


def _frame(content: memoryview) -> tuple[int, int, int] | None:
    """Of the frame that it begins with: the first byte, and where its message begins and ends."""
    if len(content) < 2:
        return None
    start, length = 2, content[1] & 127
    if length > 125:
        start = 4 if length == 126 else 10
        length = int.from_bytes(content[2:start], "big")
    return (content[0], start, start + length) if len(content) >= start + length else None


class Fetch:
    """One GET over a connection of its own; the tag of what came stays empty where there is none."""

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

    def ask(self) -> None:
        """Once the connection stands."""
        self.socket.send(self._request.encode())

    def hear(self) -> bool:
        """Whether all of the answer is there."""
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


class Crowd:
    """All browsers, their fetches, and what they heard."""

    def __init__(self) -> None:
        self._poller = select.epoll()
        self._sockets: dict[int, Browser | Fetch] = {}
        self._due: dict[Browser, float] = {}
        self._told: dict[int, list[float]] = {}
        self._sentences: dict[str, int] = {}
        self._fetched: dict[str, dict[Browser, float]] = {}
        self._poller.register(0, select.EPOLLIN)
        os.set_blocking(0, False)

    def run(self) -> None:
        commands = b""
        while True:
            for number, what in self._poller.poll(0.02 if self._due else None):
                if what & select.EPOLLOUT:
                    self._sockets[number].ask()
                    self._poller.modify(number, select.EPOLLIN)
                elif number == 0:
                    *lines, commands = (commands + self._said()).split(b"\n")
                    for line in lines:
                        self._obey(json.loads(line))
                else:
                    self._hear(number)
            self._fetch_what_is_due()

    def _said(self) -> bytes:
        said = os.read(0, 65536)
        return said or sys.exit()

    def _obey(self, command: dict) -> None:
        answer: object = None
        if "connect" in command:
            self._connect(command["connect"], command["cookie"], command["count"])
        elif "heard" in command:
            answer = {number: [len(times), min(times), max(times)] for number, times in self._told.items()}
            answer = {"changes": answer, "sentences": self._sentences}
        elif "forget" in command:
            self._told, self._sentences = {}, {}
        else:
            answer = {tag: [len(since), max(since.values())] for tag, since in self._fetched.items()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def _connect(self, port: int, cookie: str, count: int) -> None:
        under_way: list[Browser] = []
        while count or under_way:
            under_way = [browser for browser in under_way if not browser.is_in]
            if count and len(under_way) < AT_ONCE:
                under_way.append(self._add(Browser(port, cookie)))
                count -= 1
            for number, _ in self._poller.poll(0):
                if number:
                    self._hear(number)

    def _add(self, one: Any) -> Any:
        self._sockets[one.socket.fileno()] = one
        self._poller.register(one.socket, select.EPOLLOUT if isinstance(one, Fetch) else select.EPOLLIN)
        return one

    def _hear(self, number: int) -> None:
        one = self._sockets[number]
        if isinstance(one, Fetch):
            if one.hear():
                self._fetched.setdefault(one.tag, {}).setdefault(one.browser, time.monotonic())
                self._poller.unregister(number)
                del self._sockets[number]
                one.socket.close()
            return
        for message in one.hear():
            self._note(one, message)

    def _note(self, browser: Browser, message: memoryview) -> None:
        head = bytes(message[:HEAD_OF_A_CHANGE])
        if not head.startswith(b'42["change"'):
            text = bytes(message).decode()
            self._sentences[text] = self._sentences.get(text, 0) + 1
            return
        self._told.setdefault(int(REVISION.search(head)[1]), []).append(time.monotonic())
        if b'"all":true' in head:
            self._due.setdefault(browser, time.monotonic() + random.random() * SPREAD)

    def _fetch_what_is_due(self) -> None:
        now = time.monotonic()
        for browser in [browser for browser, moment in self._due.items() if moment <= now]:
            del self._due[browser]
            for fetch in browser.fetch():
                self._add(fetch)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    Crowd().run()
