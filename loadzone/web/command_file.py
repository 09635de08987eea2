"""The command line `loadzone` as one file: a zip archive of `cli/` that Python can run (PEP 441).

The same sources give the same bytes. The standard library's `zipapp` would store the times of the files, and two
checkouts would then serve different archives.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loadzone import RESOURCES

SOURCES = RESOURCES / "cli"
SHEBANG = b"#!/usr/bin/env python3\n"
SUFFIXES = {".py", ".json"}  # other files are caches, or left over by an editor
FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold
UNIX, FILE_MODE = 3, 0o100644  # as the archive format names them: made on Unix; a regular file, rw-r--r--


@dataclass(frozen=True, slots=True)
class CommandFile:
    """The archive. `etag` is a digest of it; `modified` is when its newest source changed, in seconds since 1970."""

    content: bytes
    etag: str
    modified: float


@cache
def command_file() -> CommandFile:
    """Return the file that `GET /cli` serves. It is built once and stays the same while the server runs."""
    content = build(SOURCES)
    etag = hashlib.blake2b(content, digest_size=16).hexdigest()
    return CommandFile(content, etag, max(path.stat().st_mtime for path in sources(SOURCES)))


def build(folder: Path) -> bytes:
    """Return an executable zip archive of the sources in `folder`. Python runs its `__main__.py`."""
    file = io.BytesIO()
    file.write(SHEBANG)
    with zipfile.ZipFile(file, "w") as archive:
        for path in sources(folder):
            archive.writestr(_entry(path.relative_to(folder).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()


def sources(folder: Path) -> list[Path]:
    """Return the source files of the command line, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    entry.create_system, entry.external_attr = UNIX, FILE_MODE << 16
    return entry
