"""What a loaded file may have wrong without breaking the shape: references that lead nowhere, one person twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from loadzone.domain.records import MOST, NOTHING, Entry, Group, Letter, State, User, Vm

_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(slots=True)
class LoadedFile:
    """A file as it was read, before its parts are made to agree."""

    vms: list[Vm]
    groups: list[Group]
    users: list[User]
    letters: list[Letter]
    revision: int = 0
    rest: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


def repair(draft: LoadedFile) -> tuple[State, list[str]]:
    """A state in which everything agrees, and a sentence for each thing that had to be mended."""
    mended: list[str] = []
    homes = _homes(draft, mended)
    users = _one_record_each(draft.users, mended)
    waiting = {group.id: {waiter.email for waiter in group.queue} for group in draft.groups}
    vms = [_settled(replace(vm, group=homes[vm.id]), waiting, users, mended) for vm in draft.vms]
    groups = [_with_its_vms(group, homes, mended) for group in draft.groups]
    state = State(
        vms={vm.id: vm for vm in vms},
        groups={group.id: group for group in groups},
        users=users,
        letters={letter.id: letter for letter in draft.letters},
        revision=_countable(draft.revision, mended),
        rest=draft.rest,
    )
    return state, mended


def _countable(revision: int, mended: list[str]) -> int:
    """What leaves room for more changes than there will be, up to where browsers count exactly."""
    if revision <= MOST // 2:
        return revision
    mended.append(f"the revision was {revision}, from where browsers cannot count on; it begins anew")
    return 0


def _homes(draft: LoadedFile, mended: list[str]) -> dict[str, int | None]:
    """The group of each machine: the one it names, else the first that lists it."""
    known = {group.id for group in draft.groups}
    listed: dict[str, int] = {}
    for group in draft.groups:
        for vm_id in group.vm_ids:
            listed.setdefault(vm_id, group.id)
    homes: dict[str, int | None] = {}
    for vm in draft.vms:
        home = vm.group
        if home is not None and home not in known:
            mended.append(f"machine {vm.id!r} was in group {home}, which does not exist")
            home = None
        homes[vm.id] = listed.get(vm.id) if home is None else home
    return homes


def _with_its_vms(group: Group, homes: dict[str, int | None], mended: list[str]) -> Group:
    kept = tuple(dict.fromkeys(vm_id for vm_id in group.vm_ids if homes.get(vm_id) == group.id))
    for vm_id in group.vm_ids:
        if vm_id not in homes:
            mended.append(f"group {group.name!r} listed machine {vm_id!r}, which does not exist")
        elif homes[vm_id] != group.id:
            mended.append(f"group {group.name!r} listed machine {vm_id!r}, which is in group {homes[vm_id]}")
    listed = set(kept)
    missing = tuple(vm_id for vm_id, home in homes.items() if home == group.id and vm_id not in listed)
    if missing:
        mended.append(f"group {group.name!r} did not list its machines {', '.join(map(repr, missing))}")
    return replace(group, vm_ids=kept + missing)


def _settled(vm: Vm, waiting: Mapping[int, set[str]], users: Mapping[str, User], mended: list[str]) -> Vm:
    """A machine is booked by somebody or by nobody; an end without a holder means nothing."""
    vm = _rightly_held(vm, waiting, mended)
    queue = tuple(waiter for waiter in vm.queue if waiter.email != vm.booked_by)
    if len(queue) < len(vm.queue):
        mended.append(f"machine {vm.id!r} had its holder in its queue")
        vm = replace(vm, queue=queue)
    if vm.booked_by:
        return vm if vm.booked_at else replace(vm, booked_at=_beginning(vm, users))
    if not (vm.expires_at or vm.booked_at or vm.end_set_at or vm.reminded):
        return vm
    mended.append(f"machine {vm.id!r} had the times of a booking but no holder")
    return vm.freed(note=vm.note)


def _rightly_held(vm: Vm, waiting: Mapping[int, set[str]], mended: list[str]) -> Vm:
    """Only a free machine is held, and without an end only for who waits in its group's queue."""
    hold = vm.hold
    if hold is None:
        return vm
    for_group = hold.group is not None and hold.group == vm.group
    waits = for_group and hold.email in waiting[vm.group]
    if vm.booked_by or vm.maintenance or not (hold.until or waits):
        mended.append(f"machine {vm.id!r} was held for {hold.email!r}, which cannot be")
        return replace(vm, hold=None)
    return vm if for_group else replace(vm, hold=replace(hold, group=None))


def _beginning(vm: Vm, users: Mapping[str, User]) -> datetime | None:
    """When the present booking began, by its holder's history: the original did not note it at the machine."""
    holder = users.get(vm.booked_by or "")
    starts = [e.start for e in holder.bookings if e.action == "book" and e.vm_id == vm.id] if holder else []
    return starts[-1] if starts else None


def _one_record_each(users: list[User], mended: list[str]) -> dict[str, User]:
    """Addresses that differ only in case are one person, whose histories are merged in order of time."""
    people: dict[str, User] = {}
    for user in users:
        if user.email in people:
            mended.append(f"{user.email!r} was there in several spellings; now it is one person")
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
        rest={**second.rest, **first.rest},
    )


def _moment(entry: Entry) -> datetime:
    return entry.start or entry.end or _LONG_AGO
