"""`flask --app app data …`: the operator's commands for what LoadZone keeps, in its file or in a database.

Each opens that itself. `check` and `export` therefore work beside a running server; commands that replace a file or a
database are refused while a server has it.
"""

from __future__ import annotations

from pathlib import Path

import click

from loadzone.commands.choose_medium import medium_of_settings
from loadzone.commands.data_medium import summary
from loadzone.commands.file_medium import FileMedium
from loadzone.commands.histories import FileHistory, History, amount_in, checked, is_history, summary as amount_summary
from loadzone.commands.terminal import exit_with_error, print_line, print_lines
from loadzone.datafile.checker import check_file
from loadzone.reports.history_backups import is_history_backup


@click.group()
def data() -> None:
    """Check the data, copy it, restore a backup, export and import the inventory.

    The data is what the server works on: the file that LOADZONE_DATA names, or the database that LOADZONE_DATABASE_URL
    does.
    """


def is_command_lookup() -> bool:
    """Tell whether the `flask` command loads the app only to find a command in it."""
    context = click.get_current_context(silent=True)
    return context is not None and context.parent is None


def refuse_flask_run() -> None:
    """Refuse `flask run`: the server of Flask would start neither the timers nor the mailer."""
    context = click.get_current_context(silent=True)
    if context is not None and context.info_name == "run":
        raise click.ClickException("`flask run` has no timers and sends no mail; use `python app.py` or `make run`")


@data.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check the data for errors.

    Names everything that is wrong with FILE, by default with the server's data, and with its history. The exit status
    is 0 if LoadZone would start with it and its history is whole, else 1. The server may run.
    """
    if file and is_history(file):
        _check_history(FileHistory(file))
        return
    medium = FileMedium(file) if file else medium_of_settings()
    report = medium.report() or exit_with_error(f"there is no data in {medium.name}")
    for sentence in report.repaired:
        print_line(f"will be repaired: {sentence}")
    if report.state is None:
        print_lines(report.problems)
        exit_with_error(f"{medium.name} cannot be used")
    print_line(f"{medium.name} is valid: {summary(report.state)}")
    if medium.history:
        _check_history(medium.history)


def _check_history(history: History) -> None:
    amount = checked(history)
    if amount:
        print_line(f"the history in {history.name} is valid: {amount_summary(amount)}")


@data.command("backups")
def list_backups() -> None:
    """List the backups, oldest first, with their content in numbers."""
    medium = medium_of_settings()
    backups = medium.backups
    if backups is None:
        print_line("there are no backups: LOADZONE_BACKUPS is not set")
        return
    histories = medium.history_backups
    names = sorted([*backups.names(), *(histories.names() if histories else [])])
    for name in names:
        print_line(f"{name}  {_content_of(backups.folder / name)}")
    if not names:
        print_line(f"there are no backups in {backups.folder}")


def _content_of(backup: Path) -> str:
    """Return how much is in the backup, in a few words."""
    if is_history_backup(backup.name):
        return amount_in(FileHistory(backup).report())
    state = check_file(backup.read_bytes()).state
    return summary(state) if state else "cannot be used"
