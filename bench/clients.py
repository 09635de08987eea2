"""Start and control the two processes that simulate clients: load.py and browsers.py."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from page import ROOT  # page.py puts tests/ on the path, where `support` is found

from support.people import Person
from support.server import Server

HERE = ROOT / "bench"


def request(path: str, body: object = None, cookie: str = "", **headers: str) -> str:
    """Return the text of a request: a GET, or a POST if there is a body. Write headers with underscores."""
    content = "" if body is None else json.dumps(body)
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", content])


def cookie_of(person: Person) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)


class LoadProcess:
    """Clients that send requests for some seconds, each its own list of requests in a loop."""

    def __init__(
        self,
        server: Server,
        clients: list[list[str]],
        seconds: float,
        status: int = 200,
        pause: float = 0,
        may_fail: bool = False,
    ) -> None:
        job = {"port": server.port, "clients": clients, "status": status, "seconds": seconds, "pause": pause}
        self._process = subprocess.Popen(
            [sys.executable, HERE / "load.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if may_fail else None,
            text=True,
        )
        self._process.stdin.write(json.dumps(job))
        self._process.stdin.close()

    def result(self) -> dict[str, float]:
        """Wait for the end and return `rate`, `p50`, `p99` and `bytes`. Raises RuntimeError if an answer was wrong."""
        output = self._process.stdout.read()
        if self._process.wait():
            raise RuntimeError("the clients gave up")
        return json.loads(output)


class BrowserProcess:
    """Browsers that receive changes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "browsers.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def connect(self, server: Server, cookie: str, count: int) -> None:
        self._send(connect=server.port, cookie=cookie, count=count)

    def received(self) -> tuple[dict[int, list[float]], dict[str, int]]:
        """Return what was received since the last reset.

        First, for each revision, how many browsers received it, and when the first and the last did; second, for each
        notification, how many received it.
        """
        answer = self._send(received=True)
        return {int(number): times for number, times in answer["changes"].items()}, answer["notifications"]

    def count_marks(self) -> None:
        """Count changes by the number in a machine's note, as `mark 7`, and not by revision."""
        self._send(marks=True)

    def reset(self) -> None:
        self._send(reset=True)

    def fetched(self) -> dict[str, list[float]]:
        """Return, for each ETag, how many fetched that board after a `change` with `all`, and when the last had it."""
        return self._send(fetched=True)

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate()

    def _send(self, **command: Any) -> Any:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def answered_at(server: Server, cookie: str, posts: Iterable[tuple[str, object]], apart: float) -> list[float]:
    """Send these requests one after the other, and return the times of their answers (time.monotonic()).

    `apart`: seconds from one answer to the next request. Raises RuntimeError where one is not answered with 200.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    moments = []
    for path, body in posts:
        headers = {"Content-Type": "application/json", "Cookie": cookie}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        moments.append(time.monotonic())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.read()!r}")
        answer.read()
        time.sleep(apart)
    connection.close()
    return moments


def wait_for(condition: Callable[[], Any], seconds: float, pause: float = 0.05) -> Any:
    """Return the value of the condition once it is true. Raises TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the condition was not true within {seconds} seconds")
        time.sleep(pause)
    return found


def median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def percentile(values: Iterable[float], fraction: float) -> float:
    """Return the value that this fraction of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"
