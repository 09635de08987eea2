"""A call may say what its caller has seen. Where that is no longer so, it is refused with the present record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from loadzone.domain.records import Booking, Group, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.unit_of_work import UnitOfWork


def check_vm(vm: Vm, version: int | None) -> None:
    """Raise Refusal: changed where the machine has another version. None: the caller does not mind."""
    if version not in (None, vm.version):
        refuse("changed", vm_id=vm.id, vm=vm)


def check_vms(uow: UnitOfWork, vms: Iterable[Vm], versions: Mapping[str, int] | None) -> None:
    """Raise Refusal: changed where one of the machines has another version than the caller has seen, by machine.

    Raises Refusal: no_such_vm where `versions` names a machine that is not there.
    """
    seen = uow.by_vm(versions or {})
    for vm in vms:
        check_vm(vm, seen.get(vm.id))


def check_group(group: Group, version: int | None) -> None:
    """Raise Refusal: changed where the group has another version. None: the caller does not mind."""
    if version not in (None, group.version):
        refuse("changed", group_id=group.id, name=group.name, group=group)


def check_beginning(vm: Vm, booking: Booking, booked_at: datetime | None) -> None:
    """Raise Refusal: changed where the booking began at another time. None: the caller does not mind."""
    if booked_at not in (None, booking.booked_at):
        _refuse_booking(vm, booking)


def check_end(vm: Vm, booking: Booking, expires_at: datetime | None) -> None:
    """Raise Refusal: changed where the booking ends at another time. None: the caller does not mind."""
    if expires_at not in (None, booking.expires_at):
        _refuse_booking(vm, booking)


def check_note(vm: Vm, booking: Booking, note: str | None) -> None:
    """Raise Refusal: changed where the booking has another note. None: the caller does not mind."""
    if note not in (None, booking.note):
        refuse("changed", vm_id=vm.id, vm=vm)


def _refuse_booking(vm: Vm, booking: Booking) -> None:
    refuse("changed", vm_id=vm.id, expires_at=booking.expires_at, vm=vm)
