"""`flask --app app data …`: the operator's commands for what LoadZone keeps, in its file or in a database.

Each opens that itself. `check` and `export` therefore work beside a running server; commands that replace a file or a
database are refused while a server has it.
"""

from __future__ import annotations

from pathlib import Path

import click

from loadzone.commands.choose_medium import medium_of_settings
from loadzone.commands.data_medium import load_state, summary
from loadzone.commands.file_medium import FileMedium
from loadzone.commands.replacing import replace
from loadzone.commands.terminal import confirm, exit_with_error, print_line, print_lines
from loadzone.datafile.checker import check_file


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

    Names everything that is wrong with FILE, by default with the server's data. The exit status is 0 if LoadZone would
    start with it, else 1. The server may run.
    """
    medium = FileMedium(file) if file else medium_of_settings()
    report = medium.report() or exit_with_error(f"there is no data in {medium.name}")
    for sentence in report.repaired:
        print_line(f"will be repaired: {sentence}")
    if report.state is None:
        print_lines(report.problems)
        exit_with_error(f"{medium.name} cannot be used")
    print_line(f"{medium.name} is valid: {summary(report.state)}")


@data.command("backups")
def list_backups() -> None:
    """List the backups, oldest first, with their content in numbers."""
    backups = medium_of_settings().backups
    if backups is None:
        print_line("there are no backups: LOADZONE_BACKUPS is not set")
        return
    for name in backups.names():
        state = check_file((backups.folder / name).read_bytes()).state
        print_line(f"{name}  {summary(state) if state else 'cannot be used'}")
    if not backups.names():
        print_line(f"there are no backups in {backups.folder}")


@data.command()
@click.argument("backup")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def restore(backup: str, yes: bool) -> None:
    """Replace the data with a backup.

    BACKUP is a name from `data backups`, or any file ("-" for standard input). The server must be stopped, and with a
    database all nodes. The present data is kept among the backups.
    """
    medium = medium_of_settings()
    backups = medium.backups
    source = FileMedium(backups.folder / backup if backups and backup in backups.names() else Path(backup))
    state = load_state(source)
    with medium.opened() as target:
        now = target.present.state if target.present else None
        print_line(f"now:    {summary(now) if now else 'no data that can be used'}")
        print_line(f"backup: {summary(state)}")
        confirm(yes, f"Replace {medium.name} with {source.name}?")
        replace(medium, target, state, "restore")
    print_line(f"restored; {medium.once_changed}")
