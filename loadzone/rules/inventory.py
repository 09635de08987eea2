"""The machines themselves: adding, editing, deleting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from typing_extensions import TypedDict, Unpack  # in the standard library from Python 3.11 on

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, booking, endings, groups, lease, queue, turns


class Description(TypedDict, total=False):
    """The fields of Vm that describe a machine. A field that is absent stays as it is."""

    description: str
    tags: tuple[str, ...]
    external_ip: str
    internal_ip: str


class Edit(Description, total=False):
    """The fields of an edit: also the group (None: no group) and why it is out of service (None: it is not)."""

    group_id: int | None
    maintenance: str | None


def add(uow: UnitOfWork, actor: str | None, vm_id: str, group_id: int | None, **fields: Unpack[Description]) -> Vm:
    """Add a machine; return it. Raises Refusal: not_signed_in, not_allowed, vm_exists, no_such_group."""
    by = access.require_admin(uow, actor)
    if vm_id in uow.vms:
        refuse("vm_exists", field="id", vm_id=vm_id)
    vm = Vm(id=vm_id, **fields)
    uow.vms[vm_id] = vm
    uow.tell(Event("vm_added", by=by, vm_id=vm_id))
    _place(uow, vm, group_id, by)
    return uow.vms[vm_id]


def edit(uow: UnitOfWork, actor: str | None, vm_id: str, **fields: Unpack[Edit]) -> Vm:
    """Change the given fields of the machine; return it. Its booking stays as it is.

    `maintenance`, a reason, takes it out of service; None brings it back.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, no_such_group.
    """
    by = access.require_admin(uow, actor)
    vm = endings.current(uow, vm_id)
    group_id = fields.pop("group_id", vm.group)
    reason = fields.pop("maintenance", vm.maintenance) or ""
    edited = replace(vm, **cast(Description, fields))  # nothing else is left in it
    if edited != vm or group_id != vm.group:
        uow.vms[vm_id] = edited
        uow.tell(Event("vm_edited", by=by, vm_id=vm_id))
    if reason != vm.maintenance:
        _set_maintenance(uow, edited, reason, by)
    _place(uow, uow.vms[vm_id], group_id, by)
    turns.serve(uow, vm_id)
    return uow.vms[vm_id]


def delete(uow: UnitOfWork, actor: str | None, vm_id: str, force: bool = False) -> None:
    """Delete the machine; a booked one only with `force`. Its holder and everybody in its queue are told.

    Raises Refusal: not_signed_in, not_allowed, no_such_vm, vm_taken.
    """
    by = access.require_admin(uow, actor)
    vm = endings.current(uow, vm_id)
    if not force:
        booking.refuse_if_taken(vm)
    if vm.booking:
        until = vm.booking.expires_at
        event = Event("vm_deleted", by=by, to=vm.booking.holder, vm_id=vm_id, until=until)
        lease.end(uow, vm, vm.booking, "cancel", event)
    else:
        uow.tell(Event("vm_deleted", by=by, vm_id=vm_id))
    queue.dissolve(uow, _without_hold(uow, uow.vms[vm_id], by), by)
    groups.move(uow, [uow.vms[vm_id]], None, by)
    del uow.vms[vm_id]
    turns.serve_group(uow, vm.group)


def delete_all(uow: UnitOfWork, actor: str | None, vm_ids: Sequence[str], force: bool = False) -> None:
    """Delete all these machines, or none. Bookings are checked before the first one goes and others are served.

    Raises what `delete` raises.
    """
    by = access.require_admin(uow, actor)
    for vm_id in () if force else vm_ids:
        booking.refuse_if_taken(endings.current(uow, vm_id))
    for vm_id in vm_ids:
        delete(uow, by, vm_id, force=True)


def _without_hold(uow: UnitOfWork, vm: Vm, by: str) -> Vm:
    """Return the machine without its hold.

    A person who had it from the group's queue is told and waits there again, in front. For a hold from the machine's
    own queue the person waits in that queue again, and is told when it is dissolved.
    """
    if vm.hold and vm.hold.until and vm.hold.group is not None:
        uow.tell(Event("hold_taken", by=by, to=vm.hold.email, vm_id=vm.id))
    return turns.put_back(uow, vm)


def _set_maintenance(uow: UnitOfWork, vm: Vm, reason: str, by: str) -> None:
    """Take the machine out of service for this reason, or bring it back (""). A booking stays until its end."""
    kind = "maintenance_began" if reason else "maintenance_ended"
    until = vm.booking.expires_at if vm.booking else None
    uow.tell(Event(kind, by=by, to=vm.holder, vm_id=vm.id, until=until, reason=reason))
    vm = uow.vms[vm.id] = replace(vm, maintenance=reason)
    if not reason:
        return
    lost = vm.hold
    vm = turns.put_back(uow, vm)
    waiting = {waiter.email for waiter in vm.queue} | ({lost.email} if lost and lost.until else set())
    for email in sorted(waiting):
        uow.tell(Event("waiting_maintenance", by=by, to=email, vm_id=vm.id, reason=reason))
    turns.serve_group(uow, vm.group)


def _place(uow: UnitOfWork, vm: Vm, group_id: int | None, by: str) -> None:
    """Move the machine into the group. Raises Refusal: no_such_group."""
    if group_id is not None:
        uow.group(group_id)
    groups.move(uow, [vm], group_id, by)
