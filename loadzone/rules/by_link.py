"""What a mail's link may do: one deed on the one booking or hold that the mail was about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from loadzone.domain.records import Vm
from loadzone.domain.refusal import refuse
from loadzone.rules import booking, endings, queue


def renew(change: Any, now: datetime, limits: Any, target: Any) -> Vm:
    """Renew the booking by `hours`."""
    vm = _target(change, now, limits, target)
    return booking.renew(change, now, limits, target.holder, vm.id, hours(limits))


def release(change: Any, now: datetime, limits: Any, target: Any) -> Vm:
    vm = _target(change, now, limits, target)
    return booking.cancel(change, now, limits, target.holder, vm.id)


def take(change: Any, now: datetime, limits: Any, target: Any) -> Vm:
    """Book what is held, for the hours that were asked for in the queue."""
    vm = _target(change, now, limits, target)
    return booking.book(change, now, limits, target.holder, vm.id, hours_to_take(vm, limits))


def pass_on(change: Any, now: datetime, limits: Any, target: Any) -> Vm:
    vm = _target(change, now, limits, target)
    queue.leave(change, now, limits, target.holder, vm_id=vm.id)
    return change.vms[vm.id]


def hours(limits: Any) -> float:
    """A mail cannot ask how long, so it adds an hour, or what is allowed where that is less."""
    return min(1, limits.max_hours)


def hours_to_take(vm: Vm, limits: Any) -> float:
    """The hours asked for in the queue, or what is allowed where that is less."""
    return min(vm.hold.hours, limits.max_hours, limits.max_ahead_hours)


def is_target(vm: Vm | None, target: Any, now: datetime) -> bool:
    """Whether the machine still has the very booking or hold that `target` (links.LinkTarget) names."""
    if vm is None or target.expires_at <= now:
        return False
    if target.deed in ("take", "pass"):
        present = vm.hold and (vm.hold.email, vm.hold.since, vm.hold.until)
    else:
        present = (vm.booked_by, vm.booked_at, vm.expires_at)
    return present == (target.holder, target.booked_at, target.expires_at)


def _target(change: Any, now: datetime, limits: Any, target: Any) -> Vm:
    if target.vm_id not in change.vms:
        refuse("link_void")
    vm = endings.machine(change, now, limits, target.vm_id)
    return vm if is_target(vm, target, now) else refuse("link_void")
