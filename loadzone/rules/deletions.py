"""Keep deleted machines and groups for ten minutes, so that the deletion can be undone (rules/undelete.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import dropwhile, takewhile

from loadzone.domain.names import name_key
from loadzone.domain.records import Deleted, Group, Vm, Waiter
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(minutes=10)


def keep_vms(uow: UnitOfWork, vms: Sequence[Vm], by: str) -> None:
    """Keep these machines, which go now, as they are."""
    group_ids = {vm.group for vm in vms if vm.group is not None}
    numbers = {vm_id: number for group_id in group_ids for number, vm_id in enumerate(uow.groups[group_id].vm_ids)}
    for vm in vms:
        _keep(uow, Deleted(vm, uow.now, by, numbers.get(vm.id, 0)))
    forget_old(uow)


def queues_of(uow: UnitOfWork, vms: Iterable[Vm]) -> dict[int, tuple[Waiter, ...]]:
    """Return the queues of the groups that these machines are in."""
    return {vm.group: uow.groups[vm.group].queue for vm in vms if vm.group is not None}


def keep_places(uow: UnitOfWork, vms: Iterable[Vm], queues: Mapping[int, tuple[Waiter, ...]]) -> None:
    """Keep the places of these queues that have ended with the machines, each with the last one of its group."""
    for group_id, vm_id in {vm.group: vm.id for vm in vms if vm.group is not None}.items():
        waiting = {waiter.email for waiter in uow.groups[group_id].queue}
        ended = tuple(waiter for waiter in queues[group_id] if waiter.email not in waiting)
        if ended:
            uow.deleted[vm_id] = replace(uow.deleted[vm_id], waiters=ended)


def keep_group(uow: UnitOfWork, group: Group, by: str) -> None:
    """Keep this group, which goes now, as it is."""
    _keep(uow, Deleted(group, uow.now, by, [*uow.groups].index(group.id)))
    forget_old(uow)


def forget_old(uow: UnitOfWork) -> None:
    """Forget what was deleted too long ago. It comes first in the table, so the others are not looked at."""
    for key, _ in list(takewhile(lambda item: not _can_be_undone(item[1], uow.now), uow.deleted.items())):
        del uow.deleted[key]


def rename(uow: UnitOfWork, old: str, new: str) -> None:
    """Write the new name of a machine into the deleted groups that list it, so that they find it and no other one."""
    for key, kept in reversed(list(uow.deleted.items())):
        if key == old:  # groups that were deleted before it list this one, and not the one that gets another name
            return
        group = kept.place
        if isinstance(group, Group) and old in group.vm_ids:
            ids = tuple(new if vm_id == old else vm_id for vm_id in group.vm_ids)
            uow.deleted[key] = replace(kept, place=replace(group, vm_ids=ids))


def gone_since(uow: UnitOfWork, group_id: int) -> dict[str | int, Deleted]:
    """Return what was deleted after this group: its machines among them are no others that have their names now."""
    return dict(dropwhile(lambda item: item[0] != group_id, uow.deleted.items()))


def kept_vms(uow: UnitOfWork, names: Iterable[str]) -> list[Deleted]:
    """Return the deleted machines of these names, each once. Raises Refusal: not_deleted."""
    kept_vms = [(kept, kept.place) for kept in uow.deleted.values() if isinstance(kept.place, Vm)]
    by_name = {name_key(old): kept for kept, vm in kept_vms for old in vm.former_ids}
    by_name.update({name_key(vm.id): kept for kept, vm in kept_vms})
    found: dict[str | int, Deleted] = {}
    for name in uow.paced(names):
        kept, there = uow.deleted.get(name), bool(uow.vms.meant(name))
        if kept is None and not there:
            kept = by_name.get(name_key(name))  # the latest of those whose names are the same
        if kept is None or not _can_be_undone(kept, uow.now):
            refuse("not_deleted", vm_id=name, there=there, n=_minutes())
        found[kept.id] = kept
    return list(found.values())


def kept_group(uow: UnitOfWork, group_id: int) -> tuple[Deleted, Group]:
    """Return the deleted group, also as a group. Raises Refusal: not_deleted."""
    kept = uow.deleted.get(group_id)
    if kept is None or not isinstance(kept.place, Group) or not _can_be_undone(kept, uow.now) or group_id in uow.groups:
        refuse("not_deleted", group_id=group_id, there=group_id in uow.groups, n=_minutes())
    return kept, kept.place


def _keep(uow: UnitOfWork, deleted: Deleted) -> None:
    """Put it last, also where something of that name was deleted before."""
    uow.deleted.pop(deleted.id, None)
    uow.deleted[deleted.id] = deleted


def _can_be_undone(deleted: Deleted, now: datetime) -> bool:
    return now - deleted.at < KEPT_FOR


def _minutes() -> int:
    return KEPT_FOR // timedelta(minutes=1)
