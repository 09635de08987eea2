"""`flask --app app data export` and `data import`: write the inventory to a file, and read it back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

from loadzone.commands.choose_medium import medium_of_settings
from loadzone.commands.data_medium import Changeable, load_state, usable_state
from loadzone.commands.terminal import confirm, exit_with_error, print_line, print_lines, warn
from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import State
from loadzone.domain.refusal import Refusal
from loadzone.domain.store import Transactions
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.environment import BadSetting
from loadzone.inventory import ansible_format, csv_format, json_format
from loadzone.inventory.group_choice import choose_groups
from loadzone.inventory.rows import BadInventory, InventoryFormat, InventoryRows, rows_of, valid_groups, wanted
from loadzone.lib.times import utc_now
from loadzone.notifications.letters import letters_for
from loadzone.rules import access, importing
from loadzone.rules.finish import finish
from loadzone.rules.importing import Plan
from loadzone.schemas import refusal_text

T = TypeVar("T")
FORMATS: Mapping[str, InventoryFormat] = {"csv": csv_format, "json": json_format, "ansible": ansible_format}
FORMAT_OF_SUFFIX = {".csv": "csv", ".json": "json", ".yml": "ansible", ".yaml": "ansible"}
SIZE_AT_MOST = 32 * 1024 * 1024  # bytes


@click.command("export")
@click.option("--format", "format_name", type=click.Choice([*FORMATS]), required=True)
def export_inventory(format_name: str) -> None:
    """Write the inventory to standard output.

    The inventory is all machines and groups, without bookings, queues and people. The server may run.
    """
    rows = rows_of(load_state(medium_of_settings()))
    content = FORMATS[format_name].write(rows)
    for problem in rows.problems:
        warn(problem)
    click.echo(content, nl=False)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "format_name", type=click.Choice([*FORMATS]), help="By default taken from the name of FILE.")
@click.option("--prune", is_flag=True, help="Delete machines that FILE does not name; refused if one is in use.")
@click.option(
    "--group-from",
    "group_from",
    metavar="first|NAME,…",
    help="The group of a machine in several: the first in FILE, or the first of these names. The others become tags.",
)
@click.option("--skip-unusable", is_flag=True, help="Name what is not valid in FILE, and import the rest.")
@click.option("--dry-run", is_flag=True, help="Only show what would change. The server may run.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def import_inventory(
    file: BinaryIO,
    format_name: str | None,
    prune: bool,
    group_from: str | None,
    skip_unusable: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Import the inventory from a file.

    Reads FILE ("-" for standard input), shows what will change, and asks. Then it imports all of it, or nothing.
    Machines and fields that FILE does not name stay as they are. The server must be stopped; with a database the nodes
    may run, and have the changes at once.
    """
    if prune and skip_unusable:
        raise click.UsageError("--prune would delete what --skip-unusable skips; give one of them")
    rows = _read(file, format_name or _format_of(file.name))
    if group_from:
        choose_groups(rows, [name.strip() for name in group_from.split(",") if name.strip()])
    medium = medium_of_settings()
    limits = _settings()
    if dry_run:
        state = usable_state(medium.report(), medium.name) or State()
        _rehearse(state, limits, _checked_plan(rows, state, prune, skip_unusable), utc_now())
        return
    with medium.changing() as store:
        plan = _checked_plan(rows, store.state, prune, skip_unusable)
        if plan.is_empty:
            return
        _rehearse(store.state, limits, plan, store.clock())
        confirm(yes, f"Apply these changes to {medium.name}?")
        store.keep("import")
        _carry_out(AsShown(store, plan, partial(_plan, rows, prune)), limits, plan, store.clock)
    print_line(f"imported; {medium.once_imported}")


def _plan(rows: InventoryRows, prune: bool, state: State) -> Plan:
    """Return what the import changes in this state."""
    machines, _ = wanted(rows, state)
    return importing.plan(state, valid_groups(rows), machines, prune)


