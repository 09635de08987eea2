"""The real server, started as an operator does: `python app.py`, with its own data file and settings."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.forked import Forked, forked_server
from support.measured import MEASURED
from support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "alice@example.com"
FREQUENT_SWEEPS = "tests/support/frequent_sweeps.py"  # serves like app.py; its docstring says what differs
LETTERS_WAIT = "tests/support/letters_wait.py"
START_SECONDS = 40
SECRET_KEY = "a key for tests alone, of a decent length"


class Server:
    """One serving process. Settings are environment variables; those not named keep the defaults of the tests.

    If `warm`, it is forked from a process that has already imported the modules.
    """

    warm = False

    def __init__(self, data: Path, root: Path = ROOT, program: str = "app.py", **settings: str) -> None:
        self.data = data
        self.root = root
        self.program = program
        self.port = free_port()
        self.settings = settings
        self.log_lines: list[str] = []
        self._new_line = threading.Condition()
        self._process: subprocess.Popen | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return "\n".join(self.log_lines)

    def start(self) -> "Server":
        """Start and return once /healthz answers. Raises AssertionError with the log if it ends or never answers."""
        self.launch()
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self, path: str = "/healthz") -> None:
        """Wait for an answer. Raises AssertionError with the log if the server ends or never answers."""
        deadline = time.monotonic() + START_SECONDS
        while not self.healthy(path):
            assert self._process.poll() is None, f"the server ended while it started:\n{self.ended()[1]}"
            assert time.monotonic() < deadline, f"the server never became healthy:\n{self.log}"
            time.sleep(0.01)

    def launch(self) -> None:
        """Start without waiting."""
        forks = self.warm and self.root == ROOT
        self._process = forked_server(self.program, self._environment()) if forks else self._fresh_process()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def ended(self, timeout: float = START_SECONDS) -> tuple[int, str]:
        """Wait for the process to end by itself, and return its exit code and log."""
        code = self._process.wait(timeout)
        self._reader.join(timeout)
        return code, self.log

    def stop(self, how: signal.Signals = signal.SIGTERM, timeout: float = 30) -> float:
        """Ask it to end and return how many seconds that took. If it does not end, kill it and raise TimeoutExpired."""
        started = time.monotonic()
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        took = time.monotonic() - started
        self._close()
        return took

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._close()

    def end(self) -> None:
        """Kill it: one that is asked to end gives the connections that are left more than half a second.

        Where coverage is measured it is asked all the same, because only then it writes what it has run.
        """
        if MEASURED:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        else:
            self.kill()

    def restart(self) -> "Server":
        self.stop()
        return self.start()

    def healthy(self, path: str = "/healthz") -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stored(self) -> dict:
        """Return the present content of the data file."""
        return json.loads(self.data.read_text(encoding="utf-8"))

    def store(self, content: dict) -> None:
        """Put this into the data file, instead of what is there. The server must not run."""
        self.data.write_text(json.dumps(content), encoding="utf-8")

    def stored_vm(self, vm_id: str) -> dict:
        return next(vm for vm in self.stored()["vms"] if vm["id"] == vm_id)

    def outbox(self) -> str:
        """Return the letters not sent yet, as text."""
        return str(self.stored().get("outbox", []))

    def wait_for_log(self, pattern: str, timeout: float = 30, after: int = 0) -> re.Match:
        """Wait for a log line that matches, from line number `after` on, and return the first match."""
        deadline = time.monotonic() + timeout
        with self._new_line:
            while True:
                for line in self.log_lines[after:]:
                    if found := re.search(pattern, line):
                        return found
                assert self._new_line.wait(deadline - time.monotonic()), f"no log line matches {pattern!r}:\n{self.log}"

    def newest_code(self, email: str, after: int = 0, tried: Iterable[str] = ()) -> str:
        """Return the sign-in code for this person from the log, from line `after` on, other than those `tried`."""
        others = "|".join(tried) or "none"
        return self.wait_for_log(rf"sign-in code for {re.escape(email)}: (?!{others})(\d{{6}})\b", after=after).group(1)

    def _fresh_process(self) -> subprocess.Popen:
        return subprocess.Popen(
            self._command(),
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def _command(self) -> list[str]:
        return [sys.executable, self.program]

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "TMPDIR") if name in os.environ}
        measured = MEASURED if self.root == ROOT else {}
        return inherited | {
            **measured,
            "PYTHONUNBUFFERED": "1",
            "LOADZONE_DATA": str(self.data),
            "LOADZONE_PORT": str(self.port),
            "LOADZONE_SECRET_KEY": SECRET_KEY,
            "LOADZONE_AUTH": "trust",
            "LOADZONE_ADMINS": ADMIN,
            "LOADZONE_LANGUAGE": "en",
            "LOADZONE_MAX_MACHINES": "10000",  # the tests that share a server share its people
            **self.settings,
        }

    def _read(self, stream) -> None:
        for line in stream:
            with self._new_line:
                self.log_lines.append(line.rstrip("\n"))
                self._new_line.notify_all()

    def _close(self) -> None:
        if self._process:
            self._reader.join(5)
            self._process.stdout.close()


@contextlib.contextmanager
def running(folder: Path, inventory: dict | None = None, **settings: str) -> Iterator[Server]:
    """Start a server with its data file in `folder`, filled with `inventory` if given; end it afterwards."""
    server = Server(data_file(folder, inventory), **settings)
    try:
        yield server.start()
    finally:
        server.end()


def data_file(folder: Path, inventory: dict | None = None) -> Path:
    path = folder / "data.json"
    if inventory is not None:
        path.write_text(json.dumps(inventory, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
