"""Undoing a deletion: machines and groups come back as they were, with their bookings and queues.

What is no longer possible stays away: a booking whose end has come, somebody who may not sign in any more.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from loadzone.domain.events import Event
from loadzone.domain.loss import Loss, Why
from loadzone.domain.records import Booking, Deleted, Group, Hold, Place, Vm, Waiter
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, deletions, history, outbox, people, person_limits, renaming, turns


def undelete_vms(uow: UnitOfWork, actor: str | None, vm_ids: Iterable[str]) -> tuple[list[Vm], list[Loss]]:
    """Bring these machines back, all or none; return them, and what does not come back with them.

    A machine comes into its group if that is there. Raises Refusal: not_signed_in, not_allowed, not_deleted, vm_exists.
    """
    undo = _Undo(uow, access.require_admin(uow, actor))
    found = deletions.kept_vms(uow, vm_ids)
    for deleted in uow.paced(found):
        if isinstance(deleted.place, Vm):
            undo.bring_vm(deleted, deleted.place)
    _put_into_groups(uow, found)
    undo.bring_places(found)
    undo.tell()
    return [uow.vms[str(deleted.id)] for deleted in found], undo.losses


def undelete_group(uow: UnitOfWork, actor: str | None, group_id: int) -> tuple[Group, list[Vm], list[Loss]]:
    """Bring a group back; return it, the machines that are in it again, and what does not come back.

    Those of its machines that are in another group stay there.
    Raises Refusal: not_signed_in, not_allowed, not_deleted, name_taken.
    """
    undo = _Undo(uow, access.require_admin(uow, actor))
    deleted, group = deletions.kept_group(uow, group_id)
    same = uow.groups.named(group.name)
    if same:
        refuse("name_taken", what="undo", name=same[0].name, group_id=group_id)
    vms = _its_vms(uow, group)
    undo.bring_group(group, vms)
    _restore_order(uow, group.id, deleted.number)
    undo.tell()
    return uow.groups[group.id], [uow.vms[vm.id] for vm in vms], undo.losses


class _Undo:
    """One undo by `by`: it brings records back, and gathers what does not come back, and what people are told."""

    def __init__(self, uow: UnitOfWork, by: str) -> None:
        self.losses: list[Loss] = []
        self._uow = uow
        self._by = by
        self._events: list[tuple[Event, outbox.Topic | None]] = []  # each with the letter that it makes untrue
        self._undone: set[outbox.Topic] = set()
        self._waiting: dict[int, Mapping[str, Waiter]] = {}  # in the queues of groups, by group and person

    def bring_vm(self, deleted: Deleted, vm: Vm) -> None:
        """Bring the machine back, alone: `_put_into_groups` lists it in its group. Raises Refusal: vm_exists."""
        uow = self._uow
        same = uow.vms.named(vm.id)
        if same:
            refuse("vm_exists", vm_id=same[0].id, undo=True)
        renaming.take(uow, vm.id)
        booking, hold = self._booking(vm), self._hold(vm)
        self._note_vm(vm, booking)
        back = replace(
            vm,
            group=vm.group if vm.group in uow.groups else None,
            booking=booking,
            hold=hold,
            queue=self._queue(vm, deleted),
            freed_at=uow.now if vm.booking and not booking else vm.freed_at,
            former_ids=tuple(old for old in vm.former_ids if not uow.vms.meant(old)),
            version=vm.version + 1,
        )
        uow.vms[vm.id] = back
        del uow.deleted[vm.id]
        if booking:
            history.note(uow, booking.holder, "book", vm.id, uow.now, booking.expires_at or uow.now)
        if hold:
            self._bring_hold(deleted, back, hold)

    def bring_group(self, group: Group, vms: Sequence[Vm]) -> None:
        """Bring the group back, with these machines in it."""
        uow = self._uow
        ids = tuple(vm.id for vm in vms)
        self._note(Event("group_undeleted", by=self._by, group_id=group.id, group=group.name, vm_ids=ids))
        with_vms = replace(group, vm_ids=ids, version=group.version + 1)
        uow.groups[group.id] = replace(with_vms, queue=self._queue(with_vms))
        for vm in vms:
            uow.vms[vm.id] = replace(vm, group=group.id)
            self._note(Event("vm_moved", by=self._by, vm_id=vm.id, changed={"group": (None, group.name)}))
        del uow.deleted[group.id]

    def bring_places(self, back: Iterable[Deleted]) -> None:
        """Bring back the places in the queues of groups that ended with these machines."""
        ended: dict[int, list[Waiter]] = {}
        for deleted in back:
            group = self._uow.group_of(self._uow.vms[str(deleted.id)])
            if group and deleted.waiters:
                ended.setdefault(group.id, []).extend(deleted.waiters)
        for group_id, waiters in ended.items():
            group = self._uow.groups[group_id]
            absent, again = _absent(group.queue, waiters)
            self.losses += [Loss("place", waiter.email, "elsewhere", group_id=group_id) for waiter in again]
            queue = turns.in_order(group.queue, self._queue(replace(group, queue=tuple(absent))))
            self._uow.groups[group_id] = replace(group, queue=queue)

    def tell(self) -> None:
        """Take back the letters that nobody can have read, and tell what is back; no letter to whom got none."""
        unread = outbox.take_back(self._uow, self._undone)
        for event, topic in self._events:
            self._uow.tell(replace(event, quiet=event.quiet or topic in unread))

    def _booking(self, vm: Vm) -> Booking | None:
        """Return the machine's booking if it can go on."""
        booking = vm.booking
        if booking is None:
            return None
        why = self._why_over(booking)
        if why:
            self.losses.append(Loss("booking", booking.holder, why, vm_id=vm.id))
            return None
        # While the machine was away its job could not report. It has its whole time to do so now.
        return replace(booking, heartbeat_at=self._uow.heard_until) if booking.heartbeat_minutes else booking

    def _why_over(self, booking: Booking) -> Why | None:
        if booking.has_ended(self._uow.now):
            return "ended"
        if self._uow.is_silent(booking):
            return "silent"
        why = self._why_gone(booking.holder)
        return why or (None if person_limits.allow(self._uow, booking.holder, 1) else "limit")

    def _why_gone(self, email: str) -> Why | None:
        if email not in self._uow.users:
            return "unknown"
        return None if people.is_allowed(self._uow.limits, email) else "domain"

    def _hold(self, vm: Vm) -> Hold | None:
        """Return the hold from the machine's own queue. Whoever had it from the group's queue waits there already."""
        hold = vm.hold
        if hold is None or hold.until is None:
            return None
        if hold.group is not None:
            self._undone.add(("taken", hold.email, vm.id))
            return None
        why = self._why_gone(hold.email)
        if why:
            self.losses.append(Loss("place", hold.email, why, vm_id=vm.id))
        return None if why else hold

    def _bring_hold(self, deleted: Deleted, vm: Vm, hold: Hold) -> None:
        """Let the hold go on if its person has not heard yet that it was over; else let them wait at the old place."""
        uow = self._uow
        goes_on = not hold.has_lapsed(uow.now) and outbox.is_unread(deleted.at, uow.now)
        if goes_on and person_limits.allow_beside(uow, uow.tally(hold.email).has - 1, 1):
            held = Event("held", to=hold.email, vm_id=vm.id, hours=hold.hours, until=hold.until, booked_at=hold.since)
            self._note(replace(held, quiet=True), ("queue_gone", hold.email, vm.id))
            return
        turns.put_back(uow, [vm])
        self._note_place(vm, hold.email, hold.since)

    def _queue(self, place: Place, deleted: Deleted | None = None) -> tuple[Waiter, ...]:
        """Return the waiters who can wait on."""
        back: list[Waiter] = []
        for waiter in place.queue:
            why = self._why_not_waiting(place, waiter, deleted)
            if why is None:
                back.append(waiter)
                self._note_place(place, waiter.email, waiter.since)
            elif isinstance(place, Vm):
                self.losses.append(Loss("place", waiter.email, why, vm_id=place.id))
            else:
                self.losses.append(Loss("place", waiter.email, why, group_id=place.id))
        return tuple(back)

    def _why_not_waiting(self, place: Place, waiter: Waiter, deleted: Deleted | None) -> Why | None:
        if self._uow.is_silent(waiter):
            return "silent"
        if isinstance(place, Group) and waiter.count > max(1, len(place.vm_ids)):
            return "too_few"
        if isinstance(place, Vm) and deleted and self._waits_for_group_since(place, waiter.email, deleted):
            return "elsewhere"
        return self._why_gone(waiter.email)

    def _waits_for_group_since(self, vm: Vm, email: str, deleted: Deleted) -> bool:
        """Tell whether the person has joined the queue of the machine's group since the deletion."""
        group = self._uow.group_of(vm)
        if group is None or not group.queue:
            return False
        if group.id not in self._waiting:
            self._waiting[group.id] = {waiter.email: waiter for waiter in group.queue}
        waiter = self._waiting[group.id].get(email)
        return waiter is not None and waiter.since >= deleted.at

    def _note_vm(self, vm: Vm, booking: Booking | None) -> None:
        event = Event("vm_undeleted", by=self._by, vm_id=vm.id)
        if booking is None:
            self._note(event)
        else:
            event = replace(event, to=booking.holder, until=booking.expires_at, booked_at=booking.booked_at)
            self._note(event, ("deleted", booking.holder, vm.id))

    def _note_place(self, place: Place, email: str, since: datetime) -> None:
        event = Event("queue_back", by=self._by, to=email, booked_at=since)
        if isinstance(place, Vm):
            event = replace(event, vm_id=place.id)
        else:
            event = replace(event, group_id=place.id, group=place.name)
        self._note(event, ("queue_gone", email, place.id))

    def _note(self, event: Event, topic: outbox.Topic | None = None) -> None:
        self._events.append((event, topic))
        if topic:
            self._undone.add(topic)


