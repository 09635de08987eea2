"""Groups: a machine is in one or in none, and both sides say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.lookalikes import look
from loadzone.domain.records import MOST, Group, Hold, Vm
from loadzone.domain.refusal import refuse
from loadzone.rules import access, queue, turns


def create(change: Any, now: datetime, limits: Any, actor: str | None, name: str, vm_ids: Iterable[str] = ()) -> Group:
    """The new group; machines that were elsewhere move into it."""
    access.admin_only(change, limits, actor)
    vms = _known(change, vm_ids)
    if any(look(group.name) == look(name) for group in change.groups.values()):
        refuse("name_taken", field="name", name=name)
    group = Group(id=_new_id(change.groups), name=name)
    change.groups[group.id] = group
    move(change, now, limits, vms, group.id, actor)
    change.tell(Event("group_added", by=actor, group_id=group.id, group=name))
    return change.groups[group.id]


def add_vms(
    change: Any, now: datetime, limits: Any, actor: str | None, group_id: int, vm_ids: Iterable[str]
) -> tuple[list[str], Group]:
    """The ids that came in anew, and the group."""
    access.admin_only(change, limits, actor)
    group = _group(change, group_id)
    added = [vm for vm in _known(change, vm_ids) if vm.group != group_id]
    move(change, now, limits, added, group_id, actor)
    ids = tuple(vm.id for vm in added)
    if ids:
        change.tell(Event("group_edited", by=actor, group_id=group_id, group=group.name, vm_ids=ids))
    return list(ids), change.groups[group_id]


def remove_vm(
    change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, group_id: int | None = None
) -> None:
    """Take the machine out of the group, or of whichever it is in."""
    access.admin_only(change, limits, actor)
    (vm,) = _known(change, [vm_id])
    if group_id is not None:
        _group(change, group_id)
    if vm.group is None or (group_id is not None and vm.group != group_id):
        refuse("not_in_group", vm_id=vm_id)
    group = change.groups[vm.group]
    move(change, now, limits, [vm], None, actor)
    change.tell(Event("vm_ungrouped", by=actor, vm_id=vm_id, group_id=group.id, group=group.name))


def delete(change: Any, now: datetime, limits: Any, actor: str | None, group_id: int) -> None:
    """The group goes; its machines stay, in none. Who waits for it is told."""
    access.admin_only(change, limits, actor)
    group = _group(change, group_id)
    queue.dissolve(change, now, limits, group, actor)
    move(change, now, limits, [change.vms[vm_id] for vm_id in group.vm_ids], None, actor)
    del change.groups[group_id]
    change.tell(Event("group_deleted", by=actor, group_id=group_id, group=group.name))


def move(change: Any, now: datetime, limits: Any, vms: Iterable[Vm], group_id: int | None, by: str | None) -> None:
    """Put the machines into the group (None: into none), and take them out of where they were.

    What they were kept for in the old group ends; who waits in the new one is served.
    """
    moving = [vm for vm in vms if vm.group != group_id]
    leaving = {vm.id for vm in moving}
    left = {vm.group for vm in moving if vm.group is not None}
    for old in left:
        group = change.groups[old]
        change.groups[old] = replace(group, vm_ids=tuple(i for i in group.vm_ids if i not in leaving))
    if group_id is not None:
        group = change.groups[group_id]
        change.groups[group_id] = replace(group, vm_ids=(*group.vm_ids, *(vm.id for vm in moving)))
    for vm in moving:
        change.vms[vm.id] = replace(vm, group=group_id, hold=_out_of_group(vm.hold))
    for vm in moving:
        turns.serve(change, now, limits, vm.id)
        turns.tell_holder(change, vm.id)
    for old in left:
        queue.drop_who_wants_more(change, now, limits, change.groups[old], by)
        turns.serve_group(change, now, limits, old)


def _out_of_group(hold: Hold | None) -> Hold | None:
    """What is held to be taken stays held; what is kept for somebody of the group's queue does not."""
    return replace(hold, group=None) if hold and hold.until else None


def _group(change: Any, group_id: int) -> Group:
    return change.groups.get(group_id) or refuse("no_such_group", group_id=group_id)


def _new_id(groups: Mapping[int, Group]) -> int:
    """The number after the last; after the last of all that browsers can tell apart, one that is free."""
    last = max(groups, default=0)
    return last + 1 if last < MOST else next(number for number in count(1) if number not in groups)


def _known(change: Any, vm_ids: Iterable[str]) -> list[Vm]:
    """The machines, each once; an unknown one refuses all."""
    return [change.vms.get(i) or refuse("no_such_vm", vm_id=i) for i in dict.fromkeys(vm_ids)]
