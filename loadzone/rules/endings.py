"""Endings that come by themselves: bookings run out, jobs go silent, holds lapse. The queue is served at once."""

from __future__ import annotations

from loadzone.domain.events import Event
from loadzone.domain.records import Booking, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import lease, turns


def current(uow: UnitOfWork, vm_id: str) -> Vm:
    """Return the machine as it is now: what has run out ends here, without waiting for the timer.

    Raises Refusal: no_such_vm.
    """
    end_if_over(uow, uow.vm(vm_id))
    return uow.vms[vm_id]


def end_if_over(uow: UnitOfWork, vm: Vm) -> bool:
    """End the machine's booking or hold if its time is over. Tell whether it was."""
    booking = vm.booking
    if booking and booking.has_ended(uow.now):
        _end(uow, vm, booking, Event("expired", to=booking.holder, vm_id=vm.id, until=booking.expires_at))
    elif booking and booking.silent_at and booking.silent_at <= uow.heard_until:
        silence = (booking.heartbeat_minutes or 0) / 60
        event = Event("silent", to=booking.holder, via=booking.via, vm_id=vm.id, hours=silence, until=uow.now)
        _end(uow, vm, booking, event)
    elif vm.hold and vm.hold.has_lapsed(uow.now):
        turns.lapse(uow, vm, vm.hold)
    else:
        return False
    return True


def _end(uow: UnitOfWork, vm: Vm, booking: Booking, event: Event) -> None:
    lease.end(uow, vm, booking, "release", event)
    turns.serve(uow, vm.id)
