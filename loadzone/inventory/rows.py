"""The inventory as rows, independent of a file's format: made from a state, or read from a file and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, cast

from pydantic import WrapValidator

from loadzone.domain.named_table import NamedTable, vm_named, vms_by_name
from loadzone.domain.names import first_spellings, name_key
from loadzone.domain.records import TAGS_MOST, State, Vm
from loadzone.domain.refusal import Refusal, refuse
from loadzone.rules.importing import FIELDS, Fields, Wanted
from loadzone.schemas import validation
from loadzone.schemas.field_types import GroupName, Maintenance, NewVmId, Tag, VmRef
from loadzone.schemas.refusal_text import sentence
from loadzone.schemas.requests import NewGroup, VmFields

COLUMNS = ("id", *FIELDS)
Row = dict[str, Any]  # the fields of a machine, as a file has them: checked only by `wanted`


class BadInventory(Exception):
    """The file does not have the format. The message says what is wrong and where."""


def _unless_empty(value: object, check: Callable[[object], str]) -> str:
    """Return "" for none, where a request has null, and leave the rest to the check of requests."""
    return "" if isinstance(value, str) and not value.strip() else check(value)


class Machine(VmFields):
    """The model of a row. Absent fields stay as they are. `add_tags` are added to the tags of the row, or of here."""

    id: VmRef
    add_tags: list[Tag] | None = None  # of any number: those that are the same are one
    group: Annotated[GroupName, WrapValidator(_unless_empty)] = ""
    maintenance: Annotated[Maintenance, WrapValidator(_unless_empty)] = ""


class NewMachine(Machine):
    """The model of a row with a new machine."""

    id: NewVmId


@dataclass(slots=True)
class InventoryRows:
    """The content of an inventory file, not checked yet.

    `machines` has for each machine its place in the file, such as "line 7", and its fields; those of a machine in
    several groups have `groups` until inventory/group_choice.py has chosen. `groups` are names of groups, also of empty
    ones; `ignored` are unknown columns; `problems` are sentences that name a place; `warnings` are sentences too, about
    what is left out of a machine that can be imported.
    """

    machines: list[tuple[str, Row]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)

    def add(self, place: str, fields: Row, groups: Sequence[str] = ()) -> None:
        """Add the machine at this place of the file, in these groups. Unknown fields are ignored and noted."""
        known = {name: value for name, value in fields.items() if name in COLUMNS}
        self.machines.append((place, {**known, "groups": list(groups)} if groups else known))
        self.ignored.update(dict.fromkeys(name for name in fields if name not in COLUMNS))


def number_in(text: str) -> int | str | None:
    """Return the whole number in the text, also of `22.0` and `22,0`; what is none is left to the checks of fields.

    Nine digits are read: no field takes so many, and Python refuses thousands.
    """
    found = re.fullmatch(r"(\d+)(?:[.,]0+)?", text)
    return int(found[1].lstrip("0")[:9] or "0") if found else text or None


class InventoryFormat(Protocol):
    """A file format; each is a module with these two functions."""

    def write(self, rows: InventoryRows, /) -> bytes:
        """Return the content of a file. What the format cannot hold is left out, and added to the rows' problems."""
        ...

    def read(self, content: bytes, /) -> InventoryRows:
        """Return the rows of a file. Raises BadInventory."""
        ...


def rows_of(state: State) -> InventoryRows:
    """Return all machines, in the order of the data file, and all groups."""
    rows = InventoryRows(groups=[group.name for group in state.groups.values()])
    for vm in state.vms.values():
        group = "" if vm.group is None else state.groups[vm.group].name
        described = {name: getattr(vm, name) for name in FIELDS if name != "group"}
        rows.add(vm.id, {"id": vm.id, "group": group, **described, "tags": list(vm.tags)})
    return rows


def wanted(rows: InventoryRows, state: State) -> tuple[list[Wanted], list[str]]:
    """Return the valid machines, and all problems of the file as sentences that name a place.

    The limits for fields are those of the API.
    """
    machines: dict[str, Wanted] = {}
    places: dict[str, str] = {}
    problems = list(rows.problems)
    here = vms_by_name(state.vms)
    listed = _listed(rows, here)
    for place, fields in rows.machines:
        if "groups" in fields:
            names = ", ".join(fields["groups"])
            problems.append(f"{place} is in several groups ({names}); give --group-from first, or the one that counts")
            continue
        try:
            one = _checked(fields, here, listed)
        except Refusal as refusal:
            problems.append(f"{place}: {_problem(refusal)}")
            continue
        if one.id in here and name_key(one.id) != name_key(fields["id"]):
            rows.warnings[f"{place}: {fields['id']} is called {one.id} now"] = None
        name = one.id if one.id in here else name_key(one.id)  # those here are told apart, even if they are twins
        if name in machines:
            problems.append(f"{place}: {one.id!r} is already in {places[name]}")
        machines.setdefault(name, one)
        places.setdefault(name, place)
    return list(machines.values()), problems + _checked_groups(rows.groups)[1]


def _listed(rows: InventoryRows, here: NamedTable[str, Vm]) -> set[str]:
    """Return the machines here that the file has under their present names."""
    names = [vm_id for _, fields in rows.machines if isinstance(vm_id := fields.get("id"), str)]
    return {vm.id for name in names for vm in here.named(name)}


def _checked(fields: Row, here: NamedTable[str, Vm], listed: Set[str]) -> Wanted:
    """Return the row, checked, with the machine's name as it is here. Raises Refusal: bad_input, no_such_vm.

    A machine that exists may keep a name that would not be allowed for a new one.
    """
    vm_id = fields.get("id")
    known = _meant(vm_id, here, listed) if isinstance(vm_id, str) else None
    given = validation.check(Machine if known else NewMachine, fields).given()
    new_id = given.pop("id")
    name = known.id if known else new_id
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    if more := given.pop("add_tags", None):
        given["tags"] = _with_more(name, given.get("tags", known.tags if known else ()), more)
    return Wanted(name, cast(Fields, given))


def _meant(name: str, here: NamedTable[str, Vm], listed: Set[str]) -> Vm | None:
    """Return the machine that the file means by this name; None: a new one. Raises Refusal: no_such_vm.

    By a former name it means the machine that had it, unless that one is `listed`: then a new machine takes the name.
    """
    vm = vm_named(here, name)
    return None if vm and vm.id in listed and vm not in here.named(name) else vm


def _with_more(vm_id: str, tags: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """Return the tags with those that are not among them. Raises Refusal: bad_input where they get too many."""
    known = {name_key(tag) for tag in tags}
    new = [tag for key, tag in first_spellings(more).items() if key not in known]
    if len(tags) + len(new) > TAGS_MOST:
        refuse("bad_input", field="tags", reason="too_many_tags", max=TAGS_MOST, vm_id=vm_id)
    return (*tags, *new)


def valid_groups(rows: InventoryRows) -> list[str]:
    """Return the names of groups, trimmed, without those that are problems."""
    return _checked_groups(rows.groups)[0]


def _checked_groups(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the valid names, trimmed, and the problems of the others."""
    valid, problems = [], []
    for name in names:
        try:
            valid.append(validation.check(NewGroup, {"name": name}).name)
        except Refusal as refusal:
            problems.append(f"group {name!r}: {_problem(refusal)}")
    return valid, problems


def _problem(refusal: Refusal) -> str:
    return sentence(refusal.code, refusal.facts, "en")
