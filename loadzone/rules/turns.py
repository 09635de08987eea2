"""Whose turn it is: a free machine goes to whoever has waited longest, in its own queue or in its group's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from loadzone.domain.events import Event
from loadzone.domain.records import Group, Hold, Place, Vm, Waiter
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import lease


def serve(uow: UnitOfWork, vm_id: str, by: str | None = None) -> None:
    """Give the machine to the next in turn, if it stands free. Nobody may be left waiting beside a free machine.

    A waiter who wants several machines of a group gets them together; until the last one comes free, the others are
    kept. `by` is the person whose request brought the turn about.
    """
    vm = uow.vms.get(vm_id)
    group = uow.group_of(vm) if vm else None
    if group and any(waiter.count > 1 for waiter in group.queue):
        serve_group(uow, group.id, by)  # with this machine, another one may be the one to be served
    else:
        _serve_one(uow, vm_id, by)


def serve_group(uow: UnitOfWork, group_id: int | None, by: str | None = None) -> None:
    """Serve the group's queue with all its machines, after somebody joined it or somebody else came first in it.

    Holders of the group's machines are told that somebody waits. Does nothing for a group that is gone, or None.
    """
    if group_id is None or group_id not in uow.groups:
        return
    booked = bool(uow.groups[group_id].queue)
    while booked:  # a new holder of one machine may want more than can still come
        _release_kept_machines(uow, uow.groups[group_id])
        results = [_serve_one(uow, vm_id, by) for vm_id in uow.groups[group_id].vm_ids]
        booked = any(results)
    for vm_id in uow.groups[group_id].vm_ids:
        tell_holder(uow, vm_id)


def lapse(uow: UnitOfWork, vm: Vm, hold: Hold) -> None:
    """End a hold that was not taken in time, tell its person, and serve the next in turn."""
    uow.tell(Event("hold_lapsed", to=hold.email, vm_id=vm.id, until=hold.until))
    pass_on(uow, vm)


def pass_on(uow: UnitOfWork, vm: Vm) -> None:
    """End the machine's hold and serve the next in turn."""
    uow.vms[vm.id] = replace(vm, hold=None)
    serve(uow, vm.id)


def put_back(uow: UnitOfWork, vm: Vm) -> Vm:
    """Return the machine without its hold; the person who loses it gets the old place in the queue back.

    The caller withholds the machine next, and then serves the group: another may be first in its queue now.
    """
    hold = vm.hold
    uow.vms[vm.id] = freed = replace(vm, hold=None)
    if hold is None or hold.until is None:  # a kept machine: its person still has the place in the queue
        return freed
    group = None if hold.group is None else uow.groups.get(hold.group)
    place: Place = group or freed
    own = next((waiter for waiter in place.queue if waiter.email == hold.email), None)
    again = _waiting_again(hold, own, uow.heard_until, len(group.vm_ids) if group else 1)
    others = [waiter for waiter in place.queue if waiter is not own]
    earlier = sum(1 for waiter in others if waiter.since <= again.since)
    uow.write(replace(place, queue=(*others[:earlier], again, *others[earlier:])))
    return uow.vms[vm.id]


def others_waiting(uow: UnitOfWork, vm: Vm) -> list[Waiter]:
    """Return everybody but the holder who waits for the machine, those in its own queue first."""
    group = uow.group_of(vm)
    waiting = (*vm.queue, *(group.queue if group else ()))
    return [waiter for waiter in waiting if waiter.email != vm.holder]


def tell_holder(uow: UnitOfWork, vm_id: str) -> None:
    """Tell the holder that somebody waits, once a booking."""
    vm = uow.vms[vm_id]
    booking = vm.booking
    if booking is None or booking.told_waiting:
        return
    waiting = others_waiting(uow, vm)
    if waiting:
        uow.vms[vm_id] = replace(vm, booking=replace(booking, told_waiting=True))
        event = Event("waited_for", by=waiting[0].email, to=booking.holder, vm_id=vm_id, until=booking.expires_at)
        uow.tell(event)


def kept_for(uow: UnitOfWork, group: Group, email: str) -> list[Vm]:
    """Return the group's machines that are kept for this person, who waits for more."""
    return [vm for vm in uow.vms_of(group) if vm.hold and _is_kept(vm.hold, email, group.id)]


def _is_kept(hold: Hold, email: str, group_id: int) -> bool:
    return hold.until is None and (hold.email, hold.group) == (email, group_id)


