"""The command line `loadzone` as one file: a zip of the modules and texts under `cli/` that Python runs (PEP 441).

The same sources give the same bytes. `zipapp` of the standard library stores the files' own times, so that two
checkouts would serve two different files.
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
SUFFIXES = {".py", ".json"}  # all else is a cache, or left by an editor
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
UNIX, FILE_MODE = 3, 0o100644


@dataclass(frozen=True, slots=True)
class CommandFile:
    """`etag` is a digest of `content`; `modified` is when its newest source changed, in seconds since 1970."""

    content: bytes
    etag: str
    modified: float


@cache
def command_file() -> CommandFile:
    """Return the file that `GET /cli` serves. It is built once, so it stays the same while the server runs."""
    content = build(SOURCES)
    etag = hashlib.blake2b(content, digest_size=16).hexdigest()
    return CommandFile(content, etag, max(path.stat().st_mtime for path in sources(SOURCES)))


def build(folder: Path) -> bytes:
    """Return an executable zip of the sources in `folder`; its `__main__.py` is what runs."""
    file = io.BytesIO()
    file.write(SHEBANG)
    with zipfile.ZipFile(file, "w") as archive:
        for path in sources(folder):
            archive.writestr(_entry(path.relative_to(folder).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()


def sources(folder: Path) -> list[Path]:
    """Return the files that belong to the command line, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, NO_TIME)
    entry.create_system, entry.external_attr = UNIX, FILE_MODE << 16
    return entry
