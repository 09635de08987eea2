"""The bare acts of a lease: it begins, it has ended, it is over. Who may and who is next is not asked here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.refusal import refuse
from loadzone.rules import history


def begin(
    change: Any,
    now: datetime,
    limits: Any,
    vm: Vm,
    email: str,
    hours: float,
    note: str = "",
    via: str = "",
    heartbeat_minutes: float | None = None,
) -> Vm:
    """The machine, booked for `hours` from now; a hold on it, and the holder's own place in its queue, are over."""
    end = end_of(vm, now, hours, now, limits)
    booked = vm.freed(
        booked_by=email,
        expires_at=end,
        booked_at=now,
        end_set_at=now,
        note=note,
        via=via,
        heartbeat_minutes=heartbeat_minutes,
        heartbeat_at=now if heartbeat_minutes else None,
        hold=None,
        queue=tuple(waiter for waiter in vm.queue if waiter.email != email),
    )
    change.vms[vm.id] = booked
    history.note(change, email, "book", vm.id, now, end)
    change.tell(Event("booked", by=email, via=via, vm_id=vm.id, hours=hours, until=end))
    return booked


def end(change: Any, now: datetime, vm: Vm, action: str, event: Event) -> Vm:
    """The machine without its booking; `action` goes into the holder's history, and the event is told."""
    freed = vm.freed(freed_at=now)
    change.vms[vm.id] = freed
    history.note(change, vm.booked_by, action, vm.id, now, now)
    change.tell(event)
    return freed


def has_ended(vm: Vm, now: datetime) -> bool:
    return vm.booked_by is not None and vm.expires_at is not None and vm.expires_at <= now


def silent_at(vm: Vm) -> datetime | None:
    """When the job that keeps the booking alive will have been silent for too long; None: there is none."""
    if not vm.booked_by or not vm.heartbeat_minutes or not vm.heartbeat_at:
        return None
    return vm.heartbeat_at + timedelta(minutes=vm.heartbeat_minutes)


def check_hours(hours: float, limits: Any) -> None:
    if not 0 < hours <= limits.max_hours:
        refuse("bad_input", field="hours", reason="hours", max=limits.max_hours)


def end_of(vm: Vm, start: datetime, hours: float, now: datetime, limits: Any) -> datetime:
    """`hours` after `start`, to the millisecond, at most as far from `now` as the settings allow."""
    length = timedelta(milliseconds=max(1, round(hours * 3_600_000)))
    latest = now + timedelta(hours=limits.max_ahead_hours)
    if length > latest - start:
        refuse("too_far_ahead", vm_id=vm.id, latest=latest, max=limits.max_ahead_hours)
    return start + length
