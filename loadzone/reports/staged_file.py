"""Replaces a data file and its history together: both are the new ones after a crash, or both the old ones.

The new history waits beside the old one, named after the content of the data file that it belongs to. It comes into
place once that data file is there.
"""

from __future__ import annotations

import glob
import hashlib
import os
from pathlib import Path

from loadzone.reports.files import files_of, sync_folder

_DIGITS = 32  # of the digest


def stage_for(history: Path, data: bytes) -> Path:
    """Return where to put the new history that belongs to a data file with this content."""
    return history.with_name(f"{history.name}.for-{_digest(data)}")


def settle(history: Path, data: Path) -> None:
    """Bring the staged history into place if its data file is there; otherwise delete it. Raises OSError.

    Called where nobody else uses the files: after the data file was replaced, and before it is used.
    """
    staged = list(history.parent.glob(f"{glob.escape(history.name)}.for-*"))
    if not staged:
        return
    wanted = stage_for(history, data.read_bytes()) if data.exists() else None
    for path in staged:
        if path == wanted:
            _bring_into_place(path, history)
        else:
            path.unlink()


def _bring_into_place(staged: Path, history: Path) -> None:
    """Its log goes first: beside another database it would damage that."""
    _, log, index = files_of(history)
    for path in (index, log):
        path.unlink(missing_ok=True)
    sync_folder(history.parent)
    os.replace(staged, history)
    sync_folder(history.parent)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]
