"""The JSON file as the medium: its folder, its secret key, and what is wrong with them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from loadzone import INSTANCE, RESOURCES
from loadzone.auth.secret_key import BadSecretKey, own_key
from loadzone.commands.choose_medium import NO_DATA_FILE
from loadzone.config import Config
from loadzone.datafile.backups import backups_of_file
from loadzone.datafile.json_file import JsonFile
from loadzone.domain.leadership import SoleProcess
from loadzone.lib.atomic_file import FileInUse
from loadzone.lib.concurrency import OwnThreads, run_blocking
from loadzone.lib.listening_clock import ListeningClock
from loadzone.lib.owners import another_owner, explained, user_name
from loadzone.reports.files import history_of
from loadzone.reports.history_backups import HistoryBackups
from loadzone.reports.staged_file import settle
from loadzone.startup.backups_folder import backups_folder
from loadzone.startup.cannot_start import CannotStart, unusable
from loadzone.startup.history import history_beside
from loadzone.startup.medium import Medium

log = logging.getLogger("loadzone")


def open_json_file(config: Config, clock: Callable[[], datetime]) -> Medium:
    """Open and lock the data file. One that the setting names starts empty. Raises CannotStart."""
    folder = _folder_of_data(config)
    path = config.data or folder / "data.json"
    try:
        if not config.data:
            folder.mkdir(mode=0o700, exist_ok=True)
        if owner := another_owner(Path(path)):
            log.warning("%s belongs to %s; LoadZone runs as %s", path, owner, user_name(os.geteuid()))
        kept_in = backups_folder(config)
        starter = b"{}" if config.data else (RESOURCES / "data.json").read_bytes()
        file = JsonFile(path, starter, run_blocking, clock)
        settle(history_of(file.path), file.path)
    except FileInUse as error:
        raise CannotStart(f"{error} is in use by another LoadZone; stop that one first") from None
    except FileNotFoundError:
        raise _no_such_folder(path) from None
    except OSError as error:
        raise unusable(str(path), error) from None
    hearing = partial(ListeningClock, clock())
    backups = backups_of_file(file.path, clock, run_blocking, kept_in)
    history = history_beside(file.path)
    history_backups = HistoryBackups(history_of(file.path), backups.folder, clock, OwnThreads(1))
    return Medium(file, clock, SoleProcess(), hearing, lambda state: backups, history, history_backups)


def secret_key_beside(config: Config) -> str:
    """Return the secret key that is kept with the data, made if there is none yet. Raises CannotStart."""
    folder = _folder_of_data(config)
    try:
        return own_key(folder)
    except BadSecretKey as error:
        raise CannotStart(f"{error}; delete it and everybody signs in anew, or set LOADZONE_SECRET_KEY") from None
    except OSError as error:
        raise CannotStart(f"{folder}: {explained(error, folder)}; set LOADZONE_SECRET_KEY instead") from None


def _folder_of_data(config: Config) -> Path:
    """Return `instance/` in a checkout. Installed: the folder of the data file. Raises CannotStart."""
    if INSTANCE:
        return INSTANCE
    if not config.data:
        raise CannotStart(NO_DATA_FILE)
    folder = Path(os.path.realpath(config.data)).parent
    if not folder.is_dir():
        raise _no_such_folder(config.data)
    return folder


def _no_such_folder(path: Path) -> CannotStart:
    return CannotStart(f"{path}: there is no such folder; create it, or set LOADZONE_DATA")
