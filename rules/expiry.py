"""What time brings about: bookings end, and reminders fall due before they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from records import Vm
from rules import booking
from rules.events import Event


def settle(change: Any, now: datetime, limits: Any, vm_ids: Iterable[str]) -> None:
    """Release those of the machines whose booking has ended, in the order of their ends; send due reminders."""
    booked = [vm for vm in map(change.vms.get, vm_ids) if vm and vm.booked_by and vm.expires_at]
    for vm in sorted(booked, key=lambda vm: vm.expires_at):
        if booking.has_ended(vm, now):
            booking.expire(change, now, vm)
        else:
            _remind(change, now, limits, vm)


def next_deadline(vm: Vm, limits: Any) -> datetime | None:
    """When this machine wants attention next; it may have passed already. None: it is free."""
    if not vm.booked_by or not vm.expires_at:
        return None
    return min([vm.expires_at, *_reminders_left(vm, limits)])


def give_ends(change: Any, now: datetime, limits: Any) -> None:
    """A booking of an older file that has no end would stay for ever: it gets the longest one from now."""
    for vm in list(change.vms.values()):
        if vm.booked_by and not vm.expires_at:
            change.vms[vm.id] = replace(vm, expires_at=now + timedelta(hours=limits.max_hours), end_set_at=now)


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
    floors = [moment for moment in (vm.booked_at, vm.end_set_at, vm.reminded) if moment]
    due_times = [vm.expires_at - timedelta(minutes=minutes) for minutes in limits.remind_minutes]
    return [due for due in due_times if all(due > floor for floor in floors)]
