"""The inventory as rows, whatever the format of a file: taken from a state, and checked with the bounds of the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from loadzone.domain.records import State
from loadzone.domain.refusal import Refusal
from loadzone.rules.importing import FIELDS, Fields, Wanted
from loadzone.schemas import validation
from loadzone.schemas.field_types import Line, NewVmId, VmRef
from loadzone.schemas.refusal_text import sentence
from loadzone.schemas.requests import VmFields

COLUMNS = ("id", *FIELDS)


class BadInventory(Exception):
    """The file is not of its format at all; the message says what is wrong and where."""


class Machine(VmFields):
    """A row. A field that it does not name stays as it is."""

    id: VmRef
    group: Annotated[str, Line(100, "Production")] = ""
    maintenance: Annotated[str, Line(200, "broken fan")] = ""


class NewMachine(Machine):
    """A row of a machine that is not here yet."""

    id: NewVmId


@dataclass(slots=True)
class InventoryRows:
    """What a file says: (its place, its fields) for each machine, the other groups it names, unknown column names, and
    problems.
    """

    machines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, place: str, fields: dict[str, Any]) -> None:
        """Add the machine that stands at this place of the file."""
        self.machines.append((place, {name: value for name, value in fields.items() if name in COLUMNS}))
        self.ignored.update(dict.fromkeys(name for name in fields if name not in COLUMNS))


def rows_of(state: State) -> InventoryRows:
    """Return the machines in the order of the data file, and all groups."""
    rows = InventoryRows(groups=[group.name for group in state.groups.values()])
    for vm in state.vms.values():
        group = "" if vm.group is None else state.groups[vm.group].name
        described = {name: getattr(vm, name) for name in FIELDS if name != "group"}
        rows.add(vm.id, {"id": vm.id, "group": group, **described, "tags": list(vm.tags)})
    return rows


def wanted(rows: InventoryRows, state: State) -> tuple[list[Wanted], list[str]]:
    """Return the checked machines, and the problems of the file, each with its place."""
    machines: dict[str, Wanted] = {}
    places: dict[str, str] = {}
    problems = list(rows.problems)
    for place, fields in rows.machines:
        try:
            one = _checked(fields, state)
        except Refusal as refusal:
            problems.append(f"{place}: {_problem(refusal)}")
            continue
        if one.id in machines:
            problems.append(f"{place}: {one.id!r} stands in {places[one.id]} already")
        machines.setdefault(one.id, one)
        places.setdefault(one.id, place)
    return list(machines.values()), problems + list(_bad_groups(rows.groups))


def _checked(fields: dict[str, Any], state: State) -> Wanted:
    """Check a row. A machine that is here already may have a name that would not be allowed for a new one."""
    vm_id = fields.get("id")
    model = Machine if isinstance(vm_id, str) and vm_id in state.vms else NewMachine
    given = validation.check(model, fields).given()
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    return Wanted(given.pop("id"), cast(Fields, given))


def _bad_groups(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        try:
            validation.check(Machine, {"id": "any", "group": name})
        except Refusal as refusal:
            yield f"group {name!r}: {_problem(refusal)}"


def _problem(refusal: Refusal) -> str:
    return sentence(refusal.code, refusal.facts, "en")