def _waiting_again(hold: Hold, own: Waiter | None, heard_until: datetime, at_most: int) -> Waiter:
    """Return the place that the person gets back.

    Somebody who has joined again meanwhile keeps the new wishes; machines that were held together are wanted together.
    """
    if own is None:
        return Waiter(hold.email, hold.hours, hold.since, heartbeat_minutes=hold.heartbeat_minutes, seen=heard_until)
    count = min(own.count + (own.since == hold.since), max(1, at_most))
    return replace(own, since=min(own.since, hold.since), count=count)


def _release_kept_machines(uow: UnitOfWork, group: Group) -> None:
    """End what is kept for anybody but the first in the queue."""
    first = _first(uow, group)
    for vm in uow.vms_of(group):
        if vm.hold and vm.hold.until is None and not (first and first.email == vm.hold.email):
            uow.vms[vm.id] = replace(vm, hold=None)


def _serve_one(uow: UnitOfWork, vm_id: str, by: str | None) -> bool:
    """Serve the next in turn with this machine. Tell whether something was booked."""
    vm = uow.vms.get(vm_id)
    next_in_turn = _next_in_turn(uow, vm) if vm and vm.stands_free else None
    if vm is None or next_in_turn is None:
        return False
    place, waiter = next_in_turn
    group = place if isinstance(place, Group) else None
    group_id = group.id if group else None
    hold = Hold(waiter.email, waiter.hours, waiter.since, None, group_id, waiter.heartbeat_minutes)
    vm = uow.vms[vm_id] = replace(vm, hold=hold)
    kept = kept_for(uow, group, waiter.email) if group and waiter.count > 1 else [vm]
    if len(kept) < waiter.count:
        return False
    queue = tuple(other for other in place.queue if other is not waiter)
    uow.write(replace(group or vm, queue=queue))
    for one in kept:
        _grant(uow, uow.vms[one.id], waiter, group_id, by)
    return waiter.auto


def _next_in_turn(uow: UnitOfWork, vm: Vm) -> tuple[Place, Waiter] | None:
    """Return whoever has waited longest, and where: in the machine's own queue or in its group's."""
    places: tuple[Place | None, ...] = (vm, uow.group_of(vm))
    firsts = [(place, waiter) for place in places if place and (waiter := _first(uow, place))]
    return min(firsts, key=lambda first: first[1].since, default=None)


def _first(uow: UnitOfWork, place: Place) -> Waiter | None:
    """Return the first in the queue who can be served.

    Silent jobs are passed over, and so is a waiter who wants more machines than can still come.
    """
    for waiter in place.queue:
        if waiter.is_silent(uow.heard_until):
            continue
        if waiter.count == 1 or isinstance(place, Vm) or waiter.count <= _still_to_come(uow, place, waiter.email):
            return waiter
    return None


def _still_to_come(uow: UnitOfWork, group: Group, email: str) -> int:
    """Count the group's machines that this person may still get: none out of service, none they have already."""
    return sum(1 for vm in uow.vms_of(group) if not vm.maintenance and vm.holder != email)


def _grant(uow: UnitOfWork, vm: Vm, waiter: Waiter, group_id: int | None, by: str | None) -> None:
    """Hold the machine for the waiter, or book it where the waiter asked for that.

    No letter goes to somebody who joined at a free machine, or to a job, which looks for itself.
    """
    quiet = waiter.email == by or bool(waiter.heartbeat_minutes)
    if waiter.auto:
        _book(uow, vm, waiter, quiet)
    else:
        until = uow.now + timedelta(minutes=uow.limits.hold_minutes)
        # Made anew, since the place may have got other wishes since the machine was kept.
        hold = Hold(waiter.email, waiter.hours, waiter.since, until, group_id, waiter.heartbeat_minutes)
        uow.vms[vm.id] = replace(vm, hold=hold)
        uow.tell(
            Event(
                "held",
                to=waiter.email,
                vm_id=vm.id,
                hours=waiter.hours,
                until=until,
                booked_at=waiter.since,
                quiet=quiet,
            )
        )


def _book(uow: UnitOfWork, vm: Vm, waiter: Waiter, quiet: bool) -> None:
    limits = uow.limits
    hours = min(waiter.hours, limits.max_hours, limits.max_ahead_hours)  # the settings may have changed since
    booked = lease.begin(uow, vm, waiter.email, hours, via=waiter.via, heartbeat_minutes=waiter.heartbeat_minutes)
    end = booked.booking.expires_at if booked.booking else None
    uow.tell(Event("auto_booked", to=waiter.email, vm_id=vm.id, hours=hours, until=end, quiet=quiet))
    tell_holder(uow, vm.id)
