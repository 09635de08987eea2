"""The actions behind a letter's links: each on the one booking or hold that the letter was about."""

from __future__ import annotations

from datetime import datetime

from loadzone.domain.limits import Limits
from loadzone.domain.records import Hold, LinkTarget, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import booking, endings, people, queue


def renew(uow: UnitOfWork, target: LinkTarget) -> Vm:
    """Renew the booking by `hours`; return the machine. Raises Refusal: link_void, and what booking.renew raises."""
    vm = _vm_of(uow, target)
    return booking.renew(uow, target.holder, vm.id, hours(uow.limits))


def release(uow: UnitOfWork, target: LinkTarget) -> Vm:
    """Release the booking; return the machine. Raises Refusal: link_void, and what booking.cancel raises."""
    vm = _vm_of(uow, target)
    return booking.cancel(uow, target.holder, vm.id)


def take(uow: UnitOfWork, target: LinkTarget) -> Vm:
    """Book the held machine for the hours asked for in the queue.

    Raises Refusal: link_void, and what booking.book raises.
    """
    vm = _vm_of(uow, target)
    hold = vm.hold or refuse("link_void")
    return booking.book(uow, target.holder, vm.id, hours_to_take(hold, uow.limits))


def pass_on(uow: UnitOfWork, target: LinkTarget) -> Vm:
    """Pass the held machine on to the next in turn. Raises Refusal: link_void, and what queue.leave raises."""
    vm = _vm_of(uow, target)
    queue.leave(uow, target.holder, vm_id=vm.id)
    return uow.vms[vm.id]


def hours(limits: Limits) -> float:
    """Return the hours by which a link renews: one, since a letter cannot ask, or fewer where the settings say so."""
    return min(1, limits.max_hours)


def hours_to_take(hold: Hold, limits: Limits) -> float:
    """Return the hours for which a held machine is taken: those asked for in the queue, or fewer by the settings."""
    return min(hold.hours, limits.max_hours, limits.max_ahead_hours)


def is_valid(target: LinkTarget, vm: Vm | None, now: datetime) -> bool:
    """Tell whether the machine still has the very booking or hold that the link was made for."""
    if vm is None or target.until <= now:
        return False
    expected = (target.holder, target.since, target.until)
    if target.action in ("take", "pass"):
        return vm.hold is not None and (vm.hold.email, vm.hold.since, vm.hold.until) == expected
    booking = vm.booking
    return booking is not None and (booking.holder, booking.booked_at, booking.expires_at) == expected


def _vm_of(uow: UnitOfWork, target: LinkTarget) -> Vm:
    if target.vm_id not in uow.vms or not people.is_allowed(uow.limits, target.holder):
        refuse("link_void")
    vm = endings.current(uow, target.vm_id)
    return vm if is_valid(target, vm, uow.now) else refuse("link_void")
