"""Chooses the file or database that a data command works on: the one of the settings, or one that is named."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from loadzone import INSTANCE
from loadzone.commands.data_medium import DataMedium
from loadzone.commands.file_medium import STANDARD_INPUT, FileMedium
from loadzone.commands.terminal import exit_with_error
from loadzone.environment import BadSetting, EnvReader
from loadzone.setting_values import line

NO_DATA_FILE = "LOADZONE_DATA is not set; name the data file, for example LOADZONE_DATA=/var/lib/loadzone/data.json"
DATABASE = "database"  # stands for the address in the settings, which has a password that a shell would remember
ADDRESS = re.compile(r"postgres(?:ql)?://|\w+\s*=")


def medium_of_settings() -> DataMedium:
    """Return the file or database that the server works on, by the environment. May end the command."""
    url, path = _url(), _path()
    if url and path:
        exit_with_error("LOADZONE_DATA and LOADZONE_DATABASE_URL are both set; keep one of them")
    if url:
        return _database(url)
    # Installed, only LOADZONE_DATA tells where the file is.
    path = path or (INSTANCE / "data.json" if INSTANCE else None)
    if path is None:
        raise click.UsageError(NO_DATA_FILE)
    return FileMedium(Path(os.path.realpath(path)), _backups_folder())


def medium_named(name: str) -> DataMedium:
    """Return the file or database with this name, which is a path, an address, or "database" for that of the settings.

    An address begins with `postgresql://` or with a word and `=`, as `host=… dbname=…` does. Of a file with such a
    name, `./` makes a path. May end the command.
    """
    if name == DATABASE:
        url = _url() or exit_with_error("LOADZONE_DATABASE_URL is not set, so there is no database to work on")
        return _database(url)
    if ADDRESS.match(name):
        return _database(name)
    if Path(name) == STANDARD_INPUT:
        return FileMedium(STANDARD_INPUT)
    return FileMedium(Path(os.path.realpath(name)), _backups_folder())


def _database(url: str) -> DataMedium:
    try:
        from loadzone.commands.database_medium import DatabaseMedium
    except ImportError as error:
        exit_with_error(f"a database needs psycopg ({error}); install it: pip install -r requirements-postgres.txt")
    return DatabaseMedium(url, _backups_folder())


def _url() -> str | None:
    try:
        return EnvReader(os.environ).secret("LOADZONE_DATABASE_URL", line)
    except BadSetting as error:
        exit_with_error(str(error))


def _path() -> Path | None:
    return EnvReader(os.environ)("LOADZONE_DATA", Path, None)


def _backups_folder() -> Path | None:
    """Return the folder that LOADZONE_BACKUPS names. It must be there: a typo would hide the backups."""
    folder = EnvReader(os.environ)("LOADZONE_BACKUPS", Path, None)
    if folder and not folder.is_dir():
        exit_with_error(f"LOADZONE_BACKUPS: {folder}: there is no such folder; create it")
    return folder
