"""Compares the usage tables with the state: at the first start, and after a gap or a restored older data file.

What is no longer so ends, what is so and was not known begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from loadzone.domain.records import Booking as BookingNow, Place, State, Vm
from loadzone.reports.usage import progress
from loadzone.reports.usage.instants import as_number
from loadzone.reports.usage.kept import Kept
from loadzone.reports.usage.records import NO_GROUP, Booking, Machine, Wait

LOST = "lost"  # how a booking ended of which the line is lost


def agrees(connection: Connection, epoch: int) -> bool:
    """Tell whether the tables agree with the states of this epoch. After a gap, call `reconcile` all the same."""
    return progress.since(connection) is not None and progress.epoch(connection) == epoch


def reconcile(connection: Connection, state: State, now: datetime) -> None:
    """Bring the tables to what the state says, once all its lines are kept. The difference counts from now on."""
    progress.lock(connection)
    at = as_number(now)
    kept = Kept(connection, progress.begun(connection, at))
    kept.read_all()
    _groups(kept, state)
    numbers = {vm.number for vm in state.vms.values()}
    for vm in state.vms.values():
        _machine(kept, state, vm, at)
    for machine in kept.machines:
        if machine.vm not in numbers and not machine.gone:
            kept.end_booking(machine, at, LOST)
            kept.change(machine, at, gone=True)
    _waits(kept, state)
    kept.flush()
    progress.note_epoch(connection, state.epoch)


def _groups(kept: Kept, state: State) -> None:
    for group in kept.groups:
        group.gone = group.group_id not in state.groups or group is not kept.group(group.group_id)
    for group_id, now in state.groups.items():
        known = kept.group(group_id) or kept.add_group(group_id, now.name)
        known.name, known.gone = now.name, False


def _machine(kept: Kept, state: State, vm: Vm, at: int) -> None:
    group = state.groups.get(vm.group) if vm.group is not None else None
    group_key = kept.group_key(group.id, group.name) if group else NO_GROUP
    machine = kept.machine(vm.number)
    if machine is None:
        began = as_number(vm.booking.booked_at) if vm.booking and vm.booking.booked_at else at
        machine = Machine(vm.number, vm.id, min(began, at), group_key, in_service=not vm.maintenance)
        kept.add_machine(machine)
    kept.change(machine, at, vm_id=vm.id, gone=False, group_key=group_key, in_service=not vm.maintenance)
    _booking(kept, machine, vm.booking, at)


def _booking(kept: Kept, machine: Machine, now: BookingNow | None, at: int) -> None:
    began = as_number(now.booked_at) if now and now.booked_at else at
    if now and machine.booking is not None and (machine.booking == began or now.booked_at is None):
        machine.until = _end_of(now)
        return
    kept.end_booking(machine, at, LOST)
    if now is None:
        return
    booking = kept.booking(machine.vm, began)
    if booking is None:
        booking = Booking(machine.vm, began, machine.group_key, kept.person(now.holder, now.via))
        kept.add_booking(booking)
    booking.ended = booking.how = None
    kept.change(machine, max(began, machine.since), booking=began, person=booking.person, until=_end_of(now))


def _end_of(booking: BookingNow) -> int | None:
    return as_number(booking.expires_at) if booking.expires_at else None


@dataclass(frozen=True)
class _Place:
    """A waiter's place."""

    email: str
    token: str
    began: int
    vm: int
    group_key: int


def _waits(kept: Kept, state: State) -> None:
    """Forget waits of which nobody knows how they ended; begin those that are not known."""
    now = {(place.email, place.began, place.vm or -place.group_key): place for place in _places(kept, state)}
    for email, waits in kept.read_lasting_waits().items():
        for wait in waits:
            key = (email, wait.began, wait.vm or -wait.group_key)
            if now.pop(key, None) is None:
                kept.forget_wait(email, wait)
    for place in now.values():
        kept.begin_or_resume(
            place.email, Wait(kept.person(place.email, place.token), place.began, place.vm, place.group_key)
        )


def _places(kept: Kept, state: State) -> Iterable[_Place]:
    keys: Mapping[int | None, int] = {group.id: kept.group_key(group.id, group.name) for group in state.groups.values()}
    places: list[tuple[Place, int, int]] = [
        *((vm, vm.number, keys.get(vm.group, NO_GROUP)) for vm in state.vms.values()),
        *((group, 0, keys[group.id]) for group in state.groups.values()),
    ]
    for place, number, group_key in places:
        for waiter in place.queue:
            yield _Place(waiter.email, waiter.via, as_number(waiter.since), number, group_key)
