"""An inventory from elsewhere: what it would change here, and the change, by the same rules as an admin's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from typing_extensions import TypedDict

from loadzone.domain.records import Group, State, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, groups, inventory


class Fields(TypedDict, total=False):
    """A machine in an inventory file; an absent field stays as it is. `group` is its name, "" for none."""

    group: str
    description: str
    tags: tuple[str, ...]
    external_ip: str
    internal_ip: str
    maintenance: str


FIELDS = tuple(Fields.__annotations__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A machine as it shall be."""

    id: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Changed:
    """A machine that is here and differs: the differing fields as they are, and as they shall be."""

    id: str
    before: Fields
    after: Fields


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of an import. `left_alone` counts the machines here that it neither names nor removes."""

    groups: tuple[str, ...]
    added: tuple[Wanted, ...]
    changed: tuple[Changed, ...]
    removed: tuple[Vm, ...]
    unchanged: int
    left_alone: int

    @property
    def in_use(self) -> list[Vm]:
        """The machines that it would remove although somebody has them or waits for them."""
        return [vm for vm in self.removed if vm.booking or vm.hold or vm.queue]

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to do."""
        return not (self.groups or self.added or self.changed or self.removed)


def plan(state: State, named: Iterable[str], wanted: Iterable[Wanted], prune: bool) -> Plan:
    """Return what it takes to have these groups and machines; with `prune`, no other machines stay."""
    wanted = list(wanted)
    known = [one for one in wanted if one.id in state.vms]
    changed = [change for one in known if (change := _difference(state, one)).after]
    ids = {one.id for one in wanted}
    others = tuple(vm for vm in state.vms.values() if vm.id not in ids)
    return Plan(
        groups=_new_groups(state, [*named, *(one.fields.get("group", "") for one in wanted)]),
        added=tuple(one for one in wanted if one.id not in state.vms),
        changed=tuple(changed),
        removed=others if prune else (),
        unchanged=len(known) - len(changed),
        left_alone=0 if prune else len(others),
    )


def carry_out(uow: UnitOfWork, actor: str | None, plan: Plan) -> None:
    """Do all of the plan. Raises Refusal where a rule forbids a part of it."""
    by = access.require_admin(uow, actor)
    for name in plan.groups:
        groups.create(uow, by, name)
    ids = _ids_by_name(uow.groups)
    for new in plan.added:
        _add(uow, by, new.id, _edit_of(new.fields, ids))
    for changed in plan.changed:
        inventory.edit(uow, by, changed.id, **_edit_of(changed.after, ids))
    inventory.delete_all(uow, by, [vm.id for vm in plan.removed])


def _add(uow: UnitOfWork, by: str, vm_id: str, fields: inventory.Edit) -> None:
    """Add the machine. One out of service is so before it comes into its group, where somebody may wait for it."""
    group_id, maintenance = fields.pop("group_id", None), fields.pop("maintenance", "")
    description = cast(inventory.Description, fields)  # nothing else is left in it
    if maintenance:
        inventory.add(uow, by, vm_id, None, **description)
        inventory.edit(uow, by, vm_id, maintenance=maintenance, group_id=group_id)
    else:
        inventory.add(uow, by, vm_id, group_id, **description)


def _difference(state: State, wanted: Wanted) -> Changed:
    vm = state.vms[wanted.id]
    now = Fields(
        group="" if vm.group is None else state.groups[vm.group].name,
        description=vm.description,
        tags=vm.tags,
        external_ip=vm.external_ip,
        internal_ip=vm.internal_ip,
        maintenance=vm.maintenance,
    )
    as_now = dict(now.items())
    names = [name for name, value in wanted.fields.items() if as_now[name] != value]
    if "group" in names and wanted.fields["group"].casefold() == now["group"].casefold():
        names.remove("group")
    return Changed(wanted.id, before=_only(names, now), after=_only(names, wanted.fields))


def _only(names: list[str], fields: Fields) -> Fields:
    values = dict(fields.items())
    return cast(Fields, {name: values[name] for name in names})


def _new_groups(state: State, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that no group has yet. Names that differ only in case are one group."""
    known = {group.name.casefold() for group in state.groups.values()}
    new: dict[str, str] = {}
    for name in names:
        if name and name.casefold() not in known:
            new.setdefault(name.casefold(), name)
    return tuple(new.values())


def _ids_by_name(table: Mapping[int, Group]) -> dict[str, int]:
    """Return the ids by name in lower case; of two groups with one name, which an older file may have, the first."""
    ids: dict[str, int] = {}
    for group_id, group in table.items():
        ids.setdefault(group.name.casefold(), group_id)
    return ids


def _edit_of(fields: Fields, ids: Mapping[str, int]) -> inventory.Edit:
    """Return the fields as `inventory.edit` takes them: with the group's id in the place of its name."""
    edit = cast(inventory.Edit, {name: value for name, value in fields.items() if name != "group"})
    if "group" in fields:
        edit["group_id"] = ids.get(fields["group"].casefold())
    return edit
