"""Backups that the server makes by itself, as data files: in `data.json.backups` beside it, or in LOADZONE_BACKUPS.

Names are in UTC. `2026-11-26T19Z.json` is the file as it was last seen in that hour; the newest 24 of these stay, and
the last of each of the newest 14 days. `2026-11-26T19-10-03Z-before-restore.json` is the file as it was before
something else changed it, such as a start or a restore; the newest ten of these stay.
"""

from __future__ import annotations

import errno
import logging
import re
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from loadzone.lib import atomic_file
from loadzone.lib.concurrency import RunBlocking, os_error_of, run_here
from loadzone.lib.owners import with_owner

log = logging.getLogger("loadzone.backups")

# How many stay: by hour, the last of a day, and those made before an action.
HOURS_KEPT, DAYS_KEPT, BEFORE_ACTIONS_KEPT = 24, 14, 10
REFRESH_SECONDS = 300
_SECOND = "%Y-%m-%dT%H-%M-%S"
_BY_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T\d\dZ\.json")
_BEFORE_ACTION = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-before-[a-z]+\.json")


class Every(Protocol):
    """Runs work again and again, as Scheduler.every does."""

    def __call__(self, work: Callable[[], None], seconds: float, /) -> None:
        """Run `work` every so many seconds."""
        ...


class AutomaticBackups(Protocol):
    """Backups that are made by themselves, once they were started."""

    def start(self, every: Every) -> None:
        """Begin to make them."""
        ...


def names_to_delete(names: Iterable[str], present: str) -> set[str]:
    """Return which of these backups are too many. `present` is the time now as in their names, to the second.

    Only hours and days that have a backup count, so two idle weeks delete none. Names from the future, which a clock
    that was set back leaves, are counted apart: otherwise a new backup would be the oldest, and deleted at once. A file
    that is not named like a backup stays.
    """
    names = set(names)
    future = {name for name in names if _is_later(name, present)}
    return _too_many(names - future) | _too_many(future)


def _is_later(name: str, present: str) -> bool:
    """Compare to the hour for a backup by hour, which is written again and again, and to the second for others."""
    length = len("2026-11-26T19") if _BY_HOUR.fullmatch(name) else len(present)
    return name[:length] > present[:length]


def _too_many(names: Iterable[str]) -> set[str]:
    newest_first = sorted(names, reverse=True)
    by_hour = [match for name in newest_first if (match := _BY_HOUR.fullmatch(name))]
    last_of_day: dict[str, str] = {}
    for match in by_hour:
        last_of_day.setdefault(match[1], match[0])
    before_actions = [name for name in newest_first if _BEFORE_ACTION.fullmatch(name)]
    old_hours = {match[0] for match in by_hour[HOURS_KEPT:]} - set(list(last_of_day.values())[:DAYS_KEPT])
    return old_hours | set(before_actions[BEFORE_ACTIONS_KEPT:])


class Backups:
    """The backups of one data file or database, in the folder.

    `read` returns what is to be kept, as a data file; it runs in a thread of its own. `place` says for people whose
    backups they are.
    """

    def __init__(
        self,
        folder: Path,
        read: Callable[[], bytes],
        place: str,
        clock: Callable[[], datetime],
        run_blocking: RunBlocking = run_here,
    ) -> None:
        self.folder = folder
        self._read = read
        self._place = place
        self._clock = clock
        self._run_blocking = run_blocking
        self._failing = False

    def start(self, every: Every) -> None:
        """Keep what was there before this start, and begin to make them."""
        self.try_save_before("start")
        every(self.refresh, REFRESH_SECONDS)

    def refresh(self) -> None:
        """Bring the backup of this hour up to date. If that fails, it is logged once, and the server goes on."""
        self._attempt(lambda: self._write(self._hour_name(), self._newest(filter(_BY_HOUR.fullmatch, self._past()))))

    def try_save_before(self, action: str) -> None:
        """Do as `save_before`; if that fails, it is only logged."""
        self._attempt(lambda: self.save_before(action))

    def save_before(self, action: str) -> None:
        """Make a backup of what is there before `action`, such as `restore`. Raises OSError."""
        moment = self._now()
        while (self.folder / _name_before(moment, action)).exists():  # two in one second are both kept
            moment += timedelta(seconds=1)
        lasting = (name for name in self._past() if name != self._hour_name())  # that one will be overwritten
        self._write(_name_before(moment, action), self._newest(lasting))

    def names(self) -> list[str]:
        """Return the names of all backups, oldest first."""
        if not self.folder.is_dir():
            return []
        files = (path.name for path in self.folder.iterdir() if path.is_file())  # leaves broken links out
        return sorted(name for name in files if _BY_HOUR.fullmatch(name) or _BEFORE_ACTION.fullmatch(name))

    def _now(self) -> datetime:
        return self._clock().astimezone(timezone.utc)

    def _past(self) -> list[str]:
        """Return the names that a clock set back has not made names of the future: only these say what came last."""
        present = f"{self._now():{_SECOND}}"
        return [name for name in self.names() if not _is_later(name, present)]

    def _hour_name(self) -> str:
        return f"{self._now():%Y-%m-%dT%HZ}.json"

    def _newest(self, names: Iterable[str]) -> Path | None:
        paths = [self.folder / name for name in names]
        return max(paths, key=lambda path: path.stat().st_mtime_ns, default=None)

    def _write(self, name: str, newest: Path | None) -> None:
        """Write a backup under this name, unless `newest` has the same content; then delete those that are too many."""
        content = self._read()
        if newest and newest.read_bytes() == content:
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._check_free_space(len(content))
        with atomic_file.alone_in(self.folder):
            atomic_file.write_atomically(self.folder / name, content)
            for old in names_to_delete(self.names(), f"{self._now():{_SECOND}}") - {name}:
                (self.folder / old).unlink(missing_ok=True)

    def _check_free_space(self, size: int) -> None:
        """Raise OSError if a backup would leave too little room for the next change of the data file."""
        if shutil.disk_usage(self.folder).free < 3 * size:
            raise OSError(errno.ENOSPC, "too little room is left on the disk")

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do the work. The first of several failures is logged, and the first success after them."""
        error = self._run_blocking(lambda: os_error_of(work))
        if error and not self._failing:
            log.warning("no backup of %s could be made: %s. Bookings go on", self._place, with_owner(error))
        elif self._failing and not error:
            log.info("backups of %s can be made again", self._place)
        self._failing = error is not None


def backups_of_file(
    path: Path,
    clock: Callable[[], datetime],
    run_blocking: RunBlocking = run_here,
    folder: Path | None = None,
) -> Backups:
    """Return the backups of a data file, by default in a folder beside it.

    They are copies and not hard links, because an editor that writes in place would change both.
    """
    return Backups(folder or path.with_name(f"{path.name}.backups"), path.read_bytes, str(path), clock, run_blocking)


def _name_before(moment: datetime, action: str) -> str:
    return f"{moment:{_SECOND}}Z-before-{action}.json"
