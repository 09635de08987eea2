"""Run the real command `loadzone` as from a shell, with the Python that CLI_PYTHON names."""

import itertools
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from support.answers import done
from support.measured import MEASURED
from support.people import Person
from support.server import ROOT, Server

PYTHON = os.environ.get("CLI_PYTHON", sys.executable)
COMMAND = [PYTHON, str(ROOT / "cli")]
FAST_POLLING = [PYTHON, str(ROOT / "tests" / "support" / "fast_polling.py")]
TIMEOUT_SECONDS = 60
# A job for `loadzone run`: it prints "here" and runs until it reads a line or gets a signal.
STAYS = ["sh", "-c", "echo here; read line; exit 5"]
_numbers = itertools.count(1)
_started: list[subprocess.Popen] = []
# Make the terminal at standard input the controlling one of this session, then become the command.
AT_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class CommandResult:
    """How a command ended, and its output."""

    status: int
    out: str
    err: str


class Shell:
    """Runs commands with a home and an environment of its own, and without a terminal."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **MEASURED, **environment}

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> CommandResult:
        """Run the command to its end."""
        process = subprocess.run(
            [*COMMAND, *words],
            input=stdin,
            env=self.environment | environment,
            cwd=self.home,
            start_new_session=True,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert "Traceback" not in process.stderr, process.stderr
        return CommandResult(process.returncode, process.stdout, process.stderr)

    def start(self, *words: str, before: str = "", **environment: str) -> "Running":
        """Start a command that polls the server more often than usual.

        `before` is shell code to run first, such as `trap '' HUP`.
        """
        command = [*FAST_POLLING, *words]
        if before:
            command = ["sh", "-c", f'{before}; exec "$@"', "sh", *command]
        return Running(command, self.environment | environment, self.home)

    def at_terminal(self, *words: str, **environment: str) -> "Terminal":
        return Terminal([*COMMAND, *words], self.environment | environment, self.home)


class Running:
    """A command that has been started. Its output is read as it comes."""

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self._process = subprocess.Popen(
            words,
            env=environment,
            cwd=folder,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _started.append(self._process)
        self._streams = {"out": self._process.stdout, "err": self._process.stderr}
        self._texts = {"out": "", "err": ""}
        self._new_output = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._streams]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def err(self) -> str:
        return self._texts["err"]

    def wait_for(self, pattern: str, stream: str = "err", timeout: float = TIMEOUT_SECONDS) -> str:
        """Wait until the output matches the pattern and return the matching text."""
        deadline = time.monotonic() + timeout
        with self._new_output:
            while not (found := re.search(pattern, self._texts[stream])):
                assert self._new_output.wait(deadline - time.monotonic()), (
                    f"no output matches {pattern!r}: {self._texts}"
                )
        return found.group()

    def type(self, line: str) -> None:
        """Write a line to standard input."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def send(self, signum: signal.Signals) -> None:
        self._process.send_signal(signum)

    def ended(self, timeout: float = TIMEOUT_SECONDS) -> CommandResult:
        """Wait for the end of the command and return its result."""
        status = self._process.wait(timeout)
        self._process.stdin.close()  # a child that reads from it ends too
        for reader in self._readers:
            reader.join(timeout)
            assert not reader.is_alive(), "a child of the command still runs"
        for stream in self._streams.values():
            stream.close()
        assert "Traceback" not in self.err, self.err
        return CommandResult(status, self._texts["out"], self.err)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def _read(self, name: str) -> None:
        for line in self._streams[name]:
            with self._new_output:
                self._texts[name] += line
                self._new_output.notify_all()


class Terminal:
    """A command at its own terminal, which can type and collects the output in `seen`."""

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self.seen = ""
        self._screen, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", AT_TERMINAL, *words],
            env=environment,
            cwd=folder,
            start_new_session=True,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        _started.append(self._process)

    def wait_for(self, pattern: str) -> None:
        while not re.search(pattern, self.seen):
            assert self._read(), f"no output matches {pattern!r}: {self.seen}"

    def press(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def send(self, signum: signal.Signals) -> None:
        """Send a signal to the command alone; keys would send it to the whole foreground group."""
        self._process.send_signal(signum)

    def ended(self) -> int:
        """Read all output, wait for the end and return the exit status."""
        while self._read():
            pass
        os.close(self._screen)
        return self._process.wait(TIMEOUT_SECONDS)

    def _read(self) -> bool:
        try:
            data = os.read(self._screen, 4096)
        except OSError:  # nobody has the other end of the terminal open any more
            return False
        self.seen += data.decode()
        return bool(data)


def go_on(job: Running) -> CommandResult:
    """Let the job STAYS end, and return the result of `loadzone run`, which must have the job's exit status."""
    job.type("go on")
    result = job.ended()
    assert result.status == 5, "`loadzone run` must end with the status of its job"
    return result


def end_what_is_left() -> None:
    """End the commands that a failed test has left running. SIGTERM also ends the jobs of `loadzone run`."""
    for process in _started:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    _started.clear()


def token_of(person: Person) -> str:
    return done(person.post("/tokens", {"name": f"nightly {next(_numbers)}", "days": 90}), 201)["token"]


def shell_of(home: Path, server: Server, person: Person, **environment: str) -> Shell:
    """Return a shell with this person's token in its environment."""
    home.mkdir(exist_ok=True)
    return Shell(home, LOADZONE_URL=server.url, LOADZONE_TOKEN=token_of(person), **environment)
