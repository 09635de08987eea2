"""Endings that come by themselves: bookings run out, jobs go silent, holds lapse."""

from __future__ import annotations

from collections.abc import Iterable

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import lease, serving


def current(uow: UnitOfWork, vm_id: str) -> Vm:
    """Return the machine as it is now: what has run out ends here, without waiting for the timer.

    Raises Refusal: no_such_vm.
    """
    vm = uow.vm(vm_id)
    end_all_over(uow, [vm])
    return uow.vms[vm.id]


def end_all_over(uow: UnitOfWork, vms: Iterable[Vm]) -> None:
    """End what has run out at these machines, and give them to the next in turn before anybody else can ask."""
    ended = [end_if_over(uow, vm) for vm in vms]
    if any(ended):
        serving.serve(uow)


def end_if_over(uow: UnitOfWork, vm: Vm) -> bool:
    """End the machine's booking or hold if its time is over. Tell whether it was."""
    booking = vm.booking
    if booking and booking.has_ended(uow.now):
        event = Event("expired", to=booking.holder, vm_id=vm.id, until=booking.expires_at, booked_at=booking.booked_at)
        lease.end(uow, vm, booking, "release", event)
    elif booking and uow.is_silent(booking):
        silence = (booking.heartbeat_minutes or 0) / 60
        event = Event("silent", to=booking.holder, via=booking.via, vm_id=vm.id, hours=silence, until=uow.now)
        lease.end(uow, vm, booking, "release", replace(event, booked_at=booking.booked_at))
    elif vm.hold and vm.hold.has_lapsed(uow.now):
        hold = vm.hold
        uow.tell(Event("hold_lapsed", to=hold.email, vm_id=vm.id, until=hold.until, booked_at=hold.since))
        uow.vms[vm.id] = replace(vm, hold=None)
    else:
        return False
    return True
