"""A person's history: what is noted, what is cleaned away, what is kept whatever its age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from loadzone.domain.records import Entry, User, Vm

KEPT_FOR = timedelta(hours=1)
KEPT_AT_MOST = 200
ENDINGS = ("cancel", "release")


def note(change: Any, email: str, action: str, vm_id: str, start: datetime, end: datetime) -> None:
    """Add a line to the person's history. Call it once the machine's own record says what holds now."""
    user = change.users.get(email)
    if user:
        entries = (*user.bookings, Entry(action, vm_id, start, end))
        # Whoever holds hundreds of machines need not have all of them looked through at every booking.
        change.users[email] = replace(user, bookings=_capped(entries, change.vms, email, among=KEPT_AT_MOST))


def clean_up(change: Any, now: datetime, limits: Any) -> None:
    """The hourly cleaning; only people whose history shrinks are written."""
    for user in list(change.users.values()):
        young = _young(user, change.vms, now)
        kept = _capped(young, change.vms, user.email, among=len(young))
        if len(kept) < len(user.bookings):
            change.users[user.email] = replace(user, bookings=kept)


def _young(user: User, vms: Mapping[str, Vm], now: datetime) -> tuple[Entry, ...]:
    """What stays, by contract §5 "History clean-up"."""
    limit = now - KEPT_FOR
    gone = _old_pairs(user.bookings, limit)
    return tuple(
        entry
        for number, entry in enumerate(user.bookings)
        if _is_present(entry, vms, user.email) or not (number in gone or _is_old(entry, limit))
    )


def _is_old(entry: Entry, limit: datetime) -> bool:
    """A booking or renewal ages from its end, everything else, and what has no end, from its start."""
    counted = entry.end if entry.action in ("book", "renew") and entry.end else entry.start
    return counted is not None and counted < limit


def _old_pairs(entries: Sequence[Entry], limit: datetime) -> set[int]:
    """The numbers of bookings that were ended long enough ago: the `book`, its `renew`s, its ending."""
    gone: set[int] = set()
    running: dict[str | None, list[int]] = {}
    for number, entry in enumerate(entries):
        if entry.action == "book":
            running[entry.vm_id] = [number]
        elif entry.action == "renew" and entry.vm_id in running:
            running[entry.vm_id].append(number)
        elif entry.action in ENDINGS and entry.vm_id in running:
            whole = [*running.pop(entry.vm_id), number]
            if entry.start and entry.start < limit:
                gone.update(whole)
    return gone


def _capped(entries: tuple[Entry, ...], vms: Mapping[str, Vm], email: str, among: int) -> tuple[Entry, ...]:
    """At most 200, the oldest going first; present bookings stay. What goes is sought `among` the oldest."""
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
    """Whether the line belongs to the booking that holds the machine now."""
    vm = vms.get(entry.vm_id) if entry.vm_id else None
    if vm is None or vm.booked_by != email or entry.action not in ("book", "renew"):
        return False
    return vm.booked_at is None or entry.start is None or entry.start >= vm.booked_at
