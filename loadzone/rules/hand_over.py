"""Handing a booking over: another person has the machine until the same end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from loadzone.domain.events import Event
from loadzone.domain.people import User
from loadzone.domain.records import Booking, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.lib.times import iso, iso_or_none
from loadzone.rules import access, bulk, history, people, person_limits, seen
from loadzone.rules.own_booking import own_booking


def hand_over(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    email: str,
    booked_at: datetime | None = None,
    force: bool = False,
) -> Vm:
    """Give a booking to the person with this address; return the machine.

    Its end and note stay. To everybody else it is a new booking, which begins now: links in letters, heartbeats and a
    `loadzone run` of the person who had it no longer mean it. An admin's `force` sets aside how many machines the
    receiver may have. A caller that names `booked_at` means the booking that began then alone.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, no_such_user, domain_not_allowed, not_booked, changed,
    is_yours, over_limit.
    """
    me = access.signed_in(uow, actor)
    vm, booking = own_booking(uow, me, vm_id)
    seen.check_beginning(vm, booking, booked_at)
    receiver = people.known(uow, email)
    if receiver.email == booking.holder:
        refuse("is_yours", vm_id=vm.id, holder=booking.holder, field="email")
    if not access.may_force(uow, me, force):
        person_limits.check(uow, receiver.email, 1, asked_by=me.email)
    return _hand_over(uow, me, vm, booking, receiver)


def hand_over_all(
    uow: UnitOfWork,
    actor: str | None,
    vm_ids: Sequence[str],
    email: str,
    bookings: Mapping[str, datetime] | None = None,
    force: bool = False,
) -> list[Vm]:
    """Hand several over, each as `hand_over` does: all or none. `bookings` are the beginnings of those meant."""
    me = access.signed_in(uow, actor)
    meant = uow.by_vm(bookings or {})
    if not access.may_force(uow, me, force):  # of all together, so that the refusal says how many are left
        person_limits.check(uow, people.known(uow, email).email, len(uow.vms_named(vm_ids)), asked_by=me.email)

    def hand_over_one(uow: UnitOfWork, actor: str | None, vm_id: str) -> Vm:
        return hand_over(uow, actor, vm_id, email, meant.get(vm_id), force)

    return bulk.each(uow, actor, hand_over_one, vm_ids)


def _hand_over(uow: UnitOfWork, me: User, vm: Vm, booking: Booking, receiver: User) -> Vm:
    """Change the holder; tell both, and write it into both histories."""
    giver, end = booking.holder, booking.expires_at
    given = Booking(
        holder=receiver.email, expires_at=end, booked_at=uow.now, end_set_at=booking.end_set_at, note=booking.note
    )
    queue = tuple(waiter for waiter in vm.queue if waiter.email != receiver.email)
    uow.vms[vm.id] = replace(vm, booking=given, queue=queue)
    history.note(uow, giver, "hand_over", vm.id, uow.now, uow.now, person=receiver.email)
    history.note(uow, receiver.email, "receive", vm.id, uow.now, end, person=giver)
    others = giver if giver != me.email else None  # whoever did it knows
    told = Event("handed_over", by=me.email, to=others, vm_id=vm.id, booked_at=uow.now)
    changed = {"email": (giver, receiver.email), "booking": (iso_or_none(booking.booked_at), iso(uow.now))}
    uow.tell(replace(told, receiver=receiver.email, changed=changed))
    if receiver.email != me.email:
        about = Event("received", by=me.email, to=receiver.email, vm_id=vm.id, until=end, booked_at=uow.now)
        uow.tell(replace(about, note=booking.note))
    return uow.vms[vm.id]