def _format_of(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return FORMAT_OF_SUFFIX.get(suffix) or exit_with_error(
        f"{name}: its name does not tell the format; give --format {'|'.join(FORMATS)}"
    )


def _read(file: BinaryIO, format_name: str) -> InventoryRows:
    content = file.read(SIZE_AT_MOST + 1)
    if len(content) > SIZE_AT_MOST:
        exit_with_error(f"{file.name} is larger than {SIZE_AT_MOST // 2**20} MiB")
    try:
        return FORMATS[format_name].read(content)
    except BadInventory as error:
        exit_with_error(f"{file.name}: {error}")


def _settings() -> Config:
    try:
        return Config.from_env(os.environ)
    except BadSetting as error:
        exit_with_error(str(error))


def _checked_plan(rows: InventoryRows, state: State, prune: bool, skip_unusable: bool) -> Plan:
    """Return the plan and print it. Ends the command if the file has problems or the plan deletes machines in use."""
    machines, problems = wanted(rows, state)
    if problems and not skip_unusable:
        print_lines(problems)
        exit_with_error("nothing was changed")
    for problem in problems:
        warn(f"skipped: {problem}")
    for warning in rows.warnings:
        warn(warning)
    plan = importing.plan(state, valid_groups(rows), machines, prune)
    if rows.ignored:
        print_line(f"unknown fields, ignored: {', '.join(rows.ignored)}")
    print_lines(_lines(plan))
    if plan.in_use:
        print_lines(f"{vm.id} is booked, held or waited for" for vm in plan.in_use)
        exit_with_error("nothing was changed: --prune does not delete machines that are in use")
    return plan


def _lines(plan: Plan) -> Iterator[str]:
    yield from (f"new group {name!r}" for name in plan.groups)
    for new in plan.added:
        yield f"+ {new.id}  " + ", ".join(f"{name} {_shown(value)}" for name, value in new.fields.items() if value)
    for changed in plan.changed:
        pairs = zip(changed.before.items(), changed.after.items(), strict=True)
        differences = (f"{name} {_shown(old)} -> {_shown(new)}" for (name, old), (_, new) in pairs)
        yield f"~ {changed.id}  " + ", ".join(differences)
    yield from (f"- {vm.id}" for vm in plan.removed)
    yield (
        f"new groups: {len(plan.groups)}, machines added: {len(plan.added)}, changed: {len(plan.changed)}, "
        f"deleted: {len(plan.removed)}, unchanged: {plan.unchanged}, not named and left alone: {plan.left_alone}"
    )


def _shown(value: object) -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _rehearse(state: State, limits: Config, plan: Plan, now: datetime) -> None:
    """Do all of the plan without keeping it, so that a dry run refuses what the import would."""
    with _refusals_reported():
        uow = UnitOfWork(state, now, limits)
        importing.carry_out(uow, actor=access.OPERATOR, plan=plan)
        finish(uow)


def _carry_out(store: Transactions, limits: Config, plan: Plan, clock: Callable[[], datetime]) -> None:
    letters = letters_for if limits.mails else lambda events, now: ()
    bus = CommandBus(store, clock, limits, finish, letters)
    with _refusals_reported():
        bus.run(importing.carry_out, actor=access.OPERATOR, plan=plan)


@contextmanager
def _refusals_reported() -> Iterator[None]:
    """End the command with the sentence of a refusal in the block."""
    try:
        yield
    except Refusal as refusal:
        exit_with_error(f"nothing was changed: {refusal_text.sentence(refusal.code, refusal.facts, 'en')}")
    except PlanChanged:
        exit_with_error("nothing was changed: the machines here have changed since the plan was shown; import again")


class PlanChanged(Exception):
    """Others have changed the machines so that the import would do something else than was shown."""


@dataclass(frozen=True, slots=True)
class AsShown:
    """Transactions in which the plan is what was shown, although others may have changed the state since."""

    store: Changeable
    plan: Plan
    plan_for: Callable[[State], Plan]

    def do(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> T:
        """Do as the store does. Raises PlanChanged."""
        shown = self.store.state

        def open_as_shown(state: State) -> UnitOfWork:
            if state is not shown and not self.plan_for(state).does_as(self.plan):
                raise PlanChanged
            return open_unit(state)

        return self.store.do(open_as_shown, work)
