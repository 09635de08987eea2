"""An inventory brought from elsewhere: what it would change here, and the change, by the rules that admins meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loadzone.domain.records import State, Vm
from loadzone.rules import access, groups, inventory

FIELDS = ("group", "description", "tags", "external_ip", "internal_ip", "maintenance")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A machine as it shall be. `fields` are those of FIELDS that are spoken of; the others stay as they are.

    `group` is a group's name, or "" for none.
    """

    id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """A machine that is there: what differs, as (before, after) by field."""

    id: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `left_alone` counts the machines here that it does not name and does not remove."""

    groups: tuple[str, ...]
    added: tuple[Wanted, ...]
    changed: tuple[Changed, ...]
    removed: tuple[Vm, ...]
    unchanged: int
    left_alone: int

    @property
    def in_use(self) -> list[Vm]:
        """Machines that it would remove while somebody has them or waits for them."""
        return [vm for vm in self.removed if vm.booked_by or vm.hold or vm.queue]

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.added or self.changed or self.removed)


def plan(state: State, named: Iterable[str], wanted: Iterable[Wanted], prune: bool) -> Plan:
    """What it takes to have these groups and machines; with `prune`, and no other machines."""
    wanted = list(wanted)
    known = [one for one in wanted if one.id in state.vms]
    changed = [change for one in known if (change := _difference(state, one)).fields]
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


def carry_out(change: Any, now: datetime, limits: Any, actor: str | None, plan: Plan) -> None:
    """All of the plan. Raises Refusal where a rule is against a part of it."""
    access.admin_only(change, limits, actor)
    for name in plan.groups:
        groups.create(change, now, limits, actor, name)
    ids = _ids_by_name(change.groups)
    for wanted in plan.added:
        _add(change, now, limits, actor, wanted.id, _with_group_id(wanted.fields, ids))
    for one in plan.changed:
        fields = _with_group_id({name: after for name, (_, after) in one.fields.items()}, ids)
        inventory.edit(change, now, limits, actor, one.id, **fields)
    inventory.delete_all(change, now, limits, actor, [vm.id for vm in plan.removed])


def _add(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, fields: dict[str, Any]) -> None:
    """One that is out of service is so before it comes into its group, where somebody may wait."""
    group_id, maintenance = fields.pop("group_id", None), fields.pop("maintenance", "")
    if maintenance:
        inventory.add(change, now, limits, actor, vm_id, None, **fields)
        inventory.edit(change, now, limits, actor, vm_id, maintenance=maintenance, group_id=group_id)
    else:
        inventory.add(change, now, limits, actor, vm_id, group_id, **fields)


def _difference(state: State, wanted: Wanted) -> Changed:
    vm = state.vms[wanted.id]
    group = "" if vm.group is None else state.groups[vm.group].name
    now = {name: group if name == "group" else getattr(vm, name) for name in wanted.fields}
    fields = {name: (now[name], after) for name, after in wanted.fields.items() if now[name] != after}
    if "group" in fields and group.casefold() == wanted.fields["group"].casefold():
        del fields["group"]
    return Changed(wanted.id, fields)


def _new_groups(state: State, names: Iterable[str]) -> tuple[str, ...]:
    """Case makes no other group of a name, as everywhere."""
    known = {group.name.casefold() for group in state.groups.values()}
    new: dict[str, str] = {}
    for name in names:
        if name and name.casefold() not in known:
            new.setdefault(name.casefold(), name)
    return tuple(new.values())


def _ids_by_name(table: Mapping[int, Any]) -> dict[str, int]:
    """Of two groups of one name, which an older file may have, the first."""
    ids: dict[str, int] = {}
    for group_id, group in table.items():
        ids.setdefault(group.name.casefold(), group_id)
    return ids


def _with_group_id(fields: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    named = dict(fields)
    if "group" in named:
        named["group_id"] = ids.get(named.pop("group").casefold())
    return named
