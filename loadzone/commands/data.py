"""`flask --app app data …`: what an operator does with the data file. It opens the file itself, so that checking and
exporting work beside the running server, and what writes is refused while that has the file."""

from __future__ import annotations

import os
import pwd
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from loadzone import INSTANCE
from loadzone.config import EnvReader
from loadzone.datafile.backups import Backups
from loadzone.datafile.checker import examine
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import State
from loadzone.lib.atomic_file import DurableFile, FileInUse
from loadzone.lib.times import utc_now

NO_DATA_FILE = "LOADZONE_DATA is not set; name the data file, for example LOADZONE_DATA=/var/lib/loadzone/data.json"


@click.group()
def data() -> None:
    """The data file: check it, put a backup in force, carry the inventory out and in.

    It is the one that LOADZONE_DATA names, as for the server.
    """


def is_looked_for() -> bool:
    """Whether the `flask` command looks for commands just now, and not for an app to serve."""
    context = click.get_current_context(silent=True)
    return context is not None and context.parent is None


def refuse_to_serve() -> None:
    """Flask's own server would neither begin the timers nor the post."""
    context = click.get_current_context(silent=True)
    if context is not None and context.info_name == "run":
        raise click.ClickException("this would serve without timers and mail; run `python app.py`, or `make run`")


@data.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Tell what is wrong with FILE, by default the data file.

    Status 0: LoadZone would start with it. 1: it would not. The server may run.
    """
    file = file or data_path()
    findings = examine(content_of(file))
    for sentence in findings.repaired:
        say(f"will be mended: {sentence}")
    if findings.state is None:
        say_all(findings.problems)
        fail(f"{file} cannot be used")
    say(f"{file} is good: {summary(findings.state)}")


@data.command("backups")
def list_backups() -> None:
    """List the backups there are, oldest first."""
    backups = Backups(data_path(), utc_now)
    for name in backups.names():
        state = examine(content_of(backups.folder / name)).state
        say(f"{name}  {summary(state) if state else 'cannot be used'}")
    if not backups.names():
        say(f"there are none in {backups.folder}")


@data.command()
@click.argument("backup")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(backup: str, yes: bool) -> None:
    """Put BACKUP in force: a name out of `data backups`, or any file ("-" for standard input).

    The server must be stopped. What the data file said until then is kept among the backups.
    """
    path = data_path()
    backups = Backups(path, utc_now)
    source = backups.folder / backup if backup in backups.names() else Path(backup)
    state = good_state(source)
    with locked(path) as file:
        present = file.read() if file.exists() else b""
        now = examine(present).state
        say(f"now:    {summary(now) if now else 'nothing that can be used'}")
        say(f"backup: {summary(state)}")
        confirm(yes, f"Put {source} in the place of {path}?")
        if present:
            backups.keep("restore")
        # Open pages take nothing older than what they have seen, so the count goes on.
        state.revision = max(state.revision, _last_revision(present)) + 1
        put_in_force(file, state)
    say("restored; the server may start")


def _last_revision(content: bytes) -> int:
    """Also where the rest cannot be read."""
    return max(map(int, re.findall(rb'"revision": ?(\d{1,15})\b', content)), default=0)


# What the commands share


def data_path() -> Path:
    """Return the data file. Installed, only LOADZONE_DATA tells where it is."""
    path = EnvReader(os.environ)("LOADZONE_DATA", Path, INSTANCE and INSTANCE / "data.json")
    if path is None:
        raise click.UsageError(NO_DATA_FILE)
    return Path(os.path.realpath(path))


def content_of(path: Path) -> bytes:
    """What is in the file; "-" is standard input, so that one who may read more can hand it over."""
    try:
        return click.get_binary_stream("stdin").read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def good_state(path: Path) -> State:
    """What the file says, mended; it is said how."""
    findings = examine(content_of(path))
    for sentence in findings.repaired:
        warn(f"mended: {sentence}")
    if findings.state is None:
        say_all(findings.problems)
        fail(f"{path} cannot be used")
    return findings.state


@contextmanager
def locked(path: Path) -> Iterator[DurableFile]:
    """The file while no server has it."""
    try:
        _be_its_owner(path)
        file = DurableFile(path)
    except FileInUse:
        fail(f"{path} is in use; stop the server first")
    except FileNotFoundError:
        fail(f"{path}: there is no such folder")
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    try:
        yield file
    except OSError as error:
        fail(f"{path} was left as it is: {error.strerror}")
    finally:
        file.close()


def _be_its_owner(path: Path) -> None:
    """What root wrote here, the server's user could not read."""
    owner = (path if path.exists() else path.parent).stat().st_uid
    if owner != os.geteuid():
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"the user {owner}"
        fail(f"{path} belongs to {name}; run this as that user")


def put_in_force(file: DurableFile, state: State) -> None:
    encoder = StateEncoder()
    encoder.mark_all(state)
    if not file.replace(encoder.chunks(state)):
        warn(f"{file.path} is in place, but its folder cannot be synced: a power cut may undo it")


def summary(state: State) -> str:
    booked = sum(1 for vm in state.vms.values() if vm.booking)
    waiting = sum(len(place.queue) for place in (*state.vms.values(), *state.groups.values()))
    return (
        f"machines: {len(state.vms)}, booked: {booked}, waiting: {waiting}, "
        f"groups: {len(state.groups)}, people: {len(state.users)}"
    )


def confirm(yes: bool, question: str) -> None:
    if not yes and not click.confirm(question, err=True):
        fail("nothing was changed")


def say(sentence: str, err: bool = False) -> None:
    """One line; what a file brings along cannot steer the terminal."""
    click.echo("".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence), err=err)


def warn(sentence: str) -> None:
    """A line beside what the command is asked for."""
    say(f"warning: {sentence}", err=True)


def say_all(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        say(sentence)


def fail(sentence: str) -> NoReturn:
    say(f"Error: {sentence}", err=True)
    sys.exit(1)
