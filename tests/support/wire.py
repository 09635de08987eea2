"""Raw bytes to a server and back, as any client may send them."""

import re
import socket

from support.server import Server

HOST = b"Host: loadzone.test\r\n"


class RawConnection:
    """A raw TCP connection. Reading raises TimeoutError if nothing comes within `patience` seconds."""

    def __init__(self, server: Server, patience: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=patience)

    def send(self, *data: bytes) -> "RawConnection":
        self.socket.sendall(b"".join(data))
        return self

    def until(self, end: bytes) -> bytes:
        """Read up to and including `end`."""
        received = b""
        while not received.endswith(end):
            byte = self.socket.recv(1)
            assert byte, f"the connection ended after {received!r}"
            received += byte
        return received

    def to_its_end(self) -> bytes:
        """Read until the server closes the connection, or resets it because it did not read all that was sent."""
        received = b""
        try:
            while data := self.socket.recv(65_536):
                received += data
        except ConnectionError:
            pass
        return received

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *error) -> None:
        self.socket.close()


def statuses(received: bytes) -> list[int]:
    """Return the status codes of the answers, in order."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
