"""The real command `loadzone`, run as from a shell, by whichever Python CLI_PYTHON names."""

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
IMPATIENT = [PYTHON, str(ROOT / "tests" / "support" / "impatient.py")]
PATIENCE = 60
# What `run` is given to run: says that it is there, and stays until a line comes in or it is told to go.
STAYS = ["sh", "-c", "echo here; read line; exit 5"]
_numbers = itertools.count(1)
_started: list[subprocess.Popen] = []
# The terminal at standard input becomes the one that controls this session; then it is the command's.
AT_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


class Shell:
    """A place to run the command in, with a home and an environment of its own, and no terminal."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **MEASURED, **environment}

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> Ended:
        """Runs it to its end."""
        ended = subprocess.run(
            [*COMMAND, *words],
            input=stdin,
            env=self.environment | environment,
            cwd=self.home,
            start_new_session=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *words: str, before: str = "", **environment: str) -> "Running":
        """Starts one that does not wait as long as the command does between two looks at the server.

        `before` are a shell's words that come before it, such as `trap '' HUP`.
        """
        command = [*IMPATIENT, *words]
        if before:
            command = ["sh", "-c", f'{before}; exec "$@"', "sh", *command]
        return Running(command, self.environment | environment, self.home)

    def at_terminal(self, *words: str, **environment: str) -> "Terminal":
        return Terminal([*COMMAND, *words], self.environment | environment, self.home)


class Running:
    """A command that has been started. What it writes is read as it comes."""

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
        self._spoken = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._streams]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def err(self) -> str:
        return self._texts["err"]

    def wait_for(self, pattern: str, stream: str = "err", timeout: float = PATIENCE) -> str:
        """Until it has said this; the text that matches."""
        deadline = time.monotonic() + timeout
        with self._spoken:
            while not (found := re.search(pattern, self._texts[stream])):
                assert self._spoken.wait(deadline - time.monotonic()), f"never said {pattern!r}: {self._texts}"
        return found.group()

    def type(self, line: str) -> None:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def send(self, signum: signal.Signals) -> None:
        self._process.send_signal(signum)

    def ended(self, timeout: float = PATIENCE) -> Ended:
        status = self._process.wait(timeout)
        self._process.stdin.close()  # what it may have left behind reads to the end, and ends too
        for reader in self._readers:
            reader.join(timeout)
            assert not reader.is_alive(), "something that it started still runs"
        for stream in self._streams.values():
            stream.close()
        assert "Traceback" not in self.err, self.err
        return Ended(status, self._texts["out"], self.err)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def _read(self, name: str) -> None:
        for line in self._streams[name]:
            with self._spoken:
                self._texts[name] += line
                self._spoken.notify_all()


class Terminal:
    """A command at a terminal of its own, where keys are pressed and everything written is seen."""

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
            assert self._read(), f"never said {pattern!r}: {self.seen}"

    def press(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def send(self, signum: signal.Signals) -> None:
        """To the command alone, as the keys do not."""
        self._process.send_signal(signum)

    def ended(self) -> int:
        """The exit status, once all is read."""
        while self._read():
            pass
        os.close(self._screen)
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        try:
            piece = os.read(self._screen, 4096)
        except OSError:  # so a terminal says that nobody is left at the other end
            return False
        self.seen += piece.decode()
        return bool(piece)


def go_on(job: Running) -> Ended:
    """Lets what `run` was given, STAYS, come to its end."""
    job.type("go on")
    ended = job.ended()
    assert ended.status == 5, "the command's own, whatever happened"
    return ended


def end_what_is_left() -> None:
    """What a failed test has left running. SIGTERM reaches what `run` has started, too."""
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
    return done(person.post("/tokens", {"name": f"nightly {next(_numbers)}", "days": 1}), 201)["token"]


def shell_of(home: Path, server: Server, person: Person, **environment: str) -> Shell:
    """Where this person's token is in the environment."""
    home.mkdir(exist_ok=True)
    return Shell(home, LOADZONE_URL=server.url, LOADZONE_TOKEN=token_of(person), **environment)
