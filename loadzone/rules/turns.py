"""Turns: a waiter's turn comes, is taken back, or makes others wait. rules/serving.py says whose turn it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

from loadzone.domain.events import Event
from loadzone.domain.records import Group, Hold, Vm, Waiter
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import iso
from loadzone.rules import lease, person_limits


def can_come(uow: UnitOfWork, waiter: Waiter) -> bool:
    """Tell whether the waiter may be served: not a job that went silent, nor somebody who has all they may have."""
    return not uow.is_silent(waiter) and person_limits.allow(uow, waiter.email, waiter.count)


def grant(uow: UnitOfWork, vm: Vm, waiter: Waiter, group_id: int | None) -> None:
    """Hold the machine for the waiter, or book it where the waiter asked for that. The place is the caller's to end.

    No letter goes to somebody who joined at a free machine, or to a job, which looks for itself.
    """
    quiet = waiter.email in uow.told_by_answer or bool(waiter.heartbeat_minutes)
    if waiter.auto:
        _book(uow, vm, waiter, quiet)
        return
    until = uow.now + timedelta(minutes=uow.limits.hold_minutes)
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


def grant_own(uow: UnitOfWork, vm: Vm, waiter: Waiter) -> None:
    """End the waiter's place in the machine's own queue, and grant the machine."""
    vm = uow.vms[vm.id] = replace(vm, queue=tuple(other for other in vm.queue if other is not waiter))
    grant(uow, vm, waiter, None)


def first_of(uow: UnitOfWork, vm: Vm) -> Waiter | None:
    """Return the first in the machine's own queue who may be served."""
    return next(_who_can_come(uow, vm.queue), None)


def put_back(uow: UnitOfWork, vms: Iterable[Vm]) -> None:
    """End the holds of these machines; people who lose one get the old place in the queue back.

    The caller withholds the machines, or others are served with them.
    """
    lost: dict[int, list[Hold]] = {}
    for vm in vms:
        hold = vm.hold
        if hold is None:
            continue
        uow.vms[vm.id] = freed = replace(vm, hold=None)
        if hold.until is None:  # a kept machine: its person still has the place in the queue
            continue
        if hold.group is not None and hold.group in uow.groups:
            lost.setdefault(hold.group, []).append(hold)
        else:
            uow.vms[vm.id] = replace(freed, queue=_with_places_back(freed.queue, [hold], uow.heard_until, 1))
    for group_id, holds in lost.items():
        group = uow.groups[group_id]
        queue = _with_places_back(group.queue, holds, uow.heard_until, len(group.vm_ids))
        uow.groups[group_id] = replace(group, queue=queue)


def in_order(queue: Sequence[Waiter], back: Iterable[Waiter]) -> tuple[Waiter, ...]:
    """Return the queue with these people in it, each where they stood by the time they have waited."""
    earlier = sorted(waiter.since for waiter in queue)
    placed = [(bisect_right(earlier, waiter.since), 0, waiter) for waiter in sorted(back, key=lambda one: one.since)]
    placed += [(place, 1, waiter) for place, waiter in enumerate(queue)]
    return tuple(waiter for _, _, waiter in sorted(placed, key=lambda row: row[:2]))


def others_wait(uow: UnitOfWork, vm: Vm) -> Waiter | None:
    """Return the first who waits for the machine and is not its holder, those in its own queue first.

    Whoever cannot be served now, such as somebody who has all they may have, keeps nobody from anything.
    """
    group = uow.group_of(vm)
    waiting = chain(_who_can_come(uow, vm.queue), _first_two(uow, group) if group else ())
    return next((waiter for waiter in waiting if waiter.email != vm.holder), None)


def count_others_waiting(uow: UnitOfWork, vm: Vm) -> int:
    """Count everybody but the holder who waits for the machine and can be served."""
    group = uow.group_of(vm)
    waiting = _who_can_come(uow, (*vm.queue, *(group.queue if group else ())))
    return sum(1 for waiter in waiting if waiter.email != vm.holder)


def tell_holder(uow: UnitOfWork, vm: Vm) -> None:
    """Tell the holder that somebody waits, once a booking."""
    booking = vm.booking
    if booking is None or booking.told_waiting:
        return
    waiter = others_wait(uow, vm)
    if waiter:
        uow.vms[vm.id] = replace(vm, booking=replace(booking, told_waiting=True))
        event = Event("waited_for", by=waiter.email, to=booking.holder, vm_id=vm.id, until=booking.expires_at)
        uow.tell(event)


def _book(uow: UnitOfWork, vm: Vm, waiter: Waiter, quiet: bool) -> None:
    limits = uow.limits
    hours = min(waiter.hours, limits.max_hours, limits.max_ahead_hours)  # the settings may have changed since
    beats = waiter.heartbeat_minutes
    booked = lease.begin(uow, vm, waiter.email, hours, via=waiter.via, heartbeat_minutes=beats, is_turn=True)
    end = booked.booking.expires_at if booked.booking else None
    told = Event("auto_booked", to=waiter.email, vm_id=vm.id, hours=hours, until=end, booked_at=uow.now, quiet=quiet)
    uow.tell(replace(told, changed={"since": (iso(waiter.since), None)}))


def _first_two(uow: UnitOfWork, group: Group) -> tuple[Waiter, ...]:
    """Return the first two in the group's queue who can be served: one of them is not the holder of a machine.

    They are looked for once, and not for each machine of the group.
    """
    if group.id not in uow.first_waiters:
        uow.first_waiters[group.id] = tuple(islice(_who_can_come(uow, group.queue), 2))
    return uow.first_waiters[group.id]


def _who_can_come(uow: UnitOfWork, queue: Iterable[Waiter]) -> Iterator[Waiter]:
    return (waiter for waiter in queue if can_come(uow, waiter))


def _with_places_back(
    queue: tuple[Waiter, ...], lost: list[Hold], heard_until: datetime, at_most: int
) -> tuple[Waiter, ...]:
    """Return the queue with the people who lost a hold in it, each where they stood by the time they have waited."""
    own = {waiter.email: waiter for waiter in queue}
    again: dict[str, Waiter] = {}
    for hold in lost:
        again[hold.email] = _waiting_again(hold, again.get(hold.email) or own.get(hold.email), heard_until, at_most)
    return in_order([waiter for waiter in queue if waiter.email not in again], again.values())


def _waiting_again(hold: Hold, own: Waiter | None, heard_until: datetime, at_most: int) -> Waiter:
    """Return the place that the person gets back.

    Somebody who has joined again meanwhile keeps the new wishes; machines that were held together are wanted together.
    """
    if own is None:
        return Waiter(hold.email, hold.hours, hold.since, heartbeat_minutes=hold.heartbeat_minutes, seen=heard_until)
    count = min(own.count + (own.since == hold.since), max(1, at_most))
    return replace(own, since=min(own.since, hold.since), count=count)
