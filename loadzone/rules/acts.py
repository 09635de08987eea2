"""The history: each act is a line, made of its event at the end of the unit of work."""

from __future__ import annotations

from loadzone.domain.events import EVENT_KINDS, Event
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import Group, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import moving


def note(uow: UnitOfWork) -> None:
    """Write a line for each act of the unit of work. Lines that were moved leave with it."""
    if not any(EVENT_KINDS[event.kind].history for event in uow.events):
        return
    moving.let_go(uow)
    for event in uow.events:
        if EVENT_KINDS[event.kind].history:
            line = _line_of(uow, event)
            uow.history[line.id] = line


def _line_of(uow: UnitOfWork, event: Event) -> HistoryLine:
    vm, group = _vm_of(uow, event), _group_of(uow, event)
    return HistoryLine(
        id=uow.next_number(),
        epoch=uow.epoch,
        at=uow.now,
        action=event.kind,
        actor=event.by,
        via=uow.via,
        vm=vm.number if vm else None,
        vm_id=event.vm_id,
        group_id=group.id if group else event.group_id,
        group=group.name if group else event.group or "",
        email=event.receiver or event.to or event.by,
        booking=event.booked_at,
        until=event.until,
        hours=event.hours,
        reason=event.reason,
        changed=event.changed,
    )


def _vm_of(uow: UnitOfWork, event: Event) -> Vm | None:
    """Return the machine of the event; one that was deleted as it was."""
    if event.vm_id is None:
        return None
    if vm := uow.vms.get(event.vm_id):
        return vm
    deleted = uow.deleted.get(event.vm_id)
    return deleted.place if deleted and isinstance(deleted.place, Vm) else uow.vms.before(event.vm_id)


def _group_of(uow: UnitOfWork, event: Event) -> Group | None:
    """Return the group of the event, or that of its machine."""
    if event.group_id is not None:
        return uow.groups.get(event.group_id) or uow.groups.before(event.group_id)
    vm = _vm_of(uow, event)
    return uow.groups.get(vm.group) if vm and vm.group is not None else None
