"""`flask --app app data …`: the operator's commands for the data file.

Each opens the file itself. `check` and `export` therefore work beside the running server; commands that write are
refused while the server has the file.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from loadzone import INSTANCE
from loadzone.datafile.backups import Backups
from loadzone.datafile.checker import check_file
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import Place, State
from loadzone.environment import EnvReader
from loadzone.lib.atomic_file import DurableFile, FileInUse
from loadzone.lib.owners import another_owner
from loadzone.lib.times import utc_now

NO_DATA_FILE = "LOADZONE_DATA is not set; name the data file, for example LOADZONE_DATA=/var/lib/loadzone/data.json"


@click.group()
def data() -> None:
    """Check the data file, restore a backup, export and import the inventory.

    The data file is the one that LOADZONE_DATA names, as for the server.
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
    """Check a file for errors.

    Names everything that is wrong with FILE, by default the data file. The exit status is 0 if LoadZone would start
    with the file, else 1. The server may run.
    """
    file = file or data_path()
    report = check_file(read_file(file))
    for sentence in report.repaired:
        print_line(f"will be repaired: {sentence}")
    if report.state is None:
        print_lines(report.problems)
        exit_with_error(f"{file} cannot be used")
    print_line(f"{file} is valid: {summary(report.state)}")


@data.command("backups")
def list_backups() -> None:
    """List the backups, oldest first, with their content in numbers."""
    backups = Backups(data_path(), utc_now)
    for name in backups.names():
        state = check_file(read_file(backups.folder / name)).state
        print_line(f"{name}  {summary(state) if state else 'cannot be used'}")
    if not backups.names():
        print_line(f"there are no backups in {backups.folder}")


@data.command()
@click.argument("backup")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def restore(backup: str, yes: bool) -> None:
    """Replace the data file with a backup.

    BACKUP is a name from `data backups`, or any file ("-" for standard input). The server must be stopped. The present
    data file is kept among the backups.
    """
    path = data_path()
    backups = Backups(path, utc_now)
    source = backups.folder / backup if backup in backups.names() else Path(backup)
    state = load_state(source)
    with locked_file(path) as file:
        present = file.read() if file.exists() else b""
        now = check_file(present).state
        print_line(f"now:    {summary(now) if now else 'no data that can be used'}")
        print_line(f"backup: {summary(state)}")
        confirm(yes, f"Replace {path} with {source}?")
        if present:
            backups.save_before("restore")
        # Open pages accept no revision older than the last one they have seen.
        state.revision = max(state.revision, _last_revision(present)) + 1
        write_state(file, state)
    print_line("restored; you can start the server now")


def _last_revision(content: bytes) -> int:
    """Return the revision of the data file, even if the rest of it cannot be read."""
    return max(map(int, re.findall(rb'"revision": ?(\d{1,15})\b', content)), default=0)


# Shared by the commands


def data_path() -> Path:
    """Return the path of the data file, without symbolic links. Installed, only LOADZONE_DATA tells where it is."""
    path = EnvReader(os.environ)("LOADZONE_DATA", Path, INSTANCE and INSTANCE / "data.json")
    if path is None:
        raise click.UsageError(NO_DATA_FILE)
    return Path(os.path.realpath(path))


def read_file(path: Path) -> bytes:
    """Return the content of the file, or end the command.

    "-" is standard input: a user who may read more, such as root, can pass a file on to a command of the server's user.
    """
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        exit_with_error(f"{path}: {error.strerror}")


def load_state(path: Path) -> State:
    """Return the state in the file, or end the command. Repairs are printed as warnings."""
    report = check_file(read_file(path))
    for sentence in report.repaired:
        warn(f"repaired: {sentence}")
    if report.state is None:
        print_lines(report.problems)
        exit_with_error(f"{path} cannot be used")
    return report.state


@contextmanager
def locked_file(path: Path) -> Iterator[DurableFile]:
    """Open the data file for writing, or end the command if a server has it. An OSError in the block ends it too."""
    try:
        _check_owner(path)
        file = DurableFile(path)
    except FileInUse:
        exit_with_error(f"{path} is in use; stop the server first")
    except FileNotFoundError:
        exit_with_error(f"{path}: its folder does not exist")
    except OSError as error:
        exit_with_error(f"{path}: {error.strerror}")
    try:
        yield file
    except OSError as error:
        exit_with_error(f"{path} was not changed: {error.strerror}")
    finally:
        file.close()


def _check_owner(path: Path) -> None:
    """End the command if the file belongs to another user, who could not read what this one writes."""
    if owner := another_owner(path):
        exit_with_error(f"{path} belongs to {owner}; run this as that user")


def write_state(file: DurableFile, state: State) -> None:
    """Replace the content of the file with the state. Raises OSError; then the old content is still there."""
    encoder = StateEncoder()
    encoder.mark_all(state)
    if not file.replace(encoder.chunks(state)):
        warn(f"{file.path} was written, but its folder cannot be synced; a power cut may undo the change")


def summary(state: State) -> str:
    """Return how much is in the state, in one line."""
    places: list[Place] = [*state.vms.values(), *state.groups.values()]
    booked = sum(1 for vm in state.vms.values() if vm.booking)
    waiting = sum(len(place.queue) for place in places)
    return (
        f"machines: {len(state.vms)}, booked: {booked}, waiting: {waiting}, "
        f"groups: {len(state.groups)}, people: {len(state.users)}"
    )


def confirm(yes: bool, question: str) -> None:
    """Ask the operator, unless `yes`. Any other answer than yes ends the command."""
    if not yes and not click.confirm(question, err=True):
        exit_with_error("nothing was changed")


def print_line(sentence: str, err: bool = False) -> None:
    """Print one line. Characters that could control the terminal are escaped: the sentence may quote a file."""
    click.echo("".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence), err=err)


def print_lines(sentences: Iterable[str]) -> None:
    """Print one line for each sentence."""
    for sentence in sentences:
        print_line(sentence)


def warn(sentence: str) -> None:
    """Print a warning to standard error."""
    print_line(f"warning: {sentence}", err=True)


def exit_with_error(sentence: str) -> NoReturn:
    """Print the error and end the command with status 1."""
    print_line(f"Error: {sentence}", err=True)
    sys.exit(1)