def _put_into_groups(uow: UnitOfWork, back: Iterable[Deleted]) -> None:
    """List the machines in their groups, at their old places; also in a group that was deleted and may come back."""
    by_group: dict[int, list[Deleted]] = {}
    for deleted in back:
        if isinstance(deleted.place, Vm) and deleted.place.group is not None:
            by_group.setdefault(deleted.place.group, []).append(deleted)
    for group_id, comers in by_group.items():
        group, kept = uow.groups.get(group_id), uow.deleted.get(group_id)
        if group:
            uow.groups[group_id] = replace(group, vm_ids=_merged(group.vm_ids, comers))
        elif kept and isinstance(kept.place, Group):
            ended = [waiter for deleted in comers for waiter in deleted.waiters]
            queue = turns.in_order(kept.place.queue, _absent(kept.place.queue, ended)[0])
            listed = replace(kept.place, vm_ids=_merged(kept.place.vm_ids, comers), queue=queue)
            uow.deleted[group_id] = replace(kept, place=listed)


def _absent(queue: Iterable[Waiter], waiters: Iterable[Waiter]) -> tuple[list[Waiter], list[Waiter]]:
    """Return the waiters who are not in the queue, each person once, and the others."""
    here = {waiter.email for waiter in queue}
    absent: list[Waiter] = []
    again: list[Waiter] = []
    for waiter in waiters:
        (again if waiter.email in here else absent).append(waiter)
        here.add(waiter.email)
    return absent, again


