"""The machines themselves: adding, editing, deleting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from records import Vm
from rules import access, booking, groups
from rules.events import Event
from rules.refusal import refuse


def add(
    change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, group_id: int | None, **fields: Any
) -> Vm:
    """The new machine, free. `fields` are those of Vm that describe it."""
    access.admin_only(change, limits, actor)
    if vm_id in change.vms:
        refuse("vm_exists", field="id", vm_id=vm_id)
    vm = Vm(id=vm_id, **fields)
    change.vms[vm_id] = vm
    _place(change, vm, group_id)
    change.tell(Event("vm_added", by=actor, vm_id=vm_id))
    return change.vms[vm_id]


def edit(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, **fields: Any) -> Vm:
    """The machine with the given fields changed; `group_id`, where given, moves it. Its booking stays as it is."""
    access.admin_only(change, limits, actor)
    vm = booking.machine(change, now, vm_id)
    group_id = fields.pop("group_id", vm.group)
    edited = replace(vm, **fields)
    if edited == vm and group_id == vm.group:
        return vm
    change.vms[vm_id] = edited
    _place(change, edited, group_id)
    change.tell(Event("vm_edited", by=actor, vm_id=vm_id))
    return change.vms[vm_id]


def delete(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, force: bool = False) -> None:
    """The machine goes. A booked one only by force, and its holder is told."""
    access.admin_only(change, limits, actor)
    vm = booking.machine(change, now, vm_id)
    if not force:
        booking.refuse_if_taken(vm)
    event = Event("vm_deleted", by=actor, to=vm.booked_by, vm_id=vm_id, until=vm.expires_at)
    if vm.booked_by:
        booking.free(change, now, vm, "cancel", event)
    else:
        change.tell(event)
    groups.move(change, [change.vms[vm_id]], None)
    del change.vms[vm_id]


def _place(change: Any, vm: Vm, group_id: int | None) -> None:
    if group_id is not None and group_id not in change.groups:
        refuse("no_such_group", group_id=group_id)
    groups.move(change, [vm], group_id)
