"""The history begins: with what people's own histories still know, where an older LoadZone has written them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from loadzone.domain.epochs import next_epoch
from loadzone.domain.events import Event
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import Entry, User
from loadzone.domain.records import Vm
from loadzone.domain.unit_of_work import UnitOfWork

MOST = 50_000  # lines; of more, the newest
VIA = "upgrade"
# The kinds of line for what stands in a person's own history. That does not tell a release from one by an admin.
KINDS = {
    "book": "booked",
    "receive": "handed_over",
    "renew": "renewed",
    "cancel": "released",
    "release": "expired",
    "hand_over": "handed_over",
}


def begin(uow: UnitOfWork) -> None:
    """Begin the history, once: it has an epoch from then on. Runs before anything else after the start."""
    if uow.epoch:
        return
    uow.epoch = next_epoch(0, uow.now)
    known = sorted(_known(uow), key=lambda line: line.at)
    for line in known[-MOST:]:
        number, group = uow.next_number(), _name_of(uow, line.group_id)
        numbered = replace(line, id=number, epoch=uow.epoch, group=group)
        uow.history[numbered.id] = numbered
    uow.tell(Event("history_began"))


def _known(uow: UnitOfWork) -> Iterable[HistoryLine]:
    """Return lines without numbers for what is known of bookings, each act once."""
    known: dict[tuple[str, str | None, str | None, datetime], HistoryLine] = {}
    for user in uow.paced(uow.users.values()):
        for line in _lines_of(uow, user):
            key = line.action, line.vm_id, line.email, line.at
            if key not in known or line.until:  # both have told of a booking that was handed over
                known[key] = line
    for vm in uow.paced(uow.vms.values()):
        booking = vm.booking
        if booking and booking.booked_at:
            line = _line(vm, "booked", booking.booked_at, booking.holder, booking.booked_at, booking.expires_at)
            if not any((action, vm.id, line.email, line.at) in known for action in ("booked", "handed_over")):
                known[line.action, vm.id, line.email, line.at] = line
    return [*known.values(), *_waits(uow)]


def _waits(uow: UnitOfWork) -> Iterator[HistoryLine]:
    """Yield a line for each place in a queue, of those who wait now."""
    for place in uow.places_with_queue():
        for waiter in place.queue:
            if isinstance(place, Vm):
                line = _line(place, "queue_joined", waiter.since, waiter.email, waiter.since, None)
            else:
                blank = HistoryLine(0, 0, waiter.since, "queue_joined", via=VIA)
                line = replace(blank, group_id=place.id, email=waiter.email, booking=waiter.since)
            yield replace(line, actor=waiter.email, hours=waiter.hours)


def _name_of(uow: UnitOfWork, group_id: int | None) -> str:
    group = uow.groups.get(group_id) if group_id is not None else None
    return group.name if group else ""


def _lines_of(uow: UnitOfWork, user: User) -> Iterator[HistoryLine]:
    began: dict[str, datetime] = {}
    for entry in user.bookings:
        if entry.action not in KINDS or not entry.vm_id or not entry.start:
            continue
        if entry.action in ("book", "receive"):
            began[entry.vm_id] = entry.start
        yield _line_of(uow, user, entry, entry.vm_id, entry.start, began.get(entry.vm_id))


def _line_of(
    uow: UnitOfWork, user: User, entry: Entry, vm_id: str, at: datetime, began: datetime | None
) -> HistoryLine:
    vm = uow.vms.get(vm_id) or Vm(vm_id)
    line = _line(vm, KINDS[entry.action], at, user.email, began, entry.end)
    if entry.action == "book":
        return replace(line, actor=entry.person or user.email)
    if entry.action == "receive":
        return replace(line, changed={"email": [entry.person, user.email]})
    if entry.action == "hand_over":
        return replace(line, email=entry.person, booking=at, until=None, changed={"email": [user.email, entry.person]})
    return line


def _line(
    vm: Vm, action: str, at: datetime, email: str, booking: datetime | None, until: datetime | None
) -> HistoryLine:
    """Return a line about the machine, by the name and in the group that it has now."""
    return HistoryLine(
        id=0,
        epoch=0,
        at=at,
        action=action,
        via=VIA,
        vm=vm.number or None,
        vm_id=vm.id,
        group_id=vm.group,
        email=email,
        booking=booking,
        until=until,
    )
