"""A person's history: what is added, what is cleaned away, what is kept whatever its age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from loadzone.domain.people import Entry, User
from loadzone.domain.records import Vm
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(hours=1)
KEPT_AT_MOST = 200
BEGINNINGS = ("book", "receive")
ENDINGS = ("cancel", "release", "hand_over")


def note(
    uow: UnitOfWork, email: str, action: str, vm_id: str, start: datetime, end: datetime | None, person: str = ""
) -> None:
    """Add a line to the history of the person with this address, at the end of the unit of work.

    `person` is the other one of what two people had part in.
    """
    uow.lines.setdefault(email, []).append(Entry(action, vm_id, start, end, person=person))


def write(uow: UnitOfWork) -> None:
    """Write the new lines, now that the machines' own records say what holds: each person's history is built once."""
    for email, lines in uow.lines.items():
        user = uow.users.get(email)
        if user:
            entries = (*user.bookings, *lines)
            # Look through the oldest 200 alone: a person may hold hundreds of machines, whose lines all stay.
            among = max(KEPT_AT_MOST, len(lines))
            uow.users[email] = replace(user, bookings=_capped(entries, uow.vms, email, among=among))
    uow.lines.clear()


def rename(uow: UnitOfWork, old: str, new: str) -> None:
    """Write the new name of a machine into the lines that have the old one."""
    for user in uow.paced(list(uow.users.values())):
        if any(entry.vm_id == old for entry in user.bookings):
            uow.users[user.email] = replace(user, bookings=tuple(_renamed(user.bookings, old, new)))
    for email, lines in uow.lines.items():
        uow.lines[email] = _renamed(lines, old, new)


def clean_up(uow: UnitOfWork) -> None:
    """Clean all histories. Runs every hour; only people whose history gets shorter are written."""
    for user in list(uow.users.values()):
        young = _young(user, uow.vms, uow.now)
        kept = _capped(young, uow.vms, user.email, among=len(young))
        if len(kept) < len(user.bookings):
            uow.users[user.email] = replace(user, bookings=kept)


def _renamed(entries: Iterable[Entry], old: str, new: str) -> list[Entry]:
    return [replace(entry, vm_id=new) if entry.vm_id == old else entry for entry in entries]


def _young(user: User, vms: Mapping[str, Vm], now: datetime) -> tuple[Entry, ...]:
    """Return the lines that stay: those of present bookings, and those that are not older than KEPT_FOR."""
    limit = now - KEPT_FOR
    gone = _old_pairs(user.bookings, limit)
    return tuple(
        entry
        for number, entry in enumerate(user.bookings)
        if _is_present(entry, vms, user.email) or not (number in gone or _is_old(entry, limit))
    )


def _is_old(entry: Entry, limit: datetime) -> bool:
    """A booking or renewal ages from its end; everything else, and what has no end, from its start."""
    counted = entry.end if entry.action in (*BEGINNINGS, "renew") and entry.end else entry.start
    return counted is not None and counted < limit


def _old_pairs(entries: Sequence[Entry], limit: datetime) -> set[int]:
    """Return the numbers of lines of bookings that ended before `limit`: the beginning, the `renew`s, the ending."""
    gone: set[int] = set()
    running: dict[str | None, list[int]] = {}
    for number, entry in enumerate(entries):
        if entry.action in BEGINNINGS:
            running[entry.vm_id] = [number]
        elif entry.action == "renew" and entry.vm_id in running:
            running[entry.vm_id].append(number)
        elif entry.action in ENDINGS and entry.vm_id in running:
            whole = [*running.pop(entry.vm_id), number]
            if entry.start and entry.start < limit:
                gone.update(whole)
    return gone


def _capped(entries: tuple[Entry, ...], vms: Mapping[str, Vm], email: str, among: int) -> tuple[Entry, ...]:
    """Drop the oldest lines above 200, but none of a present booking. Only the first `among` lines are candidates."""
    surplus = len(entries) - KEPT_AT_MOST
    kept: list[Entry] = []
    for number, entry in enumerate(entries):
        if surplus <= 0 or number == among:
            return tuple(kept) + entries[number:]
        if _is_present(entry, vms, email):
            kept.append(entry)
        else:
            surplus -= 1
    return tuple(kept)


def _is_present(entry: Entry, vms: Mapping[str, Vm], email: str) -> bool:
    """Tell whether the line belongs to the booking that holds the machine now."""
    vm = vms.get(entry.vm_id) if entry.vm_id else None
    booking = vm.booking if vm else None
    if booking is None or booking.holder != email or entry.action not in (*BEGINNINGS, "renew"):
        return False
    return booking.booked_at is None or entry.start is None or entry.start >= booking.booked_at
