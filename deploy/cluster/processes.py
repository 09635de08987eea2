"""The processes of a cluster, and what they need of the machine."""

from __future__ import annotations

import queue
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CannotRun(Exception):
    """The cluster cannot be run; the message says why."""


class Process:
    """A process whose lines are printed with its name. When it ends, it is put into `ended`.

    It is killed if this one is: so it must be made by the main thread, which lasts as long as the process.
    """

    def __init__(
        self,
        name: str,
        words: list[str],
        ended: queue.SimpleQueue[Process | None],
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        self.name = name
        self._ended = ended
        self._popen = subprocess.Popen(
            [program("setpriv", "util-linux"), "--pdeathsig", "KILL", "--", *words],
            cwd=ROOT if user is None else "/",
            env=environment,
            user=user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal ends them in order, and not all at once
        )
        threading.Thread(target=self._follow, daemon=True).start()

    @property
    def status(self) -> int:
        """The exit status, once it has ended."""
        return self._popen.returncode

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, and wait for that."""
        self._popen.send_signal(how)
        self._popen.wait()

    def _follow(self) -> None:
        for line in self._popen.stdout or ():
            say(f"{self.name:8} | {line.rstrip()}")
        self._popen.wait()
        self._ended.put(self)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def program(name: str, package: str, path: str | None = None) -> str:
    """Return where this program is. Raises CannotRun, which names its package."""
    found = shutil.which(name, path=path)
    if found is None:
        raise CannotRun(f"{name} was not found: install it (Debian, Ubuntu: apt-get install {package})")
    return found


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)
