"""The folder that LOADZONE_BACKUPS names."""

from __future__ import annotations

import os
from pathlib import Path

from loadzone.config import Config
from loadzone.lib.owners import ownership
from loadzone.startup.cannot_start import CannotStart


def backups_folder(config: Config) -> Path | None:
    """Return the folder for backups; None: no setting names one. Raises CannotStart where it cannot be used."""
    folder = config.backups
    if folder is None:
        return None
    if not folder.is_dir():
        raise CannotStart(f"LOADZONE_BACKUPS: {folder}: there is no such folder; create it")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CannotStart(f"LOADZONE_BACKUPS: {folder} cannot be written{ownership(folder)}")
    return folder
