"""The machines themselves: adding, editing, deleting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.refusal import refuse
from loadzone.rules import access, booking, endings, groups, lease, queue, turns


def add(
    change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, group_id: int | None, **fields: Any
) -> Vm:
    """The new machine, free. `fields` are those of Vm that describe it."""
    access.admin_only(change, limits, actor)
    if vm_id in change.vms:
        refuse("vm_exists", field="id", vm_id=vm_id)
    vm = Vm(id=vm_id, **fields)
    change.vms[vm_id] = vm
    change.tell(Event("vm_added", by=actor, vm_id=vm_id))
    _place(change, now, limits, vm, group_id, actor)
    return change.vms[vm_id]


def edit(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, **fields: Any) -> Vm:
    """The machine with the given fields changed; `group_id`, where given, moves it. Its booking stays as it is.

    `maintenance`, a reason, takes it out of service; None brings it back.
    """
    access.admin_only(change, limits, actor)
    vm = endings.machine(change, now, limits, vm_id)
    group_id, reason = fields.pop("group_id", vm.group), fields.pop("maintenance", vm.maintenance) or ""
    edited = replace(vm, **fields)
    if edited != vm or group_id != vm.group:
        change.vms[vm_id] = edited
        change.tell(Event("vm_edited", by=actor, vm_id=vm_id))
    if reason != vm.maintenance:
        _serve_or_not(change, now, limits, edited, reason, actor)
    _place(change, now, limits, change.vms[vm_id], group_id, actor)
    turns.serve(change, now, limits, vm_id)
    return change.vms[vm_id]


def delete(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, force: bool = False) -> None:
    """The machine goes. A booked one only by force; its holder and who waits for it are told."""
    access.admin_only(change, limits, actor)
    vm = endings.machine(change, now, limits, vm_id)
    if not force:
        booking.refuse_if_taken(vm)
    event = Event("vm_deleted", by=actor, to=vm.booked_by, vm_id=vm_id, until=vm.expires_at)
    if vm.booked_by:
        lease.end(change, now, vm, "cancel", event)
    else:
        change.tell(event)
    queue.dissolve(change, now, limits, _without_hold(change, now, change.vms[vm_id], actor), actor)
    groups.move(change, now, limits, [change.vms[vm_id]], None, actor)
    del change.vms[vm_id]
    turns.serve_group(change, now, limits, vm.group)


def delete_all(
    change: Any, now: datetime, limits: Any, actor: str | None, vm_ids: list[str], force: bool = False
) -> None:
    """All these machines go, or none: what is booked is looked at before the first goes and others are served."""
    access.admin_only(change, limits, actor)
    for vm_id in () if force else vm_ids:
        booking.refuse_if_taken(endings.machine(change, now, limits, vm_id))
    for vm_id in vm_ids:
        delete(change, now, limits, actor, vm_id, force=True)


def _without_hold(change: Any, now: datetime, vm: Vm, by: str | None) -> Vm:
    """Who had it from a group's queue waits there again, in front; of its own queue, all are told by the caller."""
    if vm.hold and vm.hold.until and vm.hold.group is not None:
        change.tell(Event("hold_taken", by=by, to=vm.hold.email, vm_id=vm.id))
    return turns.put_back(change, now, vm)


def _serve_or_not(change: Any, now: datetime, limits: Any, vm: Vm, reason: str, by: str | None) -> None:
    """Out of service for that reason, or without one fit to be served; a booking in force stays until its end."""
    kind = "maintenance_began" if reason else "maintenance_ended"
    change.tell(Event(kind, by=by, to=vm.booked_by, vm_id=vm.id, until=vm.expires_at, reason=reason))
    vm = change.vms[vm.id] = replace(vm, maintenance=reason)
    if not reason:
        return
    lost = vm.hold
    vm = turns.put_back(change, now, vm)
    waiting = {waiter.email for waiter in vm.queue} | ({lost.email} if lost and lost.until else set())
    for email in sorted(waiting):
        change.tell(Event("waiting_maintenance", by=by, to=email, vm_id=vm.id, reason=reason))
    turns.serve_group(change, now, limits, vm.group)


def _place(change: Any, now: datetime, limits: Any, vm: Vm, group_id: int | None, by: str | None) -> None:
    if group_id is not None and group_id not in change.groups:
        refuse("no_such_group", group_id=group_id)
    groups.move(change, now, limits, [vm], group_id, by)
