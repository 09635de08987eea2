"""Run `flask --app app data …` as an operator would, and read the backups that it makes."""

import os
import subprocess
import sys
from pathlib import Path

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


def start_command(data: Path, *words: object, wrap: tuple[str, ...] = (), **settings: str) -> subprocess.Popen:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "TMPDIR") if name in os.environ}
    measured = {} if wrap else MEASURED  # what it is wrapped in may take the room that coverage needs for its figures
    return subprocess.Popen(
        [*wrap, sys.executable, "-m", "flask", "--app", "app", "data", *map(str, words)],
        cwd=ROOT,
        env={**inherited, **measured, "LOADZONE_DATA": str(data), **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(data: Path, *words: object, answer: str = "", wrap: tuple[str, ...] = (), **settings: str) -> CommandResult:
    """Run a command to its end: `answer` is typed when it asks, and `wrap` is a command to run it with."""
    process = start_command(data, *words, wrap=wrap, **settings)
    out, err = process.communicate(answer.encode(), timeout=60)
    return CommandResult(process.returncode, out, err)


def backups_of(data: Path) -> dict[str, bytes]:
    """Return the backups by name."""
    folder = data.with_name(f"{data.name}.backups")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
