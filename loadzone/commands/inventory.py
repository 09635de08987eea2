"""`flask --app app data export` and `data import`: the inventory out of the data file, and into it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from loadzone.commands.data import confirm, data, data_path, fail, good_state, locked, put_in_force, say, say_all, warn
from loadzone.config import BadSetting, Config
from loadzone.datafile.backups import Backups
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.records import State
from loadzone.domain.refusal import Refusal
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.inventory import ansible_format, csv_format, json_format
from loadzone.inventory.rows import BadInventory, InventoryRows, rows_of, wanted
from loadzone.lib.atomic_file import DurableFile
from loadzone.lib.times import utc_now
from loadzone.notifications.letters import letters_for
from loadzone.rules import access, importing
from loadzone.rules.importing import Plan
from loadzone.schemas import refusal_text

FORMATS = MappingProxyType({"csv": csv_format, "json": json_format, "ansible": ansible_format})
SUFFIXES = MappingProxyType({".csv": "csv", ".json": "json", ".yml": "ansible", ".yaml": "ansible"})
SIZE_AT_MOST = 32 * 1024 * 1024


@data.command("export")
@click.option("--format", "kind", type=click.Choice([*FORMATS]), required=True)
def export_inventory(kind: str) -> None:
    """Write the inventory to standard output: machines and groups, without bookings, queues and people.

    It may be done while the server runs.
    """
    rows = rows_of(good_state(data_path()))
    content = FORMATS[kind].write(rows)
    for problem in rows.problems:
        warn(problem)
    click.get_binary_stream("stdout").write(content)


@data.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "kind", type=click.Choice([*FORMATS]), help="By default what the name of FILE ends in.")
@click.option("--prune", is_flag=True, help="Delete machines that FILE does not name; none that is in use.")
@click.option("--dry-run", is_flag=True, help="Only show what would change; the server may run.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def import_inventory(file: Any, kind: str | None, prune: bool, dry_run: bool, yes: bool) -> None:
    """Bring the inventory in FILE ("-" for standard input) into the data file: all of it, or nothing.

    Shows what will change, and asks. What FILE does not speak of stays as it is. The server must be stopped.
    """
    rows = _read(file, kind or _by_suffix(file.name))
    path = data_path()
    if dry_run:
        _planned(rows, good_state(path) if path.exists() else State(), prune)
        return
    limits = _settings()
    with locked(path) as target:
        state = good_state(path) if target.exists() else State()
        plan = _planned(rows, state, prune)
        if plan.is_empty:
            return
        confirm(yes, f"UnitOfWork {path} so?")
        if target.exists():
            Backups(path, utc_now).save_before("import")
        _carry_out(target, state, limits, plan)
    say("imported; the server may start")


def _by_suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return SUFFIXES.get(suffix) or fail(f"{name}: say in which format it is, --format {'|'.join(FORMATS)}")


def _read(file: Any, kind: str) -> InventoryRows:
    content = file.read(SIZE_AT_MOST + 1)
    if len(content) > SIZE_AT_MOST:
        fail(f"{file.name} is larger than {SIZE_AT_MOST // 2**20} MiB")
    try:
        return FORMATS[kind].read(content)
    except BadInventory as error:
        fail(f"{file.name}: {error}")


def _settings() -> Config:
    try:
        return Config.from_env(os.environ)
    except BadSetting as error:
        fail(str(error))


def _planned(rows: InventoryRows, state: State, prune: bool) -> Plan:
    """What the file comes to, shown; what is wrong with it ends the command."""
    machines, problems = wanted(rows, state)
    if problems:
        say_all(problems)
        fail("nothing was changed")
    plan = importing.plan(state, rows.groups, machines, prune)
    if rows.ignored:
        say(f"not known here, and ignored: {', '.join(rows.ignored)}")
    say_all(_lines(plan))
    if plan.in_use:
        say_all(f"{vm.id} is booked, held or waited for" for vm in plan.in_use)
        fail("nothing was changed: --prune deletes no machine that is in use")
    return plan


def _lines(plan: Plan) -> Iterator[str]:
    yield from (f"new group {name!r}" for name in plan.groups)
    for one in plan.added:
        yield f"+ {one.id}  " + ", ".join(f"{name} {_shown(value)}" for name, value in one.fields.items() if value)
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


def _carry_out(file: DurableFile, state: State, limits: Config, plan: Plan) -> None:
    letters = letters_for if limits.mails else lambda event, now: ()
    bus = CommandBus(Offline(file, state), utc_now, limits, letters)
    try:
        bus.run(importing.carry_out, actor=access.OPERATOR, plan=plan)
    except Refusal as refusal:
        fail(f"nothing was changed: {refusal_text.sentence(refusal.code, refusal.facts, 'en')}")


@dataclass(slots=True)
class Offline:
    """The data file as a store for one change, with nobody to tell."""

    file: DurableFile
    state: State

    @contextmanager
    def transaction(self, open_unit: Callable[[State], UnitOfWork]) -> Iterator[UnitOfWork]:
        """Write the change at the end of the block."""
        uow = open_unit(self.state)
        yield uow
        uow.apply_to(self.state)
        self.state.revision += 1
        put_in_force(self.file, self.state)
