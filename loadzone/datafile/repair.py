"""Repairs a loaded file whose shape is right: references to what does not exist, one person under several spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from loadzone.datafile.numbers import Numbers
from loadzone.domain.history_line import HistoryLine
from loadzone.domain.people import Entry, Letter, User
from loadzone.domain.records import FORMER_MOST, MOST, Booking, Deleted, Group, Hold, State, Vm
from loadzone.domain.unknown_keys import NOTHING
from loadzone.lib.times import latest

_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(slots=True)
class LoadedFile:
    """The records of a file as they were read."""

    vms: list[Vm]
    groups: list[Group]
    users: list[User]
    letters: list[Letter]
    deleted: list[Deleted] = field(default_factory=list)
    history: list[HistoryLine] = field(default_factory=list)
    epoch: int = 0
    last_number: int = 0
    revision: int = 0
    rest: Mapping[str, object] = field(default_factory=lambda: NOTHING)


def repair(loaded: LoadedFile) -> tuple[State, list[str]]:
    """Return a consistent state, and a sentence for each thing that was repaired."""
    repaired: list[str] = []
    group_of = _groups_of_vms(loaded, repaired)
    users = _one_record_each(loaded.users, repaired)
    waiting = {group.id: {waiter.email for waiter in group.queue} for group in loaded.groups}
    vms = [_repaired_vm(_in_group(vm, group_of[vm.id]), waiting, users, repaired) for vm in loaded.vms]
    vms = _with_own_former_ids(vms, repaired)
    numbers = Numbers(loaded.last_number, loaded.history, vms, loaded.deleted)
    vms = [numbers.numbered(vm) for vm in vms]
    deleted = sorted(map(numbers.numbered_deleted, loaded.deleted), key=lambda one: one.at)
    members = _members(group_of)
    groups = [_with_its_vms(group, group_of, members.get(group.id, ()), repaired) for group in loaded.groups]
    state = State(
        vms={vm.id: vm for vm in vms},
        groups={group.id: group for group in groups},
        users=users,
        letters={letter.id: letter for letter in loaded.letters},
        revision=_countable(loaded.revision, repaired),
        rest=loaded.rest,
        deleted={one.id: one for one in deleted},
        history={line.id: line for line in sorted(loaded.history, key=lambda line: line.id)},
        epoch=loaded.epoch,
        last_number=numbers.last,
    )
    return state, repaired


def _countable(revision: int, repaired: list[str]) -> int:
    """Return the revision; or 0, if it is beyond half of what browsers can count exactly (2^53)."""
    if revision <= MOST // 2:
        return revision
    repaired.append(f"the revision was {revision}, beyond which browsers cannot count; it starts again at 0")
    return 0


def _groups_of_vms(loaded: LoadedFile, repaired: list[str]) -> dict[str, int | None]:
    """Return the group of each machine: the one it names, else the first that lists it."""
    known = {group.id for group in loaded.groups}
    listed: dict[str, int] = {}
    for group in loaded.groups:
        for vm_id in group.vm_ids:
            listed.setdefault(vm_id, group.id)
    group_of: dict[str, int | None] = {}
    for vm in loaded.vms:
        named = vm.group
        if named is not None and named not in known:
            repaired.append(f"machine {vm.id!r} was in group {named}, which does not exist")
            named = None
        group_of[vm.id] = listed.get(vm.id) if named is None else named
    return group_of


def _in_group(vm: Vm, group_id: int | None) -> Vm:
    """Return the machine in this group: itself if it is there, which is three times as quick for 100,000 machines."""
    return vm if vm.group == group_id else replace(vm, group=group_id)


def _members(group_of: Mapping[str, int | None]) -> dict[int, list[str]]:
    """Return the machines of each group."""
    members: dict[int, list[str]] = {}
    for vm_id, group_id in group_of.items():
        if group_id is not None:
            members.setdefault(group_id, []).append(vm_id)
    return members


def _with_its_vms(
    group: Group, group_of: Mapping[str, int | None], members: Sequence[str], repaired: list[str]
) -> Group:
    """Return the group with exactly the machines that are in it, which are its `members`."""
    kept = tuple(dict.fromkeys(vm_id for vm_id in group.vm_ids if group_of.get(vm_id) == group.id))
    for vm_id in group.vm_ids:
        if vm_id not in group_of:
            repaired.append(f"group {group.name!r} listed machine {vm_id!r}, which does not exist")
        elif group_of[vm_id] != group.id:
            repaired.append(f"group {group.name!r} listed machine {vm_id!r}, which is in group {group_of[vm_id]}")
    listed = set(kept)
    missing = tuple(vm_id for vm_id in members if vm_id not in listed)
    if missing:
        repaired.append(f"group {group.name!r} did not list its machines {', '.join(map(repr, missing))}")
    return replace(group, vm_ids=kept + missing)


def _with_own_former_ids(vms: list[Vm], repaired: list[str]) -> list[Vm]:
    """Return the machines with former names that lead to them only: a present name wins, then the first machine's."""
    taken = {vm.id for vm in vms}
    kept: list[Vm] = []
    for vm in vms:
        own = tuple(name for name in dict.fromkeys(vm.former_ids) if name and name not in taken)[-FORMER_MOST:]
        if own != vm.former_ids:
            names = ", ".join(map(repr, own)) or "none"
            repaired.append(f"machine {vm.id!r} had former names that are taken, doubled or too many; kept: {names}")
        taken.update(own)
        kept.append(replace(vm, former_ids=own) if own != vm.former_ids else vm)
    return kept


