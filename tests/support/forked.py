"""Servers forked from a process that has already imported the modules: each starts in a fifth of the time."""

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
from pathlib import Path

PROGRAM = Path(__file__).with_name("forkserver.py")


class ForkServer:
    """The process that forks servers. It ends before the process that started it."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM)], stdin=theirs, env=os.environ | {"PYTHONUNBUFFERED": "1"}
            )

    def start(self, program: str, environment: dict[str, str]) -> "Forked":
        """Start `python program` at the root of the repository, in this environment."""
        reading, writing = os.pipe()
        try:
            pid = self._ask({"program": program, "environment": environment}, writing)
        finally:
            os.close(writing)
        return Forked(pid, reading, lambda: self._ask({"ended": pid}))

    def end(self) -> None:
        """Without more orders it ends by itself, and writes what coverage has measured."""
        self._orders.close()
        self._process.wait()

    def _ask(self, order: dict, *descriptors: int) -> int:
        with self._lock:
            socket.send_fds(self._orders, [json.dumps(order).encode()], descriptors)
            return json.loads(self._orders.recv(100))


class Forked:
    """A forked server, with the methods of `subprocess.Popen` that tests use."""

    def __init__(self, pid: int, output: int, exit_code) -> None:
        self.pid = pid
        self.stdout = open(output, encoding="utf-8")  # noqa: SIM115
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


def fork_server() -> ForkServer:
    """Return the only fork server of this process; safe to call from several threads."""
    with _lock:
        return _started()


@functools.cache
def _started() -> ForkServer:
    server = ForkServer()
    atexit.register(server.end)
    return server


_lock = threading.Lock()
