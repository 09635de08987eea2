"""Send requests to a server as fast as it answers, from a cheap process of its own.

Reads the job as JSON: `{"port", "clients": [[the requests of one client, in order…]…], "status", "seconds", "pause"}`.
Prints the result as JSON: `{"rate", "p50", "p99", "bytes"}`, which are answers per second, seconds per answer, and the
size of the last answer.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import time
from typing import NoReturn

WARM_UP = 0.3
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
SCRATCH = bytearray(1 << 20)


class Client:
    """One keep-alive connection, with one request at a time."""

    def __init__(self, port: int, requests: list[str], status: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = [text.encode() for text in requests]
        self._expected = f"HTTP/1.1 {status} ".encode()
        self._next = 0
        self._left = -1
        self._head = b""
        self.bytes = 0
        self.sent_at = 0.0

    @property
    def is_at_start(self) -> bool:
        """Return True if the list of requests was completed, so that each was sent equally often."""
        return self._next == 0

    def send(self) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(self._requests[self._next])
        self._next = (self._next + 1) % len(self._requests)
        self._left, self._head = -1, b""

    def receive(self) -> bool:
        """Read from the socket; return True once the answer is complete."""
        if self._left > 0:
            self._left -= self.socket.recv_into(SCRATCH) or _give_up()
            return self._left == 0
        self._head += self.socket.recv(65536) or _give_up()
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._head.startswith(self._expected):
            raise SystemExit(f"unexpected answer: {self._head[:600]!r}")
        length = LENGTH.search(self._head, 0, end)
        self.bytes = int(length[1]) if length and b" 304 " not in self._head[:16] else 0
        self._left = self.bytes - (len(self._head) - end - 4)
        return self._left == 0


def _give_up() -> NoReturn:
    raise SystemExit("the server hung up")


def drive(clients: list[Client], seconds: float, pause: float) -> list[float]:
    """Return the seconds that each answer took. At the end each client completes its list, which is not counted."""
    by_number = {client.socket.fileno(): client for client in clients}
    poller = select.epoll()
    for number in by_number:
        poller.register(number, select.EPOLLIN)
    took: list[float] = []
    begin = time.perf_counter() + WARM_UP
    end = begin + seconds
    for client in clients:
        client.send()
    while by_number:
        for number, _ in poller.poll():
            client = by_number[number]
            if not client.receive():
                continue
            now = time.perf_counter()
            if begin <= now < end:
                took.append(now - client.sent_at)
            if now >= end and client.is_at_start:
                poller.unregister(number)
                del by_number[number]
                continue
            if pause:
                time.sleep(pause)
            client.send()
    return took


def main() -> None:
    job = json.load(sys.stdin)
    clients = [Client(job["port"], requests, job["status"]) for requests in job["clients"]]
    took = sorted(drive(clients, job["seconds"], job.get("pause", 0))) or [job["seconds"]]
    json.dump(
        {
            "rate": len(took) / job["seconds"],
            "p50": took[len(took) // 2],
            "p99": took[int(len(took) * 0.99)],
            "bytes": clients[0].bytes,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
