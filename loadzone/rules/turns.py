"""Whose turn it is: a machine that stands free is kept for who has waited longest, in its own queue or its group's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Group, Hold, Vm, Waiter
from loadzone.rules import lease

Place = Vm | Group  # what has a queue


def serve(change: Any, now: datetime, limits: Any, vm_id: str, by: str | None = None) -> None:
    """Where the machine stands free, give it to whose turn it is. Nobody may be left waiting beside a free one.

    Who wants several of a group gets them together; until the last has come, the others are kept. `by` is whose
    doing it is that the turn has come.
    """
    vm = change.vms.get(vm_id)
    group = change.groups.get(vm.group) if vm else None
    if group and any(waiter.count > 1 for waiter in group.queue):
        serve_group(change, now, limits, group.id, by)  # with this machine, another may be the one to be served
    else:
        _serve_one(change, now, limits, vm_id, by)


def serve_group(change: Any, now: datetime, limits: Any, group_id: int | None, by: str | None = None) -> None:
    """Serve with all machines of the group, once another may wait or be first in its queue; holders hear of it."""
    booked = group_id in change.groups and bool(change.groups[group_id].queue)
    while booked:  # who has one of the machines now may want more than can come
        _let_go_of_what_is_not_for_the_first(change, now, change.groups[group_id])
        results = [_serve_one(change, now, limits, vm_id, by) for vm_id in change.groups[group_id].vm_ids]
        booked = any(results)
    for vm_id in change.groups[group_id].vm_ids if group_id in change.groups else ():
        tell_holder(change, vm_id)


def lapse(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    """Who did not come in time is told, and the next one's turn begins."""
    change.tell(Event("hold_lapsed", to=vm.hold.email, vm_id=vm.id, until=vm.hold.until))
    pass_on(change, now, limits, vm)


def pass_on(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    """The hold is over; the next one's turn begins."""
    change.vms[vm.id] = replace(vm, hold=None)
    serve(change, now, limits, vm.id)


def put_back(change: Any, now: datetime, vm: Vm) -> Vm:
    """The machine without its hold; who loses it by no fault of their own has the old place in the queue again.

    The machine is to be withheld next, and then the group served: its first may be another now.
    """
    hold = vm.hold
    change.vms[vm.id] = freed = replace(vm, hold=None)
    if hold is None or hold.until is None:  # somebody still collecting has a place in the queue
        return freed
    place = change.groups.get(hold.group) or freed
    own = next((waiter for waiter in place.queue if waiter.email == hold.email), None)
    again = _waiting_again(hold, own, now, 1 if isinstance(place, Vm) else len(place.vm_ids))
    others = [waiter for waiter in place.queue if waiter is not own]
    earlier = sum(1 for waiter in others if waiter.since <= again.since)
    write(change, replace(place, queue=(*others[:earlier], again, *others[earlier:])))
    return change.vms[vm.id]


def has_lapsed(vm: Vm, now: datetime) -> bool:
    return vm.hold is not None and vm.hold.until is not None and vm.hold.until <= now


def is_silent(waiter: Waiter, now: datetime) -> bool:
    """Whether the job that keeps the place gave no sign of life for too long."""
    heard = waiter.seen or waiter.since
    return bool(waiter.heartbeat_minutes) and heard + timedelta(minutes=waiter.heartbeat_minutes) <= now


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


def _waiting_again(hold: Hold, own: Waiter | None, now: datetime, at_most: int) -> Waiter:
    """Who has a place again already keeps its wishes; machines that were held together are wanted together."""
    if own is None:
        return Waiter(hold.email, hold.hours, hold.since, heartbeat_minutes=hold.heartbeat_minutes, seen=now)
    count = min(own.count + (own.since == hold.since), max(1, at_most))
    return replace(own, since=min(own.since, hold.since), count=count)


def _let_go_of_what_is_not_for_the_first(change: Any, now: datetime, group: Group) -> None:
    first = _first(change, now, group)
    for vm in map(change.vms.get, group.vm_ids):
        if vm and vm.hold and vm.hold.until is None and not (first and first.email == vm.hold.email):
            change.vms[vm.id] = replace(vm, hold=None)


def _serve_one(change: Any, now: datetime, limits: Any, vm_id: str, by: str | None) -> bool:
    """Whether something was booked."""
    vm = change.vms.get(vm_id)
    place, waiter = _served_next(change, now, vm) if vm and vm.stands_free else (None, None)
    if vm is None or place is None or waiter is None:
        return False
    group_id = place.id if isinstance(place, Group) else None
    hold = Hold(waiter.email, waiter.hours, waiter.since, None, group_id, waiter.heartbeat_minutes)
    vm = change.vms[vm_id] = replace(vm, hold=hold)
    kept = [vm] if waiter.count == 1 else list(kept_for(change, place, waiter.email))
    if len(kept) < waiter.count:
        return False
    place = vm if group_id is None else place
    write(change, replace(place, queue=tuple(other for other in place.queue if other is not waiter)))
    for each in kept:
        _grant(change, now, limits, change.vms[each.id], waiter, by)
    return waiter.auto


def _served_next(change: Any, now: datetime, vm: Vm) -> tuple[Place | None, Waiter | None]:
    """Who has waited longest, and where: in the machine's own queue or in its group's."""
    places = (vm, change.groups.get(vm.group))
    firsts = [(place, waiter) for place in places if place and (waiter := _first(change, now, place))]
    return min(firsts, key=lambda first: first[1].since, default=(None, None))


def _first(change: Any, now: datetime, place: Place) -> Waiter | None:
    """The first in the queue who can be served: who wants more than there is to come does not keep the others, nor
    does a job that is silent.
    """
    for waiter in place.queue:
        if is_silent(waiter, now):
            continue
        if waiter.count == 1 or waiter.count <= _to_come(change, place, waiter.email):
            return waiter
    return None


def _to_come(change: Any, group: Group, email: str) -> int:
    """How many machines of the group may yet be that person's: not those out of service, nor what they have."""
    vms = map(change.vms.get, group.vm_ids)
    return sum(1 for vm in vms if vm and not vm.maintenance and vm.booked_by != email)


def _grant(change: Any, now: datetime, limits: Any, vm: Vm, waiter: Waiter, by: str | None) -> None:
    """Who joined at a free machine, or is a job that looks for itself, needs no letter."""
    quiet = waiter.email == by or bool(waiter.heartbeat_minutes)
    if waiter.auto:
        hours = min(waiter.hours, limits.max_hours, limits.max_ahead_hours)  # the settings may have changed since
        job = {"via": waiter.via, "heartbeat_minutes": waiter.heartbeat_minutes}
        booked = lease.begin(change, now, limits, vm, waiter.email, hours, **job)
        about = {"vm_id": vm.id, "hours": hours, "until": booked.expires_at}
        change.tell(Event("auto_booked", to=waiter.email, quiet=quiet, **about))
        tell_holder(change, vm.id)
    else:
        until = now + timedelta(minutes=limits.hold_minutes)
        hold = Hold(waiter.email, waiter.hours, waiter.since, until, vm.hold.group, waiter.heartbeat_minutes)
        change.vms[vm.id] = replace(vm, hold=hold)  # the place may have got new wishes since the machine was kept
        about = {"vm_id": vm.id, "hours": waiter.hours, "until": until, "booked_at": waiter.since}
        change.tell(Event("held", to=waiter.email, quiet=quiet, **about))
