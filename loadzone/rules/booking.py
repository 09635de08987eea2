"""Booking, renewing, releasing: a machine has at most one holder at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.refusal import refuse
from loadzone.rules import access, endings, history, lease, turns


def book(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    vm_id: str,
    hours: float,
    force: bool = False,
    **more: Any,
) -> Vm:
    """The machine, booked for `hours` from now; one held for the actor too, by force of an admin for anybody.

    `more` are `note`, `via` (the name of a token) and `heartbeat_minutes`, as lease.begin takes them.
    """
    access.signed_in(change, actor)
    lease.check_hours(hours, limits)
    vm = endings.machine(change, now, limits, vm_id)
    refuse_if_taken(vm)
    if vm.maintenance:
        refuse("in_maintenance", vm_id=vm_id, reason=vm.maintenance)
    left = None
    if vm.hold and vm.hold.email != actor:
        if not (force and access.is_admin(change.users, limits, actor)):
            refuse("vm_held", vm_id=vm_id, holder=vm.hold.email, until=vm.hold.until)
        change.tell(Event("hold_taken", by=actor, to=vm.hold.email, vm_id=vm_id))
        left, vm = vm.hold.group, turns.put_back(change, now, vm)
    lease.begin(change, now, limits, vm, actor, hours, **more)
    turns.serve(change, now, limits, vm_id)  # not with it, but with what was kept for who is not first any more
    turns.serve_group(change, now, limits, left)
    turns.tell_holder(change, vm_id)
    return change.vms[vm_id]


def book_any(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    group_id: int,
    hours: float,
    count: int = 1,
    tags: tuple[str, ...] = (),
    **more: Any,
) -> list[Vm]:
    """So many free machines of the group that have all the tags, all or none, those first that rested longest."""
    access.signed_in(change, actor)
    lease.check_hours(hours, limits)
    group = change.groups.get(group_id) or refuse("no_such_group", group_id=group_id)
    wanted = {tag.casefold() for tag in tags}
    for vm_id in group.vm_ids:
        endings.machine(change, now, limits, vm_id)
    vms = [change.vms[vm_id] for vm_id in group.vm_ids]  # only now: serving with one may have changed another
    fitting = [vm for vm in vms if wanted <= {tag.casefold() for tag in vm.tags}]
    free = [vm for vm in fitting if vm.stands_free or _is_kept_for(vm, actor)]
    if len(free) < count:
        next_end = min((vm.expires_at for vm in fitting if vm.expires_at), default=None)
        refuse("not_enough_free", free=len(free), count=count, until=next_end)
    chosen = sorted(free, key=lambda vm: (not vm.hold, vm.freed_at is not None, vm.freed_at))[:count]
    return [book(change, now, limits, actor, vm.id, hours, **more) for vm in chosen]


def renew(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    vm_id: str,
    hours: float,
    expires_at: datetime | None = None,
) -> Vm:
    """The machine, its end moved by `hours`. A caller that names `expires_at` means that end and no other."""
    access.signed_in(change, actor)
    lease.check_hours(hours, limits)
    vm = _own(change, now, limits, actor, vm_id)
    if expires_at and expires_at != vm.expires_at:
        refuse("changed", vm_id=vm_id, expires_at=vm.expires_at)
    if not access.is_admin(change.users, limits, actor):
        _refuse_if_wanted(change, vm)
    end = lease.end_of(vm, vm.expires_at or now, hours, now, limits)
    renewed = replace(vm, expires_at=end, end_set_at=now, reminded=None)
    change.vms[vm_id] = renewed
    history.note(change, vm.booked_by, "renew", vm_id, now, end)
    change.tell(Event("renewed", by=actor, to=vm.booked_by, vm_id=vm_id, hours=hours, until=end))
    return renewed


def cancel(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, reason: str = "") -> Vm:
    """The machine, free or already the next one's. A holder whose machine somebody else released is told why."""
    access.signed_in(change, actor)
    vm = _own(change, now, limits, actor, vm_id)
    kind = "released" if vm.booked_by == actor else "force_released"
    lease.end(change, now, vm, "cancel", Event(kind, by=actor, to=vm.booked_by, vm_id=vm_id, reason=reason))
    turns.serve(change, now, limits, vm_id)
    return change.vms[vm_id]


def beat(change: Any, now: datetime, limits: Any, actor: str | None, vm_ids: list[str]) -> None:
    """A sign of life from the job that keeps these bookings: the time is written, and nothing told."""
    access.signed_in(change, actor)
    for vm_id in vm_ids:
        vm = endings.machine(change, now, limits, vm_id)
        if not vm.booked_by:
            refuse("not_booked", vm_id=vm_id)
        if vm.booked_by != actor:
            refuse("not_allowed", vm_id=vm_id, holder=vm.booked_by)
        if vm.heartbeat_minutes:
            change.vms[vm_id] = replace(vm, heartbeat_at=now)


def refuse_if_taken(vm: Vm) -> None:
    if vm.booked_by:
        refuse("vm_taken", vm_id=vm.id, holder=vm.booked_by, until=vm.expires_at)


def _refuse_if_wanted(change: Any, vm: Vm) -> None:
    """What others wait for, or what is to be mended, is not kept longer."""
    waiting = turns.others_waiting(change, vm)
    if waiting:
        refuse("others_wait", vm_id=vm.id, n=len(waiting))
    if vm.maintenance:
        refuse("in_maintenance", vm_id=vm.id, reason=vm.maintenance)


def _is_kept_for(vm: Vm, email: str | None) -> bool:
    return vm.hold is not None and vm.hold.email == email and not vm.maintenance


def _own(change: Any, now: datetime, limits: Any, actor: str, vm_id: str) -> Vm:
    """The machine, booked by the actor, or by anybody where the actor is an admin.

    A booking that has just ended may have made room for the next one's, which is not the one that was target.
    """
    target = change.vms.get(vm_id)
    vm = endings.machine(change, now, limits, vm_id)
    if not vm.booked_by or vm.booked_at != target.booked_at:
        refuse("not_booked", vm_id=vm_id)
    if vm.booked_by != actor and not access.is_admin(change.users, limits, actor):
        refuse("not_allowed", vm_id=vm_id, holder=vm.booked_by)
    return vm
