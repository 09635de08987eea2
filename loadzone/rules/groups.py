"""Groups. A machine is in one group or in none, and both sides say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain

from loadzone.domain.events import Event
from loadzone.domain.records import MOST, Group, Hold, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, deletions, queue, seen


def create(
    uow: UnitOfWork,
    actor: str | None,
    name: str,
    vm_ids: Iterable[str] = (),
    versions: Mapping[str, int] | None = None,
) -> Group:
    """Make a group; return it. Machines that are in another group move into it. `versions` are as in `add_vms`.

    Raises Refusal: not_signed_in, not_allowed, no_such_vm, changed, name_taken.
    """
    by = access.require_admin(uow, actor)
    vms = _vms(uow, vm_ids, versions)
    [group] = create_all(uow, by, [name])
    move(uow, vms, group.id, by)
    return uow.groups[group.id]


def create_all(uow: UnitOfWork, actor: str | None, names: Iterable[str]) -> list[Group]:
    """Make empty groups with these names; return them. Raises Refusal: not_signed_in, not_allowed, name_taken."""
    by = access.require_admin(uow, actor)
    made: list[Group] = []
    for name, group_id in zip(names, _new_ids(_ids_in_use(uow)), strict=False):
        same = uow.groups.named(name)
        if same:
            refuse("name_taken", field="name", name=same[0].name)
        group = uow.groups[group_id] = Group(id=group_id, name=name)
        uow.tell(Event("group_added", by=by, group_id=group_id, group=name))
        made.append(uow.groups[group.id])
    return made


def edit(
    uow: UnitOfWork, actor: str | None, group_id: int, name: str | None = None, version: int | None = None
) -> Group:
    """Rename the group; return it. Its machines, their bookings and its queue stay. None: it keeps its name.

    `version` is what the caller has seen.
    Raises Refusal: not_signed_in, not_allowed, no_such_group, changed, name_taken.
    """
    by = access.require_admin(uow, actor)
    group = uow.group(group_id)
    seen.check_group(group, version)
    if name is None or name == group.name:
        return group
    others = [other for other in uow.groups.named(name) if other.id != group_id]
    if others:
        refuse("name_taken", field="name", name=others[0].name)
    uow.groups[group_id] = replace(group, name=name)
    told = Event("group_renamed", by=by, group_id=group_id, group=name, was=group.name)
    uow.tell(replace(told, changed={"name": (group.name, name)}))
    return uow.groups[group_id]


def add_vms(
    uow: UnitOfWork,
    actor: str | None,
    group_id: int,
    vm_ids: Iterable[str],
    version: int | None = None,
    versions: Mapping[str, int] | None = None,
) -> tuple[list[str], Group]:
    """Put machines into the group; return the ids of those that were not in it before, and the group.

    `version` is the group's as the caller has seen it, `versions` are the machines'.
    Raises Refusal: not_signed_in, not_allowed, no_such_group, no_such_vm, changed.
    """
    by = access.require_admin(uow, actor)
    group = uow.group(group_id)
    seen.check_group(group, version)
    added = [vm for vm in _vms(uow, vm_ids, versions) if vm.group != group_id]
    move(uow, added, group_id, by)
    ids = tuple(vm.id for vm in added)
    if ids:
        uow.tell(Event("group_edited", by=by, group_id=group_id, group=group.name, vm_ids=ids))
    return list(ids), uow.groups[group_id]


def remove_vm(
    uow: UnitOfWork, actor: str | None, vm_id: str, group_id: int | None = None, version: int | None = None
) -> None:
    """Take the machine out of this group, or of whichever it is in.

    `version` is the machine's as the caller has seen it.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, changed, no_such_group, not_in_group.
    """
    by = access.require_admin(uow, actor)
    vm = uow.vm(vm_id)
    seen.check_vm(vm, version)
    if group_id is not None:
        uow.group(group_id)
    group = uow.group_of(vm)
    if group is None or group_id not in (None, group.id):
        refuse("not_in_group", vm_id=vm.id)
    move(uow, [vm], None, by)
    uow.tell(Event("vm_ungrouped", by=by, vm_id=vm.id, group_id=group.id, group=group.name))


def delete(uow: UnitOfWork, actor: str | None, group_id: int, version: int | None = None) -> None:
    """Delete the group; its machines stay, in no group. Everybody in its queue is told.

    It is kept for a while, and can be brought back (rules/undelete.py). `version` is what the caller has seen.
    Raises Refusal: not_signed_in, not_allowed, no_such_group, changed.
    """
    by = access.require_admin(uow, actor)
    group = uow.group(group_id)
    seen.check_group(group, version)
    deletions.keep_group(uow, group, by)
    queue.dissolve(uow, group, by)
    move(uow, uow.vms_of(group), None, by)
    del uow.groups[group_id]
    uow.tell(Event("group_deleted", by=by, group_id=group_id, group=group.name))


def move(uow: UnitOfWork, vms: Iterable[Vm], group_id: int | None, by: str | None) -> None:
    """Put the machines into the group as `put` does, and tell it of each."""
    for vm, old in put(uow, vms, group_id, by):
        tell_move(uow, vm, old, by)


def tell_move(uow: UnitOfWork, vm: Vm, old: Group | None, by: str | None) -> None:
    """Tell that the machine has come from this group to the one that it is in now."""
    new = uow.group_of(vm)
    changed = {"group": (old.name if old else None, new.name if new else None)}
    uow.tell(Event("vm_moved", by=by, vm_id=vm.id, changed=changed))


def put(uow: UnitOfWork, vms: Iterable[Vm], group_id: int | None, by: str | None) -> list[tuple[Vm, Group | None]]:
    """Put the machines into the group (None: into no group); return those that were in another, and that.

    Machines kept for somebody in the old group are kept no longer.
    """
    moving = [vm for vm in vms if vm.group != group_id]
    leaving = {vm.id for vm in moving}
    left = {vm.group: uow.groups[vm.group] for vm in moving if vm.group is not None}
    for old, group in left.items():
        uow.groups[old] = replace(group, vm_ids=tuple(vm_id for vm_id in group.vm_ids if vm_id not in leaving))
    if group_id is not None:
        group = uow.groups[group_id]
        uow.groups[group_id] = replace(group, vm_ids=(*group.vm_ids, *(vm.id for vm in moving)))
    for vm in moving:
        uow.vms[vm.id] = replace(vm, group=group_id, hold=_without_group(vm.hold))
    for old in left:
        queue.drop_unservable(uow, uow.groups[old], by)
    return [(uow.vms[vm.id], None if vm.group is None else left[vm.group]) for vm in moving]


def _without_group(hold: Hold | None) -> Hold | None:
    """A hold with an end stays; a machine kept for the first in the group's queue is kept no longer."""
    return replace(hold, group=None) if hold and hold.until else None


def _ids_in_use(uow: UnitOfWork) -> set[int]:
    """Return the numbers of all groups, also of those that were deleted and may come back."""
    return {*uow.groups, *(key for key in uow.deleted if isinstance(key, int))}


def _new_ids(ids: Set[int]) -> Iterator[int]:
    """Yield the numbers after the largest; after the largest that a browser can count, those that are free."""
    last = max(ids, default=0)
    return chain(range(last + 1, MOST + 1), (number for number in range(1, last) if number not in ids))


def _vms(uow: UnitOfWork, vm_ids: Iterable[str], versions: Mapping[str, int] | None) -> list[Vm]:
    """Return the machines, each once. Raises Refusal: no_such_vm where one is unknown; changed."""
    vms = uow.vms_named(vm_ids)
    seen.check_vms(uow, vms, versions)
    return vms
