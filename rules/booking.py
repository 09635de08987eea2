"""Booking, renewing, releasing: a machine has at most one holder at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from records import Vm
from rules import access, history
from rules.events import Event
from rules.refusal import refuse


def book(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, hours: float, note: str = "") -> Vm:
    """The machine, booked for `hours` from now."""
    access.signed_in(change, actor)
    _check_hours(hours, limits)
    vm = machine(change, now, vm_id)
    refuse_if_taken(vm)
    end = _end(now, hours, now, limits)
    booked = replace(vm, booked_by=actor, expires_at=end, booked_at=now, end_set_at=now, reminded=None, note=note)
    change.vms[vm_id] = booked
    history.note(change, actor, "book", vm_id, now, end)
    change.tell(Event("booked", by=actor, vm_id=vm_id, hours=hours, until=end))
    return booked


def renew(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    vm_id: str,
    hours: float,
    expires_at: datetime | None = None,
) -> Vm:
    """The machine, its end moved by `hours`. A caller that names `expires_at` means that end and no other."""
    access.signed_in(change, actor)
    _check_hours(hours, limits)
    vm = _held(change, now, limits, actor, vm_id)
    if expires_at and expires_at != vm.expires_at:
        refuse("changed", vm_id=vm_id, expires_at=vm.expires_at)
    end = _end(vm.expires_at or now, hours, now, limits)
    renewed = replace(vm, expires_at=end, end_set_at=now, reminded=None)
    change.vms[vm_id] = renewed
    history.note(change, vm.booked_by, "renew", vm_id, now, end)
    change.tell(Event("renewed", by=actor, to=vm.booked_by, vm_id=vm_id, hours=hours, until=end))
    return renewed


def renew_by_link(change: Any, now: datetime, limits: Any, meant: Any) -> Vm:
    """Renew the booking that the mail was about, by `link_hours`."""
    vm = _meant(change, now, meant)
    return renew(change, now, limits, vm.booked_by, vm.id, link_hours(limits))


def release_by_link(change: Any, now: datetime, limits: Any, meant: Any) -> Vm:
    """Release the booking that the mail was about."""
    vm = _meant(change, now, meant)
    return cancel(change, now, limits, vm.booked_by, vm.id)


def link_hours(limits: Any) -> float:
    """A mail cannot ask how long, so it adds an hour, or what is allowed where that is less."""
    return min(1, limits.max_hours)


def is_meant(vm: Vm | None, meant: Any) -> bool:
    """Whether the machine still has the very booking and end that `meant` (links.Meant) names."""
    return vm is not None and (vm.booked_by, vm.booked_at, vm.expires_at) == (
        meant.holder,
        meant.booked_at,
        meant.expires_at,
    )


def cancel(change: Any, now: datetime, limits: Any, actor: str | None, vm_id: str, reason: str = "") -> Vm:
    """The machine, free. A holder whose machine somebody else released is told, with the reason."""
    access.signed_in(change, actor)
    vm = _held(change, now, limits, actor, vm_id)
    kind = "released" if vm.booked_by == actor else "force_released"
    return free(change, now, vm, "cancel", Event(kind, by=actor, to=vm.booked_by, vm_id=vm_id, reason=reason))


def expire(change: Any, now: datetime, vm: Vm) -> Vm:
    """The machine, free because its booking has ended."""
    return free(change, now, vm, "release", Event("expired", to=vm.booked_by, vm_id=vm.id, until=vm.expires_at))


def free(change: Any, now: datetime, vm: Vm, action: str, event: Event) -> Vm:
    """End the booking, note `action` in the holder's history, tell."""
    freed = vm.freed()
    change.vms[vm.id] = freed
    history.note(change, vm.booked_by, action, vm.id, now, now)
    change.tell(event)
    return freed


def machine(change: Any, now: datetime, vm_id: str) -> Vm:
    """The machine as it is at `now`: a booking that has ended does not wait for the timer to be over."""
    vm = change.vms.get(vm_id) or refuse("no_such_vm", vm_id=vm_id)
    return expire(change, now, vm) if has_ended(vm, now) else vm


def has_ended(vm: Vm, now: datetime) -> bool:
    return vm.booked_by is not None and vm.expires_at is not None and vm.expires_at <= now


def refuse_if_taken(vm: Vm) -> None:
    if vm.booked_by:
        refuse("vm_taken", vm_id=vm.id, holder=vm.booked_by, until=vm.expires_at)


def _held(change: Any, now: datetime, limits: Any, actor: str, vm_id: str) -> Vm:
    """The machine, booked by the actor, or by anybody where the actor is an admin."""
    vm = machine(change, now, vm_id)
    if not vm.booked_by:
        refuse("not_booked", vm_id=vm_id)
    if vm.booked_by != actor and not access.is_admin(change.users, limits, actor):
        refuse("not_allowed", vm_id=vm_id, holder=vm.booked_by)
    return vm


def _meant(change: Any, now: datetime, meant: Any) -> Vm:
    vm = change.vms.get(meant.vm_id)
    if not is_meant(vm, meant) or has_ended(vm, now):
        refuse("link_void")
    return vm


def _check_hours(hours: float, limits: Any) -> None:
    if not 0 < hours <= limits.max_hours:
        refuse("bad_input", field="hours", reason="hours", max=limits.max_hours)


def _end(start: datetime, hours: float, now: datetime, limits: Any) -> datetime:
    """`hours` after `start`, to the millisecond, at most as far from `now` as the settings allow."""
    length = timedelta(milliseconds=max(1, round(hours * 3_600_000)))
    latest = now + timedelta(hours=limits.max_ahead_hours)
    if length > latest - start:
        refuse("too_far_ahead", latest=latest, max=limits.max_ahead_hours)
    return start + length
