"""Backups of the data file, made by itself: copies in the folder `data.json.backups` beside it, named by UTC.

`2026-11-26T19Z.json` is the file as it was last seen in that hour. Of these stay the newest 24, and the last of each
of the newest 14 days. What something else is about to change, such as a start or a restore, is kept under a name that
says so: `2026-11-26T19-10-03Z-before-restore.json`; of these stay the newest ten.
"""

from __future__ import annotations

import errno
import logging
import re
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from loadzone.lib import atomic_file

log = logging.getLogger("loadzone.backups")

HOURS, DAYS, BEFORE = 24, 14, 10
REFRESH_SECONDS = 300
_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T\d\dZ\.json")
_BEFORE = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-before-[a-z]+\.json")


def superfluous(names: Iterable[str]) -> set[str]:
    """Which of these backups go. It counts the hours and days that have one, so that an idle fortnight, or a clock
    that jumps, takes none away; what is not named like a backup is not ours to touch."""
    ours = sorted(names, reverse=True)
    hours = [name for name in ours if _HOUR.fullmatch(name)]
    last_of_day: dict[str, str] = {}
    for name in hours:
        last_of_day.setdefault(_HOUR.fullmatch(name)[1], name)
    before = [name for name in ours if _BEFORE.fullmatch(name)]
    return set(hours[HOURS:]) - set(list(last_of_day.values())[:DAYS]) | set(before[BEFORE:])


class Backups:
    """Those of one data file. `run_blocking(call)` runs a blocking call, as for the store.

    They are copies and not hard links, since an editor that writes in place would change both.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime],
        run_blocking: Callable[[Callable[[], Any]], Any] = lambda call: call(),
    ) -> None:
        self.folder = path.with_name(f"{path.name}.backups")
        self._path = path
        self._clock = clock
        self._run_blocking = run_blocking
        self._failing = False

    def refresh(self) -> None:
        """Bring the backup of this hour up to date. What hinders it is said in the log, once, and harms nothing."""
        self._attempt(lambda: self._write(self._hour(), self._newest(filter(_HOUR.fullmatch, self.names()))))

    def before(self, what: str) -> None:
        """As `keep`, but what hinders it is said in the log only."""
        self._attempt(lambda: self.keep(what))

    def keep(self, what: str) -> None:
        """Keep the file as it is before `what`. Raises OSError."""
        moment = self._clock().astimezone(timezone.utc)
        while (self.folder / _before(moment, what)).exists():  # two within a second are two all the same
            moment += timedelta(seconds=1)
        lasting = (name for name in self.names() if name != self._hour())  # that one is going to be written over
        self._write(_before(moment, what), self._newest(lasting))

    def names(self) -> list[str]:
        """The backups there are, oldest first."""
        if not self.folder.is_dir():
            return []
        files = (path.name for path in self.folder.iterdir() if path.is_file())  # a link that leads nowhere is none
        return sorted(name for name in files if _HOUR.fullmatch(name) or _BEFORE.fullmatch(name))

    def _hour(self) -> str:
        return f"{self._clock().astimezone(timezone.utc):%Y-%m-%dT%HZ}.json"

    def _newest(self, names: Iterable[str]) -> Path | None:
        kept = [self.folder / name for name in names]
        return max(kept, key=lambda path: path.stat().st_mtime_ns, default=None)

    def _write(self, name: str, last: Path | None) -> None:
        """A backup under this name, unless the last one says the same; then what is too many goes."""
        content = self._path.read_bytes()
        if last and last.read_bytes() == content:
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._leave_room(len(content))
        atomic_file.put(self.folder / name, content)
        for old in superfluous(self.names()):
            (self.folder / old).unlink(missing_ok=True)

    def _leave_room(self, size: int) -> None:
        """A backup must not take the room in which the next change would be saved."""
        if shutil.disk_usage(self.folder).free < 3 * size:
            raise OSError(errno.ENOSPC, "too little room is left on the disk")

    def _attempt(self, work: Callable[[], None]) -> None:
        """A lasting hindrance is said once, and once more when it is over."""
        error = self._run_blocking(lambda: _error_of(work))
        if error and not self._failing:
            log.warning("no backup of %s could be made: %s. Bookings go on", self._path, error)
        elif self._failing and not error:
            log.info("backups of %s can be made again", self._path)
        self._failing = error is not None


def _before(moment: datetime, what: str) -> str:
    return f"{moment:%Y-%m-%dT%H-%M-%SZ}-before-{what}.json"


def _error_of(work: Callable[[], None]) -> OSError | None:
    """The disk's error as a value: a thread pool would print what is raised in it."""
    try:
        work()
    except OSError as error:
        return error
    return None
