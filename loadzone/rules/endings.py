"""What ends of itself: bookings, jobs that went silent, holds that nobody took. Whoever waits is served at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Vm
from loadzone.domain.refusal import refuse
from loadzone.rules import lease, turns


def machine(change: Any, now: datetime, limits: Any, vm_id: str) -> Vm:
    """The machine as it is at `now`: what has ended does not wait for the timer to be over."""
    vm = change.vms.get(vm_id) or refuse("no_such_vm", vm_id=vm_id)
    end_what_is_over(change, now, limits, vm)
    return change.vms[vm_id]


def end_what_is_over(change: Any, now: datetime, limits: Any, vm: Vm) -> bool:
    """Whether there was something to end."""
    silent_at = lease.silent_at(vm)
    if lease.has_ended(vm, now):
        expire(change, now, limits, vm)
    elif silent_at and silent_at <= now:
        _silent(change, now, limits, vm)
    elif turns.has_lapsed(vm, now):
        turns.lapse(change, now, limits, vm)
    else:
        return False
    return True


def expire(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    event = Event("expired", to=vm.booked_by, vm_id=vm.id, until=vm.expires_at)
    lease.end(change, now, vm, "release", event)
    turns.serve(change, now, limits, vm.id)


def _silent(change: Any, now: datetime, limits: Any, vm: Vm) -> None:
    silence = (vm.heartbeat_minutes or 0) / 60
    event = Event("silent", to=vm.booked_by, via=vm.via, vm_id=vm.id, hours=silence, until=now)
    lease.end(change, now, vm, "release", event)
    turns.serve(change, now, limits, vm.id)
