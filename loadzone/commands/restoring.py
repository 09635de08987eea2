"""`flask --app app data restore`: put a backup in the place of what is there."""

from __future__ import annotations

from pathlib import Path

import click

from loadzone.commands.choose_medium import medium_of_settings
from loadzone.commands.data_medium import DataMedium, load_state, summary
from loadzone.commands.file_medium import FileMedium
from loadzone.commands.histories import FileHistory, amount_in, checked, is_history
from loadzone.commands.replacing import replace, replace_history
from loadzone.commands.terminal import confirm, exit_with_error, print_line


@click.command()
@click.argument("backup")
@click.option("--history", "with_history", is_flag=True, help="Replace the history too: with its backup of that day.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def restore(backup: str, with_history: bool, yes: bool) -> None:
    """Replace the data with a backup, or only the history.

    BACKUP is a name from `data backups`, or any file ("-" for standard input). The server must be stopped, and with a
    database all nodes. What is replaced is kept among the backups. A backup of the history replaces only that; one of
    the data leaves the history as it is, unless --history is given.
    """
    medium = medium_of_settings()
    path = _path_of(medium, backup)
    if is_history(path):
        _restore_history(medium, FileHistory(path), yes)
    else:
        _restore_data(medium, FileMedium(path), _history_of(medium, path) if with_history else None, yes)
    print_line(f"restored; {medium.once_changed}")


def _path_of(medium: DataMedium, backup: str) -> Path:
    """Return the path of the backup of this name; of another name, which is a path, that."""
    for backups in (medium.backups, medium.history_backups):
        if backups and backup in backups.names():
            return backups.folder / backup
    return Path(backup)


def _history_of(medium: DataMedium, backup: Path) -> FileHistory:
    """Return the newest backup of the history that is not of a later day than this backup, or end the command."""
    backups = medium.history_backups
    name = backups.newest_until(backup.name) if backups else None
    if backups is None or name is None:
        exit_with_error(f"no backup of the history is of the day of {backup.name}, or older")
    return FileHistory(backups.folder / name)


def _restore_data(medium: DataMedium, source: FileMedium, history: FileHistory | None, yes: bool) -> None:
    state = load_state(source)
    if history:
        checked(history)
    with medium.opened() as target:
        now = target.present.state if target.present else None
        print_line(f"now:    {summary(now) if now else 'no data that can be used'}")
        print_line(f"backup: {summary(state)}")
        if history:
            _tell_of_history(medium, history)
        confirm(yes, f"Replace {medium.name} with {source.name}?")
        replace(medium, target, state, "restore", history)


def _restore_history(medium: DataMedium, history: FileHistory, yes: bool) -> None:
    checked(history)
    with medium.opened() as target:
        _tell_of_history(medium, history)
        confirm(yes, f"Replace the history of {medium.name} with {history.name}?")
        replace_history(medium, target, history, "restore")


def _tell_of_history(medium: DataMedium, history: FileHistory) -> None:
    print_line(f"history now:    {amount_in(medium.history.report() if medium.history else None)}")
    print_line(f"history backup: {amount_in(history.report())}, {history.path.name}")
