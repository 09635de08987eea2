"""What time brings about: bookings and holds end, and reminders fall due before bookings do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.rules import endings, lease, queue, turns

AT_A_STRETCH = 200  # machines; some milliseconds


def settle(
    change: Any, now: datetime, limits: Any, vm_ids: Iterable[str], pause: Callable[[], None] = lambda: None
) -> None:
    """End what is over at those machines, in the order of the ends; send due reminders.

    Of thousands it takes a while: `pause` is called now and then, so that who only reads is answered in between.
    """
    vms = [vm for vm in map(change.vms.get, vm_ids) if vm and _end_of(vm)]
    for number, vm in enumerate(sorted(vms, key=_end_of), start=1):
        if number % AT_A_STRETCH == 0:
            pause()
        vm = change.vms[vm.id]  # serving those who waited for one may have changed another
        if not endings.end_what_is_over(change, now, limits, vm) and vm.expires_at:
            _remind(change, now, limits, vm)


def next_deadline(vm: Vm, limits: Any) -> datetime | None:
    """When this machine wants attention next; it may have passed already. None: it has time."""
    end = _end_of(vm)
    return min([end, *_reminders_left(vm, limits)]) if end else None


def set_right(change: Any, now: datetime, limits: Any) -> None:
    """What an older file may have left open: bookings without an end, free machines that somebody waits for.

    A booking without an end would stay for ever: it gets the longest one from now.
    """
    for group in list(change.groups.values()):
        queue.drop_who_wants_more(change, now, limits, group, by=None)
    waited_for = {group.id for group in change.groups.values() if group.queue}
    for vm in list(change.vms.values()):
        if vm.booked_by and not vm.expires_at:
            change.vms[vm.id] = replace(vm, expires_at=now + timedelta(hours=limits.max_hours), end_set_at=now)
        elif vm.queue or vm.group in waited_for:
            turns.serve(change, now, limits, vm.id)


def listen_again(change: Any, now: datetime, limits: Any) -> None:
    """At the start: no job could be heard while the server was down, so their silence begins now."""
    for vm in list(change.vms.values()):
        if vm.heartbeat_minutes:
            change.vms[vm.id] = replace(vm, heartbeat_at=now)
    for place in [*change.vms.values(), *change.groups.values()]:
        if any(waiter.heartbeat_minutes for waiter in place.queue):
            turns.write(change, replace(place, queue=tuple(replace(waiter, seen=now) for waiter in place.queue)))


def _end_of(vm: Vm) -> datetime | None:
    """Of the booking, of a job's silence, or of the hold."""
    ends = [vm.expires_at, lease.silent_at(vm), vm.hold.until if vm.hold else None]
    return min((end for end in ends if end), default=None)


def _remind(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    missed = [due for due in _reminders_left(vm, limits) if due <= now]
    if missed:
        change.vms[vm.id] = replace(vm, reminded=max(missed))
        left = (vm.expires_at - now).total_seconds() / 3600
        change.tell(
            Event(
                "reminder",
                to=vm.booked_by,
                vm_id=vm.id,
                hours=left,
                until=vm.expires_at,
                booked_at=vm.booked_at,
            )
        )


def _reminders_left(vm: Vm, limits: Any) -> list[datetime]:
    """Due times that were neither sent nor already past when the present end was chosen."""
    if not vm.booked_by or not vm.expires_at:
        return []
    floors = [moment for moment in (vm.booked_at, vm.end_set_at, vm.reminded) if moment]
    due_times = [vm.expires_at - timedelta(minutes=minutes) for minutes in limits.remind_minutes]
    return [due for due in due_times if all(due > floor for floor in floors)]
