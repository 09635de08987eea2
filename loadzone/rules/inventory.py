"""The machines themselves: adding, editing, deleting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from typing_extensions import TypedDict, Unpack  # in the standard library from Python 3.11 on

from loadzone.domain.events import Changes, Event
from loadzone.domain.names import first_spellings, name_key
from loadzone.domain.records import TAGS_MOST, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, booking, deletions, endings, groups, lease, queue, renaming, seen, turns


class Description(TypedDict, total=False):
    """The fields of Vm that describe a machine. A field that is absent stays as it is."""

    description: str
    tags: tuple[str, ...]
    external_ip: str
    internal_ip: str
    ssh_user: str
    ssh_port: int | None


class Addition(Description, total=False):
    """A new machine: also its group (None or absent: no group)."""

    group_id: int | None


class Edit(Description, total=False):
    """The fields of an edit: also the group (None: no group) and why it is out of service (None: it is not).

    After `tags` has replaced them, tags are removed, then added. domain/names.py says when two tags are the same.
    """

    group_id: int | None
    maintenance: str | None
    add_tags: tuple[str, ...]
    remove_tags: tuple[str, ...]


def add(uow: UnitOfWork, actor: str | None, vm_id: str, group_id: int | None, **fields: Unpack[Description]) -> Vm:
    """Add a machine; return it. Raises Refusal: not_signed_in, not_allowed, vm_exists, no_such_group."""
    by = access.require_admin(uow, actor)
    return add_all(uow, by, {vm_id: Addition(group_id=group_id, **fields)})[0]


def add_all(uow: UnitOfWork, actor: str | None, added: Mapping[str, Addition]) -> list[Vm]:
    """Add these machines, by their ids, all or none; return them. Raises what `add` raises."""
    by = access.require_admin(uow, actor)
    by_group: dict[int | None, list[Vm]] = {}
    for vm_id, addition in uow.paced(added.items()):
        renaming.take(uow, vm_id)
        described = {name: value for name, value in addition.items() if name in Description.__annotations__}
        vm = uow.vms[vm_id] = Vm(id=vm_id, **cast(Description, described))
        by_group.setdefault(addition.get("group_id"), []).append(vm)
    for group_id, vms in by_group.items():
        groups.put(uow, vms, None if group_id is None else uow.group(group_id).id, by)
    for vm_id in added:
        uow.tell(Event("vm_added", by=by, vm_id=vm_id))
    return [uow.vms[vm_id] for vm_id in added]


def edit(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    version: int | None = None,
    name: str | None = None,
    **changes: Unpack[Edit],
) -> Vm:
    """Change the given fields of the machine; return it. The other arguments and refusals are those of `edit_all`.

    `version` is what the caller has seen. `name` is its new name; None: it keeps its own.
    Raises Refusal: vm_exists, and what `edit_all` raises.
    """
    by = access.require_admin(uow, actor)
    vm = uow.vm(vm_id)
    seen.check_vm(vm, version)
    if name is not None:
        vm = renaming.rename(uow, vm, name, by)
    [vm] = edit_all(uow, by, [vm.id], **changes)
    return vm


def edit_all(
    uow: UnitOfWork,
    actor: str | None,
    vm_ids: Sequence[str],
    versions: Mapping[str, int] | None = None,
    **changes: Unpack[Edit],
) -> list[Vm]:
    """Change the given fields of these machines, all or none; return them. Their bookings stay as they are.

    `versions` are what the caller has seen. `maintenance`, a reason, takes them out of service; None brings them back.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, no_such_group, changed, bad_input.
    """
    by = access.require_admin(uow, actor)
    return edit_each(uow, by, {vm.id: changes for vm in uow.vms_named(vm_ids)}, versions)


def edit_each(
    uow: UnitOfWork, actor: str | None, edits: Mapping[str, Edit], versions: Mapping[str, int] | None = None
) -> list[Vm]:
    """Change each machine, by its id, in its own way: all or none; return them. The rest is as in `edit_all`."""
    by = access.require_admin(uow, actor)
    vms = [uow.vms[vm_id] for vm_id in edits]
    seen.check_vms(uow, vms, versions)
    endings.end_all_over(uow, vms)
    moves: dict[int | None, list[str]] = {}
    for vm_id, changes in uow.paced(edits.items()):
        _edit(uow, uow.vms[vm_id], changes, by)
        if "group_id" in changes:
            moves.setdefault(changes["group_id"], []).append(vm_id)
    turns.put_back(uow, [uow.vms[vm_id] for vm_id, changes in edits.items() if changes.get("maintenance")])
    for group_id, vm_ids in moves.items():
        _place(uow, [uow.vms[vm_id] for vm_id in vm_ids], group_id, by)
    return [uow.vms[vm_id] for vm_id in edits]


def delete(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    force: bool = False,
    version: int | None = None,
    booked_at: datetime | None = None,
) -> None:
    """Delete the machine; a booked one only with `force`. Its holder and everybody in its queue are told.

    It is kept for a while, and can be brought back (rules/undelete.py).

    `version` is what the caller has seen. With `booked_at`, `force` goes for the booking that began then, and no other.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, changed, vm_taken.
    """
    versions = None if version is None else {vm_id: version}
    bookings = None if booked_at is None else {vm_id: booked_at}
    delete_all(uow, actor, [vm_id], force, versions, bookings)


def delete_all(
    uow: UnitOfWork,
    actor: str | None,
    vm_ids: Sequence[str],
    force: bool = False,
    versions: Mapping[str, int] | None = None,
    bookings: Mapping[str, datetime] | None = None,
) -> None:
    """Delete all these machines, or none. All are checked before the first one goes and others are served.

    `versions` are what the caller has seen. With `bookings`, `force` goes for those that began then, and no others.
    Raises what `delete` raises.
    """
    by = access.require_admin(uow, actor)
    vms = uow.vms_named(vm_ids)
    seen.check_vms(uow, vms, versions)
    meant = None if bookings is None else uow.by_vm(bookings)
    endings.end_all_over(uow, vms)
    for vm in (uow.vms[vm.id] for vm in vms):
        if not force or (vm.booking and meant is not None and meant.get(vm.id) != vm.booking.booked_at):
            booking.refuse_if_taken(vm)
    deletions.keep_vms(uow, [uow.vms[vm.id] for vm in vms], by)
    for vm in vms:
        _end_use(uow, uow.vms[vm.id], by)
    turns.put_back(uow, [uow.vms[vm.id] for vm in vms])
    for vm in vms:
        queue.dissolve(uow, uow.vms[vm.id], by)
    queues = deletions.queues_of(uow, vms)
    groups.put(uow, [uow.vms[vm.id] for vm in vms], None, by)
    deletions.keep_places(uow, vms, queues)
    for vm in vms:
        del uow.vms[vm.id]


def _edit(uow: UnitOfWork, vm: Vm, changes: Edit, by: str) -> None:
    """Change what describes the machine, and whether it is in service; the group is left to `_place`."""
    described = {name: value for name, value in changes.items() if name in Description.__annotations__}
    edited = replace(vm, **cast(Description, described))
    edited = replace(edited, tags=_tags(edited, changes.get("add_tags", ()), changes.get("remove_tags", ())))
    if edited != vm or changes.get("group_id", vm.group) != vm.group:
        uow.vms[vm.id] = edited
        changed = _differences(vm, edited)
        uow.tell(Event("vm_edited", by=by, vm_id=vm.id, changed=changed, is_act=bool(changed)))  # a move tells itself
    reason = changes.get("maintenance", vm.maintenance) or ""
    if reason != vm.maintenance:
        _set_maintenance(uow, edited, reason, by)


def _differences(old: Vm, new: Vm) -> Changes:
    """Return what describes the machine and is not as it was."""
    values = ((name, getattr(old, name), getattr(new, name)) for name in Description.__annotations__)
    return {name: (before, after) for name, before, after in values if before != after}


def _tags(vm: Vm, added: Iterable[str], removed: Iterable[str]) -> tuple[str, ...]:
    """Return the machine's tags without some and with some more. Raises Refusal: bad_input where they get too many."""
    gone = {name_key(tag) for tag in removed}
    kept = [tag for tag in vm.tags if name_key(tag) not in gone]
    known = {name_key(tag) for tag in kept}
    tags = (*kept, *(tag for key, tag in first_spellings(added).items() if key not in known))
    if len(vm.tags) < len(tags) > TAGS_MOST:
        refuse("bad_input", field="add_tags", reason="too_many_tags", max=TAGS_MOST, vm_id=vm.id)
    return tags


