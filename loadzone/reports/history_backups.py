"""Backups of the history's SQLite file, made once a day beside those of the data file.

`2026-11-26.history.sqlite` is the history as it was on that day (UTC); the newest three stay. With
`-before-restore` and the time it is the history before that; the newest three of these stay, too.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from loadzone.datafile.backups import Every
from loadzone.lib.concurrency import RunBlocking, run_here
from loadzone.lib.owners import with_owner
from loadzone.lib.times import steady_seconds
from loadzone.reports.files import files_of, sync_folder
from loadzone.reports.online_copy import BrokenDatabase, copy_online

log = logging.getLogger("loadzone.backups")

KEPT = 3
LOOK_SECONDS = 300
RETRY_SECONDS = 3600  # after a failure: a copy may be long
ROOM = 2  # times the size of the database must be free
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BY_DAY = re.compile(r"\d{4}-\d\d-\d\d\.history\.sqlite")
_BEFORE_ACTION = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-before-[a-z]+\.history\.sqlite")
_UNFINISHED = ".unfinished.history.tmp"


class HistoryBackups:
    """The backups of one history file, in the folder."""

    def __init__(
        self,
        source: Path,
        folder: Path,
        clock: Callable[[], datetime],
        run_blocking: RunBlocking = run_here,
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self.folder = folder
        self._source = source
        self._clock = clock
        self._run_blocking = run_blocking
        self._steady = steady
        self._failing = False
        self._pause_until = 0.0

    def start(self, every: Every) -> None:
        """Begin to make them."""
        every(self.refresh, LOOK_SECONDS)

    def refresh(self) -> None:
        """Make the backup of this day, unless it is there. If that fails, it is logged once, and the server goes on."""
        if self._steady() < self._pause_until:
            return
        error = self._run_blocking(lambda: _error_of(self._make_todays))
        if error and not self._failing:
            why = with_owner(error) if isinstance(error, OSError) else str(error)
            log.warning("no backup of %s could be made: %s. Bookings go on", self._source, why)
        elif self._failing and not error:
            log.info("backups of %s can be made again", self._source)
        self._failing = error is not None
        self._pause_until = self._steady() + RETRY_SECONDS if error else 0.0

    def save_before(self, action: str, write: Callable[[Path], None]) -> None:
        """Make a backup before `action`, such as `restore`, which `write` writes to a path. Raises OSError."""
        moment = self._now()
        while (self.folder / _name_before(moment, action)).exists():  # two in one second are both kept
            moment += timedelta(seconds=1)
        self._write(_name_before(moment, action), write)

    def names(self) -> list[str]:
        """Return the names of all backups, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_file() and is_history_backup(path.name))

    def newest_until(self, moment: str) -> str | None:
        """Return the name of the newest backup of a day up to that of the moment, which begins with a day as names do.

        None: there is no such backup, or no such day.
        """
        if not _DAY.match(moment):
            return None
        days = [name for name in self.names() if _BY_DAY.fullmatch(name) and name[:10] <= moment[:10]]
        return days[-1] if days else None

    def _now(self) -> datetime:
        return self._clock().astimezone(timezone.utc)

    def _make_todays(self) -> None:
        name = f"{self._now():%Y-%m-%d}.history.sqlite"
        if self._source.exists() and not (self.folder / name).exists():
            self._check_free_space()
            self._write(name, partial(copy_online, self._source))

    def _write(self, name: str, write: Callable[[Path], None]) -> None:
        """Write a backup under this name; then delete those that are too many."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        unfinished = self.folder / _UNFINISHED
        write(unfinished)
        os.replace(unfinished, self.folder / name)
        sync_folder(self.folder)
        for old in names_to_delete(self.names(), f"{self._now():%Y-%m-%d}") - {name}:
            (self.folder / old).unlink(missing_ok=True)

    def _check_free_space(self) -> None:
        """Raise OSError if a backup would leave too little room for bookings."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        size = sum(path.stat().st_size for path in files_of(self._source) if path.exists())
        if shutil.disk_usage(self.folder).free < ROOM * size:
            raise OSError(errno.ENOSPC, "too little room is left on the disk")


def _name_before(moment: datetime, action: str) -> str:
    return f"{moment:%Y-%m-%dT%H-%M-%S}Z-before-{action}.history.sqlite"


def is_history_backup(name: str) -> bool:
    """Tell whether a file with this name is a backup of a history."""
    return bool(_BY_DAY.fullmatch(name) or _BEFORE_ACTION.fullmatch(name))


def names_to_delete(names: Iterable[str], today: str) -> set[str]:
    """Return which of these backups are too many. A file that is not named like a backup stays.

    Names from the future, which a clock that was set back leaves, are counted apart, as in datafile/backups.py.
    """
    newest_first = sorted(names, reverse=True)
    future = [name for name in newest_first if name[:10] > today]
    past = [name for name in newest_first if name[:10] <= today]
    kinds = [filter(kind.fullmatch, some) for some in (past, future) for kind in (_BY_DAY, _BEFORE_ACTION)]
    return {name for kind in kinds for name in list(kind)[KEPT:]}


def _error_of(call: Callable[[], None]) -> OSError | BrokenDatabase | None:
    try:
        call()
    except (OSError, BrokenDatabase) as error:
        return error
    return None
