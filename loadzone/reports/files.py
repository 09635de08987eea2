"""The files of a history that SQLite keeps, beside the data file."""

from __future__ import annotations

import os
from pathlib import Path


def history_of(data: Path) -> Path:
    """Return the path of the history that belongs to this data file."""
    return data.with_name(f"{data.name}.history.sqlite")


def files_of(history: Path) -> tuple[Path, Path, Path]:
    """Return the files that it may consist of: the database, its log, and the log's index."""
    return history, history.with_name(f"{history.name}-wal"), history.with_name(f"{history.name}-shm")


def sync_folder(folder: Path) -> None:
    """Make what was renamed or deleted in the folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of the file durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
