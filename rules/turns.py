"""Whose turn it is: a machine that stands free is kept for who has waited longest, in its own queue or its group's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from records import Group, Hold, Vm, Waiter
from rules import lease
from rules.events import Event

Place = Vm | Group  # what has a queue


def serve(change: Any, now: datetime, limits: Any, vm_id: str, by: str | None = None) -> None:
    """Where the machine stands free, give it to whose turn it is. Nobody may be left waiting beside a free one.

    Who wants several of a group gets them together; until the last has come, the others are kept. `by` is whose
    doing it is that the turn has come.
    """
    vm = change.vms.get(vm_id)
    place = _served_next(change, vm) if vm and vm.stands_free else None
    if vm is None or place is None:
        return
    waiter, group_id = place.queue[0], place.id if isinstance(place, Group) else None
    vm = replace(vm, hold=Hold(waiter.email, waiter.hours, waiter.since, group=group_id))
    change.vms[vm_id] = vm
    kept = [vm] if waiter.count == 1 else list(kept_for(change, place, waiter.email))
    if len(kept) < waiter.count:
        return
    write(change, replace(change.vms[vm_id] if group_id is None else place, queue=place.queue[1:]))
    for each in kept:
        _grant(change, now, limits, change.vms[each.id], waiter, by)


def serve_group(change: Any, now: datetime, limits: Any, group_id: int | None) -> None:
    """Serve with all machines of the group, once another may be first in its queue: what was kept is free again."""
    group = change.groups.get(group_id)
    if not group or not group.queue:
        return
    for vm in map(change.vms.get, group.vm_ids):
        if vm.hold and vm.hold.until is None and vm.hold.email != group.queue[0].email:
            change.vms[vm.id] = replace(vm, hold=None)
    for vm_id in group.vm_ids:
        serve(change, now, limits, vm_id)


def lapse(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    """Who did not come in time is told, and the next one's turn begins."""
    change.tell(Event("hold_lapsed", to=vm.hold.email, vm_id=vm.id, until=vm.hold.until))
    pass_on(change, now, limits, vm)


def pass_on(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    """The hold is over; the next one's turn begins."""
    change.vms[vm.id] = replace(vm, hold=None)
    serve(change, now, limits, vm.id)


def put_back(change: Any, vm: Vm) -> Vm:
    """The machine without its hold; who loses it by no fault of their own is first in the queue again.

    The machine is to be withheld next, and then the group served: its first may be another now.
    """
    hold = vm.hold
    change.vms[vm.id] = freed = replace(vm, hold=None)
    if hold is None or hold.until is None:  # somebody still collecting has a place in the queue
        return freed
    place = change.groups.get(hold.group) or freed
    others = tuple(waiter for waiter in place.queue if waiter.email != hold.email)
    own = next((waiter for waiter in place.queue if waiter.email == hold.email), None)
    write(change, replace(place, queue=(_waiting_again(hold, own), *others)))
    return change.vms[vm.id]


def has_lapsed(vm: Vm, now: datetime) -> bool:
    return vm.hold is not None and vm.hold.until is not None and vm.hold.until <= now


def others_waiting(change: Any, vm: Vm) -> list[Waiter]:
    """Who waits for the machine and does not hold it, its own queue first."""
    group = change.groups.get(vm.group)
    waiting = (*vm.queue, *(group.queue if group else ()))
    return [waiter for waiter in waiting if waiter.email != vm.booked_by]


def tell_holder(change: Any, vm_id: str) -> None:
    """Once a booking, its holder hears that somebody waits."""
    vm = change.vms[vm_id]
    waiting = others_waiting(change, vm) if vm.booked_by and not vm.told_waiting else []
    if waiting:
        change.vms[vm_id] = replace(vm, told_waiting=True)
        change.tell(Event("waited_for", by=waiting[0].email, to=vm.booked_by, vm_id=vm_id, until=vm.expires_at))


def kept_for(change: Any, group: Group, email: str) -> Iterator[Vm]:
    """The machines of the group that are kept for somebody who has not all yet."""
    for vm in map(change.vms.get, group.vm_ids):
        if vm and vm.hold and vm.hold.until is None and (vm.hold.email, vm.hold.group) == (email, group.id):
            yield vm


def write(change: Any, place: Place) -> None:
    (change.vms if isinstance(place, Vm) else change.groups)[place.id] = place


def _waiting_again(hold: Hold, own: Waiter | None) -> Waiter:
    """Who has a place again already keeps its wishes; machines that were held together are wanted together."""
    if own is None:
        return Waiter(hold.email, hold.hours, hold.since)
    return replace(own, since=hold.since, count=own.count + (own.since == hold.since))


def _served_next(change: Any, vm: Vm) -> Place | None:
    """The queue whose first has waited longer: the machine's own, or its group's."""
    group = change.groups.get(vm.group)
    queues: list[Place] = [place for place in (vm, group) if place and place.queue]
    return min(queues, key=lambda place: place.queue[0].since, default=None)


def _grant(change: Any, now: datetime, limits: Any, vm: Vm, waiter: Waiter, by: str | None) -> None:
    """Who joined at a free machine, or is a job that looks for itself, needs no letter."""
    quiet = waiter.email == by or bool(waiter.heartbeat_minutes)
    if waiter.auto:
        hours = min(waiter.hours, limits.max_hours, limits.max_ahead_hours)  # the settings may have changed since
        booked = lease.begin(change, now, limits, vm, waiter.email, hours, heartbeat_minutes=waiter.heartbeat_minutes)
        about = {"vm_id": vm.id, "hours": hours, "until": booked.expires_at}
        change.tell(Event("auto_booked", to=waiter.email, quiet=quiet, **about))
        tell_holder(change, vm.id)
    else:
        until = now + timedelta(minutes=limits.hold_minutes)
        change.vms[vm.id] = replace(vm, hold=replace(vm.hold, until=until))
        about = {"vm_id": vm.id, "hours": waiter.hours, "until": until, "booked_at": waiter.since}
        change.tell(Event("held", to=waiter.email, quiet=quiet, **about))
