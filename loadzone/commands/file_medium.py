"""The JSON file, as the data commands work on it. Commands that write are refused while a server has it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from loadzone.commands.data_medium import usable_state
from loadzone.commands.histories import FileHistory, History
from loadzone.commands.terminal import exit_with_error, warn
from loadzone.datafile.backups import Backups, backups_of_file
from loadzone.datafile.checker import Report, check_file
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import State
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.atomic_file import DurableFile, FileInUse, is_locked
from loadzone.lib.owners import another_owner
from loadzone.lib.times import utc_now
from loadzone.reports.files import history_of, sync_folder
from loadzone.reports.history_backups import HistoryBackups
from loadzone.reports.online_copy import copy_in_any_case
from loadzone.reports.staged_file import settle, stage_for

T = TypeVar("T")
STANDARD_INPUT = Path("-")


@dataclass(frozen=True)
class FileMedium:
    """A data file; "-" is standard input, which can only be read. `backups_folder` None: beside the file.

    Standard input is for a user who may read more, such as root: to pass a file on to a command of the server's user.
    """

    path: Path
    backups_folder: Path | None = None
    once_changed: str = "you can start the server now"
    once_imported: str = once_changed

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def backups(self) -> Backups:
        """The backups, which are copies of the file."""
        return backups_of_file(self.path, utc_now, folder=self.backups_folder)

    @property
    def history(self) -> FileHistory | None:
        """The history beside the file."""
        return None if self.path == STANDARD_INPUT else FileHistory(history_of(self.path))

    @property
    def history_backups(self) -> HistoryBackups:
        """The backups of that, in the same folder."""
        return HistoryBackups(history_of(self.path), self.backups.folder, utc_now)

    def report(self) -> Report | None:
        """Return what is in the file, and what is wrong with that; None: there is no file."""
        content = self.read()
        return None if content is None else check_file(content)

    def read(self) -> bytes | None:
        """Return the content, or end the command; None: there is no file."""
        try:
            return sys.stdin.buffer.read() if self.path == STANDARD_INPUT else self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            exit_with_error(f"{self.path}: {error.strerror}")

    def is_in_use(self) -> bool:
        """Tell whether a server has the file."""
        return is_locked(self.path)

    @contextmanager
    def opened(self) -> Iterator[OpenedFile]:
        """Open the file for writing, or end the command if a server has it. An OSError in the block ends it too."""
        file = self._locked()
        try:
            settle(history_of(self.path), self.path)
            yield OpenedFile(self, file)
        except OSError as error:
            exit_with_error(f"{self.path} was not changed: {error.strerror}")
        finally:
            file.close()

    @contextmanager
    def changing(self) -> Iterator[OpenedFile]:
        """Open the file for one change, as `opened` does."""
        with self.opened() as opened:
            yield opened

    def _locked(self) -> DurableFile:
        """Lock the file, or end the command: also if it belongs to another user, who could not read a new one."""
        if self.path == STANDARD_INPUT:
            exit_with_error("standard input cannot be written; name a file")
        try:
            if owner := another_owner(self.path):
                exit_with_error(f"{self.path} belongs to {owner}; run this as that user")
            return DurableFile(self.path)
        except FileInUse:
            exit_with_error(f"{self.path} is in use; stop the server first")
        except FileNotFoundError:
            exit_with_error(f"{self.path}: its folder does not exist")
        except OSError as error:
            exit_with_error(f"{self.path}: {error.strerror}")


@dataclass
class OpenedFile:
    """A data file that is locked: a Target, and a Changeable for one change. It has no subscribers."""

    medium: FileMedium
    file: DurableFile
    clock: Callable[[], datetime] = field(default=utc_now)

    @cached_property
    def present(self) -> Report | None:
        """The report on the file; None: there is none."""
        return self.medium.report()

    @property
    def revision(self) -> int:
        """The revision of the file, even if the rest of it cannot be read."""
        return max(map(int, re.findall(rb'"revision": ?(\d{1,15})\b', self.medium.read() or b"")), default=0)

    @cached_property
    def state(self) -> State:
        """The state in the file; without one, an empty state. Ends the command if the file cannot be used."""
        return usable_state(self.present, self.medium.name) or State()

    def keep(self, action: str) -> None:
        """Copy the file into the backups, if there is one. Raises OSError."""
        if self.file.exists():
            self.medium.backups.save_before(action)

    def keep_history(self, action: str) -> None:
        """Copy the history into the backups, if there is one; also one that is broken. Raises OSError."""
        history = history_of(self.medium.path)
        if history.exists():
            self.medium.history_backups.save_before(action, partial(copy_in_any_case, history))

    def replace(self, state: State, history: History | None = None) -> None:
        """Replace the content of the file with the state, and the history. Raises OSError; then nothing has changed."""
        encoder = StateEncoder()
        encoder.mark_all(state)
        chunks = encoder.chunks(state)
        if history:
            self._stage(history, b"".join(chunks))
        if not self.file.replace(chunks):
            warn(f"{self.file.path} was written, but its folder cannot be synced; a power cut may undo the change")
        settle(history_of(self.medium.path), self.medium.path)

    def replace_history(self, history: History) -> None:
        """Replace only the history. Raises OSError; then it has not changed."""
        self._stage(history, self.medium.read() or exit_with_error(f"there is no data in {self.medium.name}"))
        settle(history_of(self.medium.path), self.medium.path)

    def _stage(self, history: History, data: bytes) -> None:
        """Write the history to where it waits for a data file with this content (reports/staged_file.py)."""
        staged = stage_for(history_of(self.medium.path), data)
        unfinished = staged.with_name(f"{staged.name}.part")
        history.write_to_file(unfinished)
        os.replace(unfinished, staged)
        sync_folder(staged.parent)

    def do(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in a unit of work on the state, write the file, and return the result. Raises OSError."""
        uow = open_unit(self.state)
        result = work(uow)
        uow.apply_to(self.state)
        self.state.revision += 1
        self.replace(self.state)
        return result
