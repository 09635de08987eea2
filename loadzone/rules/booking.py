"""Booking, renewing, releasing. A machine has at most one holder at any time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from loadzone.domain.events import Event
from loadzone.domain.names import name_key
from loadzone.domain.people import User
from loadzone.domain.records import Hold, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, bulk, endings, history, lease, people, person_limits, seen, turns
from loadzone.rules.own_booking import own_booking


def book(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    hours: float | None = None,
    force: bool = False,
    note: str = "",
    via: str = "",
    heartbeat_minutes: float | None = None,
    held_for: str | None = None,
    until: datetime | None = None,
    email: str | None = None,
) -> Vm:
    """Book the machine for `hours` from now, or `until` a time; return it. An admin can book for another `email`.

    A machine held for that person can be booked; one held for somebody else only by an admin with `force`, which with
    `held_for` goes for that person and no other. `force` also sets aside how many machines a person may have.
    `via` is the name of the token by which it is booked. With `heartbeat_minutes` the booking ends when its job is
    silent for so long.
    Raises Refusal: not_signed_in, not_allowed, no_such_user, domain_not_allowed, no_such_vm, vm_taken, vm_held,
    in_maintenance, over_limit, too_early, too_far_ahead, bad_input.
    """
    me = access.signed_in(uow, actor)
    person = _for_whom(uow, me, email)
    hours = lease.hours_of(uow, uow.now, hours, until)
    vm = endings.current(uow, vm_id)
    refuse_if_taken(vm)
    if vm.maintenance:
        refuse("in_maintenance", vm_id=vm.id, reason=vm.maintenance)
    force = access.may_force(uow, me, force)
    if vm.hold and vm.hold.email != person.email:
        vm = _take_from_other(uow, me, vm, vm.hold, force and held_for in (None, vm.hold.email))
    if not force:
        _check_limit(uow, me, person, [vm])
    return lease.begin(uow, vm, person.email, hours, note, via, heartbeat_minutes, by=me.email)


def book_all(
    uow: UnitOfWork,
    actor: str | None,
    vm_ids: Sequence[str],
    hours: float | None = None,
    force: bool = False,
    note: str = "",
    via: str = "",
    heartbeat_minutes: float | None = None,
    until: datetime | None = None,
    email: str | None = None,
) -> list[Vm]:
    """Book these machines: all or none. Raises what `book` raises."""
    me = access.signed_in(uow, actor)
    vms = uow.vms_named(vm_ids)
    endings.end_all_over(uow, vms)
    if not access.may_force(uow, me, force):  # of all together, so that the refusal says how many are left
        _check_limit(uow, me, _for_whom(uow, me, email), vms)
    return bulk.each(uow, actor, book, vm_ids, hours, force, note, via, heartbeat_minutes, until=until, email=email)


def book_any(
    uow: UnitOfWork,
    actor: str | None,
    group_id: int,
    hours: float | None = None,
    count: int = 1,
    tags: Sequence[str] = (),
    force: bool = False,
    note: str = "",
    via: str = "",
    heartbeat_minutes: float | None = None,
    until: datetime | None = None,
    email: str | None = None,
) -> list[Vm]:
    """Book `count` free machines of the group that have all the tags: all or none, longest free first.

    Raises Refusal: not_enough_free, and what `book` raises.
    """
    me = access.signed_in(uow, actor)
    person = _for_whom(uow, me, email)
    hours = lease.hours_of(uow, uow.now, hours, until)
    group = uow.group(group_id)
    endings.end_all_over(uow, uow.vms_of(group))
    wanted = {name_key(tag) for tag in tags}
    fitting = [vm for vm in uow.vms_of(group) if wanted <= {name_key(tag) for tag in vm.tags}]
    free = [vm for vm in fitting if vm.stands_free or _is_held_for(vm, person)]
    if len(free) < count:
        ends = [vm.booking.expires_at for vm in fitting if vm.booking and vm.booking.expires_at]
        refuse("not_enough_free", free=len(free), count=count, until=min(ends, default=None))
    chosen = sorted(free, key=_rest_order)[:count]
    if not access.may_force(uow, me, force):
        _check_limit(uow, me, person, chosen)
    return [book(uow, actor, vm.id, hours, force, note, via, heartbeat_minutes, email=email) for vm in chosen]


def renew(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    hours: float | None = None,
    expires_at: datetime | None = None,
    until: datetime | None = None,
) -> Vm:
    """Move the end of a booking by `hours`, or to `until`; return the machine.

    A caller that names `expires_at` means a booking with that end alone.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, not_booked, changed, others_wait, in_maintenance,
    too_early, too_far_ahead, bad_input.
    """
    me = access.signed_in(uow, actor)
    vm, booking = own_booking(uow, me, vm_id)
    seen.check_end(vm, booking, expires_at)
    start = booking.expires_at or uow.now
    hours = lease.hours_of(uow, start, hours, until, vm)
    if not access.is_admin(uow.users, uow.limits, me.email):
        _refuse_if_wanted(uow, vm)
    end = lease.end_of(uow, vm, start, hours)
    renewed = replace(booking, expires_at=end, end_set_at=uow.now, reminded=None)
    uow.vms[vm.id] = replace(vm, booking=renewed)
    history.note(uow, booking.holder, "renew", vm.id, uow.now, end)
    told = Event("renewed", by=me.email, to=booking.holder, vm_id=vm.id, hours=hours, until=end)
    uow.tell(replace(told, booked_at=booking.booked_at))
    return uow.vms[vm.id]


def renew_all(
    uow: UnitOfWork,
    actor: str | None,
    vm_ids: Sequence[str],
    hours: float | None = None,
    ends: Mapping[str, datetime] | None = None,
    until: datetime | None = None,
) -> list[Vm]:
    """Renew several, each as `renew` does: all or none. `ends` by machine are the ends that the caller has seen."""
    access.signed_in(uow, actor)
    meant = uow.by_vm(ends or {})

    def renew_one(uow: UnitOfWork, actor: str | None, vm_id: str) -> Vm:
        return renew(uow, actor, vm_id, hours, meant.get(vm_id), until)

    return bulk.each(uow, actor, renew_one, vm_ids)


def cancel(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    reason: str = "",
    booked_at: datetime | None = None,
) -> Vm:
    """Release a booking; return the machine, free or already the next one's.

    A holder whose machine somebody else released is told the reason. A caller that names `booked_at` means the booking
    that began then alone.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, not_booked, changed.
    """
    me = access.signed_in(uow, actor)
    vm, booking = own_booking(uow, me, vm_id)
    seen.check_beginning(vm, booking, booked_at)
    kind = "released" if booking.holder == me.email else "force_released"
    event = Event(kind, by=me.email, to=booking.holder, vm_id=vm.id, booked_at=booking.booked_at, reason=reason)
    lease.end(uow, vm, booking, "cancel", event)
    return uow.vms[vm.id]


def cancel_all(
    uow: UnitOfWork,
    actor: str | None,
    vm_ids: Sequence[str],
    reason: str = "",
    bookings: Mapping[str, datetime] | None = None,
) -> list[Vm]:
    """Release several, each as `cancel` does: all or none. `bookings` by machine are the beginnings of those meant."""
    access.signed_in(uow, actor)
    meant = uow.by_vm(bookings or {})

    def cancel_one(uow: UnitOfWork, actor: str | None, vm_id: str) -> Vm:
        return cancel(uow, actor, vm_id, reason, meant.get(vm_id))

    return bulk.each(uow, actor, cancel_one, vm_ids)


def change_note(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str,
    note: str,
    booked_at: datetime | None = None,
    was: str | None = None,
) -> Vm:
    """Change what a booking is for; return the machine. A holder is told if somebody else did it.

    A caller that names `booked_at` means the booking that began then alone; `was` is the note that the caller has seen.
    Raises Refusal: not_signed_in, not_allowed, no_such_vm, not_booked, changed.
    """
    me = access.signed_in(uow, actor)
    vm, booking = own_booking(uow, me, vm_id)
    seen.check_beginning(vm, booking, booked_at)
    seen.check_note(vm, booking, was)
    if note == booking.note:
        return vm
    uow.vms[vm.id] = replace(vm, booking=replace(booking, note=note))
    other = booking.holder if booking.holder != me.email else None
    told = Event("note_changed", by=me.email, to=other, vm_id=vm.id, booked_at=booking.booked_at)
    uow.tell(replace(told, changed={"note": (booking.note, note)}))
    return uow.vms[vm.id]


def beat(uow: UnitOfWork, actor: str | None, vm_ids: Sequence[str]) -> None:
    """Note a heartbeat of the job that keeps these bookings alive. Nothing is told.

    Raises Refusal: not_signed_in, not_allowed, no_such_vm, not_booked; then no heartbeat is noted.
    """
    me = access.signed_in(uow, actor)
    vms = uow.vms_named(vm_ids)
    endings.end_all_over(uow, vms)
    for vm in (uow.vms[vm.id] for vm in vms):
        booking = vm.booking or refuse("not_booked", vm_id=vm.id)
        if booking.holder != me.email:
            refuse("not_allowed", vm_id=vm.id, holder=booking.holder)
        if booking.heartbeat_minutes:
            uow.vms[vm.id] = replace(vm, booking=replace(booking, heartbeat_at=uow.heard_until))


def refuse_if_taken(vm: Vm) -> None:
    """Raise Refusal: vm_taken where somebody has booked the machine."""
    if vm.booking:
        refuse("vm_taken", vm_id=vm.id, holder=vm.booking.holder, until=vm.booking.expires_at)


def _for_whom(uow: UnitOfWork, me: User, email: str | None) -> User:
    """Return the person to book for. Raises Refusal: not_allowed, no_such_user, domain_not_allowed."""
    if email in (None, me.email):
        return me
    if not access.is_admin(uow.users, uow.limits, me.email):
        refuse("not_allowed")
    return people.known(uow, email or "")


def _check_limit(uow: UnitOfWork, me: User, person: User, vms: Iterable[Vm]) -> None:
    """Raise Refusal: over_limit where these machines are too many beside those that the person has."""
    more = sum(1 for vm in vms if uow.vms[vm.id].had_by != person.email)
    person_limits.check(uow, person.email, more, asked_by=me.email)


def _take_from_other(uow: UnitOfWork, me: User, vm: Vm, hold: Hold, force: bool) -> Vm:
    """Return the machine without the hold, which its person loses. Raises Refusal: vm_held without `force`."""
    if not force:
        refuse("vm_held", vm_id=vm.id, holder=hold.email, until=hold.until)
    told = Event("hold_taken", by=me.email, to=hold.email, vm_id=vm.id, booked_at=hold.since)
    uow.tell(replace(told, is_act=hold.until is not None))  # for a kept machine the person still waits
    turns.put_back(uow, [vm])
    return uow.vms[vm.id]


def _refuse_if_wanted(uow: UnitOfWork, vm: Vm) -> None:
    """Refuse a renewal while others wait, or while the machine is out of service."""
    if turns.others_wait(uow, vm):
        refuse("others_wait", vm_id=vm.id, n=turns.count_others_waiting(uow, vm))
    if vm.maintenance:
        refuse("in_maintenance", vm_id=vm.id, reason=vm.maintenance)


def _is_held_for(vm: Vm, user: User) -> bool:
    return vm.hold is not None and vm.hold.email == user.email and not vm.maintenance


def _rest_order(vm: Vm) -> tuple[bool, float]:
    """Sort machines held for the person first, then those never booked, then those free for longest."""
    return not vm.hold, vm.freed_at.timestamp() if vm.freed_at else -math.inf
