"""Bytes to a server and back, as a client may send them that is none of ours."""

import re
import socket

from support.server import Server

HOST = b"Host: loadzone.test\r\n"


class Line:
    """A bare connection. What does not come within `patience` seconds fails the test."""

    def __init__(self, server: Server, patience: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=patience)

    def send(self, *parts: bytes) -> "Line":
        self.socket.sendall(b"".join(parts))
        return self

    def until(self, end: bytes) -> bytes:
        """What comes up to and with `end`."""
        got = b""
        while not got.endswith(end):
            part = self.socket.recv(1)
            assert part, f"it ended after {got!r}"
            got += part
        return got

    def to_its_end(self) -> bytes:
        """All that comes until the server hangs up; by a reset too, where it had no use for what we sent."""
        got = b""
        try:
            while part := self.socket.recv(65_536):
                got += part
        except ConnectionError:
            pass
        return got

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error) -> None:
        self.socket.close()


def statuses(got: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]
