"""The booking that a call means, if the caller may change it."""

from __future__ import annotations

from loadzone.domain.people import User
from loadzone.domain.records import Booking, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, endings


def own_booking(uow: UnitOfWork, me: User, vm_id: str) -> tuple[Vm, Booking]:
    """Return the machine and its booking, which must be the actor's, unless the actor is an admin.

    If the booking that the caller saw has just ended, the next person's booking is not the one that was meant.
    Raises Refusal: no_such_vm, not_booked, not_allowed.
    """
    before = uow.vms.before(uow.vm(vm_id).id)
    meant = before.booking if before else None
    vm = endings.current(uow, vm_id)
    booking = vm.booking
    if booking is None or meant is None or booking.booked_at != meant.booked_at:
        refuse("not_booked", vm_id=vm.id)
    if booking.holder != me.email and not access.is_admin(uow.users, uow.limits, me.email):
        refuse("not_allowed", vm_id=vm.id, holder=booking.holder)
    return vm, booking
