"""Copies a SQLite database while it is used: its own online backup, in steps."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from loadzone.lib.concurrency import sleep_in_thread
from loadzone.reports.files import sync_file

STEP_PAGES = 256  # 1 MB; between two steps others get the disk
PAUSE = 0.002  # seconds
_NOT_A_DATABASE = "file is not a database"  # what is no SQLite file, in SQLite's own words


class BrokenDatabase(Exception):
    """The database is damaged, or is none. The message says how."""


def copy_online(source: Path, target: Path) -> None:
    """Write a copy of the database into a new file of mode 0600, checked and durable.

    Blocks for seconds where the database is large. A reader's snapshot is kept open meanwhile, so that writers neither
    wait nor make the copy begin anew. Raises OSError and BrokenDatabase; there is then no new file.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(read_only(source)) as reader, closing(sqlite3.connect(target, isolation_level=None)) as writer:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            writer.execute("PRAGMA synchronous = OFF")  # it is synced once, below
            reader.backup(writer, pages=STEP_PAGES, progress=lambda *_: sleep_in_thread(PAUSE))
            writer.execute("PRAGMA journal_mode = DELETE")  # one file, which a reader of the folder needs not write to
            check_pages(writer)
        sync_file(target)
    except BaseException as error:
        for path in (target, target.with_name(f"{target.name}-journal"), target.with_name(f"{target.name}-wal")):
            path.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise as_known(error, source) from error
        raise


def copy_in_any_case(source: Path, target: Path) -> None:
    """Write a copy of the database, which nobody uses; of a broken one a copy of its file. Raises OSError."""
    try:
        copy_online(source, target)
    except BrokenDatabase:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(source, target)
        sync_file(target)


def make_one_file(path: Path) -> None:
    """Bring what is in the log of the database into the database itself, which then needs no log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def check_pages(connection: sqlite3.Connection, thoroughly: bool = False) -> None:
    """Raise BrokenDatabase if pages are damaged, or, `thoroughly`, an index disagrees with its table. Reads all."""
    check = "integrity_check" if thoroughly else "quick_check"
    [first, *_] = [str(row[0]) for row in connection.execute(f"PRAGMA {check}(1)")]
    if first != "ok":
        raise BrokenDatabase(first)


def read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that changes nothing, for any thread. Raises sqlite3.Error if there is no such file.

    SQLite may write, since it would otherwise leave the files behind that it needs for reading.
    """
    address = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=5, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON").close()
    return connection


def as_known(error: sqlite3.Error, path: Path) -> OSError | BrokenDatabase:
    """Return what SQLite has met with as the error of a file system, or as a broken database."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or _NOT_A_DATABASE in str(error):
        return BrokenDatabase(str(error))
    if name.startswith("SQLITE_FULL") or "full" in str(error):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return OSError(errno.EIO, str(error), str(path))
