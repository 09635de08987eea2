"""The two processes that play clients (load.py, browsers.py), as the measuring one speaks with them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from page import ROOT  # which puts tests/ where `support` is found

from support.people import Person
from support.server import Server

HERE = ROOT / "bench"


def request(path: str, body: object = None, cookie: str = "", **headers: str) -> str:
    """The bytes of a request, as text: of a GET, or with a body of a POST. Headers are written with underscores."""
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


class Drive:
    """Clients that ask for some seconds: one list of requests a client, made in turn."""

    def __init__(
        self, server: Server, clients: list[list[str]], seconds: float, status: int = 200, pause: float = 0
    ) -> None:
        asked = {"port": server.port, "clients": clients, "status": status, "seconds": seconds, "pause": pause}
        self._process = subprocess.Popen(
            [sys.executable, HERE / "load.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._process.stdin.write(json.dumps(asked))
        self._process.stdin.close()

    def ended(self) -> dict[str, float]:
        """`rate`, `p50`, `p99` and `bytes`; RuntimeError where an answer was not what was expected."""
        said = self._process.stdout.read()
        if self._process.wait():
            raise RuntimeError("the clients gave up")
        return json.loads(said)


class Crowd:
    """Browsers that are told of changes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "browsers.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def connect(self, server: Server, cookie: str, count: int) -> None:
        self._ask(connect=server.port, cookie=cookie, count=count)

    def heard(self) -> tuple[dict[int, list[float]], dict[str, int]]:
        """Since it was last forgotten: by revision how many were told, when first and when last; how many heard which
        sentence."""
        answer = self._ask(heard=True)
        return {int(number): times for number, times in answer["changes"].items()}, answer["sentences"]

    def forget(self) -> None:
        self._ask(forget=True)

    def fetched(self) -> dict[str, list[float]]:
        """By ETag, how many fetched that board because of a `change` with `all`, and when the last of them had it."""
        return self._ask(fetched=True)

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate()

    def _ask(self, **command: Any) -> Any:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def wait_for(condition: Callable[[], Any], seconds: float, pause: float = 0.05) -> Any:
    """What the condition gives once it is true; TimeoutError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not come")
        time.sleep(pause)
    return found


def median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def share(values: Iterable[float], part: float) -> float:
    """The value that so great a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"
