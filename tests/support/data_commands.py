"""Run `flask --app app data …` as an operator would, and read the backups that it makes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from support.forked import Forked, forked_command
from support.measured import MEASURED

ROOT = Path(__file__).resolve().parents[2]


class CommandResult:
    """How a command ended, and its output."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.bytes, self.out, self.err = code, out, out.decode(), err.decode()
        assert "Traceback" not in self.err, self.err

    @property
    def all(self) -> str:
        """Return both outputs."""
        return self.out + self.err


def start_command(data: Path, *words: object, streams: tuple[int, int, int], **settings: str) -> Forked:
    """Start a command in a process that has the modules already."""
    return forked_command(_command(words), _environment(data, settings) | MEASURED, streams)


def run(data: Path, *words: object, answer: str = "", wrap: tuple[str, ...] = (), **settings: str) -> CommandResult:
    """Run a command to its end: `answer` is typed when it asks, and `wrap` is a command to run it with."""
    if wrap:
        return _run_wrapped(data, words, wrap, settings)
    with tempfile.TemporaryFile() as typed, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        typed.write(answer.encode())
        typed.seek(0)
        process = start_command(data, *words, streams=(typed.fileno(), out.fileno(), err.fileno()), **settings)
        code = process.wait(60)
        return CommandResult(code, *(_content(file) for file in (out, err)))


def _run_wrapped(data: Path, words: tuple, wrap: tuple[str, ...], settings: dict[str, str]) -> CommandResult:
    """Coverage is not measured: the wrapper may take the room that its figures need."""
    ended = subprocess.run(
        [*wrap, sys.executable, *_command(words)],
        cwd=ROOT,
        env=_environment(data, settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    return CommandResult(ended.returncode, ended.stdout, ended.stderr)


def _command(words: tuple) -> list[str]:
    return ["-m", "flask", "--app", "app", "data", *map(str, words)]


def _environment(data: Path, settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "TMPDIR") if name in os.environ}
    return {**inherited, "LOADZONE_DATA": str(data), **settings}


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def backups_of(data: Path) -> dict[str, bytes]:
    """Return the backups by name."""
    folder = data.with_name(f"{data.name}.backups")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