def _end_use(uow: UnitOfWork, vm: Vm, by: str) -> None:
    """End the booking of a machine that goes, and tell its holder, or whoever it is held for.

    A person who had it from the group's queue waits there again, in front. For a hold from the machine's own queue the
    person waits in that queue again, and is told when it is dissolved.
    """
    if vm.booking:
        until, began = vm.booking.expires_at, vm.booking.booked_at
        event = Event("vm_deleted", by=by, to=vm.booking.holder, vm_id=vm.id, until=until, booked_at=began)
        lease.end(uow, vm, vm.booking, "cancel", event)
        return
    uow.tell(Event("vm_deleted", by=by, vm_id=vm.id))
    if vm.hold and vm.hold.until and vm.hold.group is not None:
        uow.tell(Event("hold_taken", by=by, to=vm.hold.email, vm_id=vm.id, booked_at=vm.hold.since))


def _set_maintenance(uow: UnitOfWork, vm: Vm, reason: str, by: str) -> None:
    """Take the machine out of service for this reason, or bring it back ("").

    A booking stays until its end. The caller ends the hold, with those of other machines.
    """
    kind = "maintenance_began" if reason else "maintenance_ended"
    until = vm.booking.expires_at if vm.booking else None
    told = Event(kind, by=by, to=vm.holder, vm_id=vm.id, until=until, reason=reason)
    uow.tell(replace(told, changed={"maintenance": (vm.maintenance, reason)}))
    uow.vms[vm.id] = replace(vm, maintenance=reason)
    if not reason:
        return
    lost = vm.hold if vm.hold and vm.hold.until else None
    waiting = {waiter.email for waiter in vm.queue} | ({lost.email} if lost else set())
    for email in sorted(waiting):
        since = lost.since if lost and lost.email == email else None
        told = Event("waiting_maintenance", by=by, to=email, vm_id=vm.id, reason=reason)
        uow.tell(replace(told, booked_at=since, is_act=since is not None))


def _place(uow: UnitOfWork, vms: Iterable[Vm], group_id: int | None, by: str) -> None:
    """Move the machines into the group. Raises Refusal: no_such_group."""
    if group_id is not None:
        uow.group(group_id)
    groups.move(uow, vms, group_id, by)
