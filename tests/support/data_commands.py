"""`flask --app app data …`, run as an operator would, and the inventory it is about."""

import os
import subprocess
import sys
from pathlib import Path

from support.measured import MEASURED

ROOT = Path(__file__).resolve().parents[2]


class EndpointSpec:
    """How a command ended, and what it said."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.bytes, self.out, self.err = code, out, out.decode(), err.decode()
        assert "Traceback" not in self.err, self.err

    @property
    def all(self) -> str:
        return self.out + self.err


def launched(data: Path, *words: object, wrap: tuple[str, ...] = (), **settings: str) -> subprocess.Popen:
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


def run(data: Path, *words: object, answer: str = "", wrap: tuple[str, ...] = (), **settings: str) -> EndpointSpec:
    """`answer` is typed where the command asks; `wrap` is put before it."""
    process = launched(data, *words, wrap=wrap, **settings)
    out, err = process.communicate(answer.encode(), timeout=60)
    return EndpointSpec(process.returncode, out, err)


def kept(data: Path) -> dict[str, bytes]:
    """The backups there are."""
    folder = data.with_name(f"{data.name}.backups")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
