"""The actions behind a letter's links: on those of its bookings or holds that are still as the letter said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from loadzone.domain.limits import Limits
from loadzone.domain.links import LinkAction, LinkTarget, mark_of
from loadzone.domain.records import Hold, Vm
from loadzone.domain.refusal import Refusal, refuse
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import booking, endings, people, queue


def follow(uow: UnitOfWork, target: LinkTarget) -> tuple[list[Vm], list[tuple[str, Refusal]]]:
    """Act as `attempt` does.

    Raises Refusal: link_void where nothing is left to act on, and the first refusal where it could not act on any.
    """
    done, refused = attempt(uow, target)
    if not done:
        raise refused[0][1] if refused else Refusal("link_void")
    return done, refused


def attempt(uow: UnitOfWork, target: LinkTarget) -> tuple[list[Vm], list[tuple[str, Refusal]]]:
    """Act on each machine of the link; return those on which it did, and the names of others with why it could not."""
    found = machines(target, uow.vms, uow.limits, uow.now)
    done: list[Vm] = []
    refused: list[tuple[str, Refusal]] = []
    for vm in found:
        present = endings.current(uow, vm.id)
        if not is_meant(target, present, uow.now):
            continue
        try:
            done.append(ACTIONS[target.action](uow, target.holder, present))
        except Refusal as refusal:  # each rule refuses before it changes anything
            refused.append((vm.id, refusal))
    return done, refused


def machines(target: LinkTarget, vms: Mapping[str, Vm], limits: Limits, now: datetime) -> list[Vm]:
    """Return the machines that still have the very booking or hold that the link was made for."""
    if not people.is_allowed(limits, target.holder):
        return []
    return [vm for vm in vms.values() if is_meant(target, vm, now)]


def is_meant(target: LinkTarget, vm: Vm, now: datetime) -> bool:
    """Tell whether the link was made for the present booking or hold of the machine."""
    if target.action in ("take", "pass"):
        hold = vm.hold
        who, since, until = (hold.email, hold.since, hold.until) if hold else ("", None, None)
    else:
        held = vm.booking
        who, since, until = (held.holder, held.booked_at, held.expires_at) if held else ("", None, None)
    if who != target.holder or until is None or until <= now:
        return False
    return any(mark_of(name, since, until) in target.marks for name in (vm.id, *vm.former_ids))


def hours(limits: Limits) -> float:
    """Return the hours by which a link renews: one, since a letter cannot ask, or fewer where the settings say so."""
    return min(1, limits.max_hours)


def hours_to_take(hold: Hold, limits: Limits) -> float:
    """Return the hours for which a held machine is taken: those asked for in the queue, or fewer by the settings."""
    return min(hold.hours, limits.max_hours, limits.max_ahead_hours)


def _renew(uow: UnitOfWork, holder: str, vm: Vm) -> Vm:
    return booking.renew(uow, holder, vm.id, hours(uow.limits))


def _release(uow: UnitOfWork, holder: str, vm: Vm) -> Vm:
    return booking.cancel(uow, holder, vm.id)


def _take(uow: UnitOfWork, holder: str, vm: Vm) -> Vm:
    hold = vm.hold or refuse("link_void")
    return booking.book(uow, holder, vm.id, hours_to_take(hold, uow.limits))


def _pass_on(uow: UnitOfWork, holder: str, vm: Vm) -> Vm:
    queue.leave(uow, holder, vm_id=vm.id)
    return uow.vms[vm.id]


ACTIONS: Mapping[LinkAction, Callable[[UnitOfWork, str, Vm], Vm]] = {
    "renew": _renew,
    "release": _release,
    "take": _take,
    "pass": _pass_on,
}