def _merged(vm_ids: Iterable[str], comers: Iterable[Deleted]) -> tuple[str, ...]:
    waiting = deque(sorted(comers, key=lambda deleted: deleted.number))
    merged: list[str] = []
    for vm_id in vm_ids:
        while waiting and waiting[0].number <= len(merged):
            merged.append(str(waiting.popleft().place.id))
        merged.append(vm_id)
    return (*merged, *(str(deleted.id) for deleted in waiting))


def _its_vms(uow: UnitOfWork, group: Group) -> list[Vm]:
    """Return the group's machines that are in no other one. Those that were deleted too find it when they come back."""
    gone_since, listed = deletions.gone_since(uow, group.id), Counter(group.vm_ids)
    vms: list[Vm] = []
    for number, vm_id in enumerate(listed):
        gone, vm = gone_since.get(vm_id), uow.vms.get(vm_id)
        if gone and isinstance(gone.place, Vm) and gone.place.group is None:
            uow.deleted[vm_id] = replace(gone, place=replace(gone.place, group=group.id), number=number)
        # A name stands there twice once a machine has got that of another one, which was deleted.
        if vm and vm.group is None and (not gone or listed[vm_id] > 1):
            vms.append(vm)
    return vms


def _restore_order(uow: UnitOfWork, group_id: int, number: int) -> None:
    """Put the group back to its place among the others, which is the order in which they are shown."""
    later = [other for other in uow.groups if other != group_id][number:]
    for other in later:
        uow.groups[other] = uow.groups.pop(other)
