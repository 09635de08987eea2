"""Servers and commands forked from a process that has already imported the modules, so that they start at once."""

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

PROGRAM = Path(__file__).with_name("forkserver.py")


class ForkServer:
    """The process that forks others. It ends before the process that started it."""

    def __init__(self, *options: str) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), *options], stdin=theirs, env=os.environ | {"PYTHONUNBUFFERED": "1"}
            )

    def start(self, words: list[str], environment: dict[str, str], streams: tuple[int, int, int]) -> "Forked":
        pid = self._ask({"words": words, "environment": environment}, *streams)
        return Forked(pid, lambda: self._ask({"ended": pid}))

    def end(self) -> None:
        """Without more orders it ends by itself, and writes what coverage has measured."""
        self._orders.close()
        self._process.wait()

    def _ask(self, order: dict, *descriptors: int) -> int:
        with self._lock:
            socket.send_fds(self._orders, [json.dumps(order).encode()], descriptors)
            return json.loads(self._orders.recv(100))


class Forked:
    """A forked process, with the methods of `subprocess.Popen` that tests use."""

    stdout: TextIO

    def __init__(self, pid: int, exit_code: Callable[[], int]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._exit_code = exit_code
        self._lock = threading.Lock()
        self._handle = os.pidfd_open(pid)  # readable once it has ended

    def poll(self) -> int | None:
        return self.returncode if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self.returncode

    def send_signal(self, signum: signal.Signals) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _has_ended(self, timeout: float | None) -> bool:
        with self._lock:
            if self.returncode is None and self._is_readable(timeout):
                self.returncode = self._exit_code()
                os.close(self._handle)
        return self.returncode is not None

    def _is_readable(self, timeout: float | None) -> bool:
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        return bool(waiting.poll(timeout and timeout * 1000))


def forked_server(program: str, environment: dict[str, str]) -> Forked:
    """Start `python program` at the root of the repository. Its output, errors included, is its `stdout`."""
    reading, writing = os.pipe()
    with open(os.devnull, "rb") as nothing, open(writing, "wb") as output:
        streams = nothing.fileno(), output.fileno(), output.fileno()
        process = _fork_server("--green").start([program], environment, streams)
    process.stdout = open(reading, encoding="utf-8")  # noqa: SIM115
    return process


def forked_command(words: list[str], environment: dict[str, str], streams: tuple[int, int, int]) -> Forked:
    """Start `python word…` at the root of the repository, with the descriptors of its input, output and errors."""
    return _fork_server().start(words, environment, streams)


def _fork_server(*options: str) -> ForkServer:
    """Return the only fork server of this kind in this process; safe to call from several threads."""
    with _lock:
        return _started(*options)


@functools.cache
def _started(*options: str) -> ForkServer:
    server = ForkServer(*options)
    atexit.register(server.end)
    return server


_lock = threading.Lock()
