"""An inventory from elsewhere: what it would change here, and the change, by the same rules as an admin's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from typing_extensions import TypedDict

from loadzone.domain.named_table import NamedTable, groups_by_name
from loadzone.domain.names import first_spellings
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
    ssh_user: str
    ssh_port: int | None
    maintenance: str


FIELDS = tuple(Fields.__annotations__)
GroupsByName = NamedTable[int, Group]


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

    def does_as(self, other: Plan) -> bool:
        """Tell whether it changes the same, whatever else is here. A machine to delete that was booked differs."""
        mine = self.groups, self.added, self.changed, self.removed
        return mine == (other.groups, other.added, other.changed, other.removed)


def plan(state: State, named: Iterable[str], wanted: Iterable[Wanted], prune: bool) -> Plan:
    """Return what it takes to have these groups and machines; with `prune`, no other machines stay."""
    wanted = list(wanted)
    here = groups_by_name(state.groups)
    known = [one for one in wanted if one.id in state.vms]
    changed = [change for one in known if (change := _difference(state, here, one)).after]
    ids = {one.id for one in wanted}
    others = tuple(vm for vm in state.vms.values() if vm.id not in ids)
    return Plan(
        groups=_new_groups(here, [*named, *(one.fields.get("group", "") for one in wanted)]),
        added=tuple(one for one in wanted if one.id not in state.vms),
        changed=tuple(changed),
        removed=others if prune else (),
        unchanged=len(known) - len(changed),
        left_alone=0 if prune else len(others),
    )


def carry_out(uow: UnitOfWork, actor: str | None, plan: Plan) -> None:
    """Do all of the plan. Raises Refusal where a rule forbids a part of it."""
    by = access.require_admin(uow, actor)
    groups.create_all(uow, by, plan.groups)
    _add_all(uow, by, {new.id: _edit_of(uow, new.fields) for new in plan.added})
    inventory.edit_each(uow, by, {changed.id: _edit_of(uow, changed.after) for changed in plan.changed})
    inventory.delete_all(uow, by, [vm.id for vm in plan.removed])


def _add_all(uow: UnitOfWork, by: str, added: Mapping[str, inventory.Edit]) -> None:
    """Add the machines. Those out of service are so before the queues of their groups are served, at the end."""
    inventory.add_all(uow, by, cast(Mapping[str, inventory.Addition], added))
    out_of_service = {
        vm_id: inventory.Edit(maintenance=reason)
        for vm_id, fields in added.items()
        if (reason := fields.get("maintenance"))
    }
    inventory.edit_each(uow, by, out_of_service)


def _difference(state: State, groups: GroupsByName, wanted: Wanted) -> Changed:
    vm = state.vms[wanted.id]
    now = Fields(
        group="" if vm.group is None else state.groups[vm.group].name,
        description=vm.description,
        tags=vm.tags,
        external_ip=vm.external_ip,
        internal_ip=vm.internal_ip,
        ssh_user=vm.ssh_user,
        ssh_port=vm.ssh_port,
        maintenance=vm.maintenance,
    )
    as_now = dict(now.items())
    names = [name for name, value in wanted.fields.items() if as_now[name] != value]
    if "group" in names and vm.group in {group.id for group in groups.named(wanted.fields["group"])}:
        names.remove("group")
    return Changed(wanted.id, before=_only(names, now), after=_only(names, wanted.fields))


def _only(names: list[str], fields: Fields) -> Fields:
    values = dict(fields.items())
    return cast(Fields, {name: values[name] for name in names})


def _new_groups(groups: GroupsByName, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that no group has yet, each once (domain/names.py says when two are the same)."""
    return tuple(name for name in first_spellings(names).values() if name and not groups.named(name))


def _edit_of(uow: UnitOfWork, fields: Fields) -> inventory.Edit:
    """Return the fields as `inventory.edit` takes them: with the group's id in the place of its name.

    Of several groups with one name, which an older file may have, it is the first.
    """
    edit = cast(inventory.Edit, {name: value for name, value in fields.items() if name != "group"})
    if "group" in fields:
        named = uow.groups.named(fields["group"]) if fields["group"] else []
        edit["group_id"] = named[0].id if named else None
    return edit
