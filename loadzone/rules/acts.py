"""The history: each act is a line, made of its event at the end of the unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from loadzone.domain.act import Act
from loadzone.domain.events import EVENT_KINDS, Event
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import moving


def note(uow: UnitOfWork) -> None:
    """Write a line for each act of the unit of work. Lines that were moved leave with it."""
    if not any(EVENT_KINDS[act.event.kind].history for act in uow.acts):
        return
    moving.let_go(uow)
    for act in uow.acts:
        if EVENT_KINDS[act.event.kind].history:
            line = _line_of(uow, act)
            uow.history[line.id] = line
    uow.acts.clear()


def _line_of(uow: UnitOfWork, act: Act) -> HistoryLine:
    event, vm, group = act.event, act.vm, act.group
    is_of_group = event.group_id is not None
    return HistoryLine(
        id=uow.next_number(),
        epoch=uow.epoch,
        at=uow.now,
        action=event.kind,
        actor=event.by,
        via=uow.via if event.by else "",
        vm=vm.number if vm else None,
        vm_id=event.vm_id,
        group_id=group.id if group and not is_of_group else event.group_id,
        group=group.name if group and not is_of_group else event.group or "",
        email=concerned(event),
        booking=event.booked_at,
        until=_end_of(act, uow.now),
        hours=event.hours,
        reason=event.reason or event.note,
        changed=_plain(event.changed),
    )


def concerned(event: Event) -> str | None:
    """Return whom the act concerns; None: nobody in particular."""
    own = event.by if EVENT_KINDS[event.kind].own else None
    return event.receiver or event.to or own


def _end_of(act: Act, now: datetime) -> datetime | None:
    """Return the end that was set, or the one that has come: after an outage it came long before it is noted."""
    until, when = act.event.until, EVENT_KINDS[act.event.kind].end
    if when == "set":
        return until or (act.vm.booking.expires_at if act.vm and act.vm.booking else None)
    if when == "came" and (until or act.event.booked_at):
        return min(until or now, now)
    return None


def _plain(changed: Mapping[str, object]) -> dict[str, object]:
    """Return the changes as JSON has them."""
    return {
        name: [_listed(value) for value in values]
        for name, values in changed.items()
        if isinstance(values, (list, tuple))
    }


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
