"""`flask --app app data copy`: carry everything from a file or database to another."""

from __future__ import annotations

import click

from loadzone.commands.choose_medium import medium_named
from loadzone.commands.data_medium import load_state, summary
from loadzone.commands.histories import History, amount_in, checked
from loadzone.commands.replacing import has_data, has_same_history, is_same, replace
from loadzone.commands.terminal import confirm, print_line, warn


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("destination", metavar="TO")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def copy(source: str, destination: str, yes: bool) -> None:
    """Copy everything from FROM to TO, such as from a file to a database.

    Each is a path of a data file, the word "database" for the one that LOADZONE_DATABASE_URL names, or an address:
    postgresql://… or host=… dbname=…. The server on TO must be stopped. What TO has is kept among its backups, and
    replaced as a whole or not at all; then it is read back and compared.
    """
    origin, medium = medium_named(source), medium_named(destination)
    state = load_state(origin)
    history = origin.history if origin.history and checked(origin.history) else None
    if origin.is_in_use():
        warn(f"{origin.name} is in use: what changes there from now on is not copied")
    with medium.opened() as target:
        print_line(f"from:  {origin.name}: {summary(state)}")
        present = target.present.state if target.present else None
        print_line(f"to:    {medium.name}: {summary(present) if present else 'no data that can be used'}")
        _tell_histories(history, medium.history)
        if present and is_same(present, state) and has_same_history(medium, history):
            print_line("both hold the same; nothing was changed")
            return
        is_lossy = has_data(target.present)
        confirm(yes, f"Replace what {medium.name} has with that?" if is_lossy else f"Copy that to {medium.name}?")
        replace(medium, target, state, "copy", history)
    print_line(f"copied, read back and found the same; {medium.once_changed}")


def _tell_histories(source: History | None, target: History | None) -> None:
    there = target.report() if target else None
    if source:
        print_line(f"history: {amount_in(source.report())}; to: {amount_in(there)}")
    elif there:
        print_line(f"history: from has none, so that of to stays: {amount_in(there)}")