def _repaired_vm(vm: Vm, waiting: Mapping[int, set[str]], users: Mapping[str, User], repaired: list[str]) -> Vm:
    """Return the machine with a consistent booking, hold and queue."""
    booking = _repaired_booking(vm, users, repaired)
    if booking is not vm.booking:
        vm = replace(vm, booking=booking)
    hold = _repaired_hold(vm, vm.hold, waiting, repaired) if vm.hold else None
    if hold is not vm.hold:
        vm = replace(vm, hold=hold)
    if all(waiter.email != vm.holder for waiter in vm.queue):
        return vm
    repaired.append(f"machine {vm.id!r} had its holder in its queue")
    return replace(vm, queue=tuple(waiter for waiter in vm.queue if waiter.email != vm.holder))


def _repaired_booking(vm: Vm, users: Mapping[str, User], repaired: list[str]) -> Booking | None:
    booking = vm.booking
    if booking is None:
        return None
    if not booking.holder:
        repaired.append(f"machine {vm.id!r} had fields of a booking but no holder")
        return None
    return booking if booking.booked_at else replace(booking, booked_at=_beginning(vm, booking.holder, users))


def _repaired_hold(vm: Vm, hold: Hold, waiting: Mapping[int, set[str]], repaired: list[str]) -> Hold | None:
    """Return the hold, or None if it is not possible.

    Only a free machine can be held; and without an end only for a person who waits in its group's queue.
    """
    is_for_group = hold.group is not None and hold.group == vm.group
    waits = hold.group is not None and is_for_group and hold.email in waiting[hold.group]
    if vm.booking or vm.maintenance or not (hold.until or waits):
        repaired.append(f"machine {vm.id!r} was held for {hold.email!r}, which is not possible")
        return None
    return hold if is_for_group else replace(hold, group=None)


def _beginning(vm: Vm, holder: str, users: Mapping[str, User]) -> datetime | None:
    """Return when the booking began, by its holder's history: the original system did not store it with the machine."""
    user = users.get(holder)
    starts = [entry.start for entry in user.bookings if entry.action == "book" and entry.vm_id == vm.id] if user else []
    return starts[-1] if starts else None


def _one_record_each(users: list[User], repaired: list[str]) -> dict[str, User]:
    """Return one record for each person, by address. Addresses that differ only in case are one person."""
    people: dict[str, User] = {}
    for user in users:
        if user.email in people:
            repaired.append(f"{user.email!r} was there in several spellings; now it is one person")
            user = _merged(people[user.email], user)
        people[user.email] = user
    return people


def _merged(first: User, second: User) -> User:
    return User(
        email=first.email,
        created=min(first.created, second.created),
        bookings=tuple(sorted(first.bookings + second.bookings, key=_moment)),
        role="admin" if "admin" in (first.role, second.role) else "user",
        language=first.language or second.language,
        seen_language=first.seen_language or second.seen_language,
        sessions={**second.sessions, **first.sessions},
        tokens={**second.tokens, **first.tokens},
        zone=first.zone or second.zone,
        no_letters=tuple(dict.fromkeys(first.no_letters + second.no_letters)),
        seen=latest(first.seen, second.seen),
        invited_by=first.invited_by or second.invited_by,
        rest={**second.rest, **first.rest},
    )


def _moment(entry: Entry) -> datetime:
    return entry.start or entry.end or _LONG_AGO
