"""Deadlines: bookings and holds end, and reminders fall due before bookings do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from loadzone.domain.events import Event
from loadzone.domain.hearing import Hearing, when_silent
from loadzone.domain.limits import Limits
from loadzone.domain.records import Booking, Place, Vm, Waiter
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import endings, queue


def settle(uow: UnitOfWork, vm_ids: Iterable[str]) -> None:
    """End what is over at these machines, in the order of the ends, and send due reminders."""
    ends = [(end, vm_id) for vm_id in vm_ids if (vm := uow.vms.get(vm_id)) and (end := _end_of(vm, uow.silent_from))]
    for _, vm_id in uow.paced(sorted(ends, key=lambda pair: pair[0])):
        vm = uow.vms[vm_id]
        if not endings.end_if_over(uow, vm) and vm.booking:
            _remind(uow, vm, vm.booking)


def next_deadline(vm: Vm, limits: Limits, hearing: Hearing, now: datetime) -> datetime | None:
    """Return when this machine needs attention next; it may have passed already. None: never."""
    reminders = _reminders_left(vm.booking, limits) if vm.booking else []
    end = _end_of(vm, partial(when_silent, hearing=hearing, now=now))
    return min([end, *reminders]) if end else None


def set_right(uow: UnitOfWork) -> None:
    """Repair what a loaded file may have left open.

    Bookings without an end, which would stay for ever, get the longest one from now. Free machines that somebody waits
    for are served. Waiters who want more machines than their group has are dropped.
    """
    for group in uow.groups_with_queue():
        queue.drop_unservable(uow, group, by=None)
    end = uow.now + timedelta(hours=uow.limits.max_hours)
    for vm in uow.vms_booked_without_end():
        if vm.booking:
            uow.vms[vm.id] = replace(vm, booking=replace(vm.booking, expires_at=end, end_set_at=uow.now))
            holder, began = vm.booking.holder, vm.booking.booked_at
            uow.tell(Event("end_set", to=holder, vm_id=vm.id, until=end, booked_at=began))
    uow.serve_all()


def listen_again(uow: UnitOfWork) -> None:
    """Count the silence of jobs from now: no job could be heard while the server was down."""
    for vm in uow.vms_kept_alive():
        uow.write(_heard(uow, vm))
    for place in uow.places_with_queue():
        if any(waiter.heartbeat_minutes for waiter in place.queue):
            uow.write(_heard(uow, uow.vms[place.id] if isinstance(place, Vm) else place))
    for key, deleted in list(uow.deleted.items()):  # it may come back
        heard = replace(deleted, place=_heard(uow, deleted.place), waiters=_all_heard(uow, deleted.waiters))
        if heard != deleted:
            uow.deleted[key] = heard


def _heard(uow: UnitOfWork, place: Place) -> Place:
    """Return the machine or group as if all jobs at it had reported now."""
    heard = replace(place, queue=_all_heard(uow, place.queue))
    if isinstance(heard, Vm) and heard.booking and heard.booking.heartbeat_minutes:
        return replace(heard, booking=replace(heard.booking, heartbeat_at=uow.heard_until))
    return heard


def _all_heard(uow: UnitOfWork, queue: Iterable[Waiter]) -> tuple[Waiter, ...]:
    return tuple(replace(waiter, seen=uow.heard_until) if waiter.heartbeat_minutes else waiter for waiter in queue)


def _end_of(vm: Vm, silent_from: Callable[[Booking], datetime | None]) -> datetime | None:
    """Return the first of: the end of the booking, the end of its job's allowed silence, the end of the hold."""
    booking, hold = vm.booking, vm.hold
    ends = [booking.expires_at, silent_from(booking)] if booking else []
    ends += [hold.until] if hold else []
    return min((end for end in ends if end), default=None)


def _remind(uow: UnitOfWork, vm: Vm, booking: Booking) -> None:
    missed = [due for due in _reminders_left(booking, uow.limits) if due <= uow.now]
    if missed and booking.expires_at:
        uow.vms[vm.id] = replace(vm, booking=replace(booking, reminded=max(missed)))
        uow.tell(
            Event(
                "reminder",
                to=booking.holder,
                vm_id=vm.id,
                hours=(booking.expires_at - uow.now).total_seconds() / 3600,
                until=booking.expires_at,
                booked_at=booking.booked_at,
            )
        )


def _reminders_left(booking: Booking, limits: Limits) -> list[datetime]:
    """Return the due times that were neither sent nor already past when the present end was chosen."""
    if not booking.expires_at:
        return []
    floors = [moment for moment in (booking.booked_at, booking.end_set_at, booking.reminded) if moment]
    due_times = [booking.expires_at - timedelta(minutes=minutes) for minutes in limits.remind_minutes]
    return [due for due in due_times if all(due > floor for floor in floors)]
