"""The queue: joining at a machine or at a group, leaving, being taken out. Whose turn it is, turns.py says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from loadzone.domain.events import Event
from loadzone.domain.records import Group, Vm, Waiter
from loadzone.domain.refusal import refuse
from loadzone.rules import access, lease, turns

WAITERS_A_MACHINE = 10  # contract §5; a group's queue may be as long as those of its machines together


def join(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    hours: float,
    vm_id: str | None = None,
    group_id: int | None = None,
    count: int = 1,
    **more: Any,
) -> tuple[str, int]:
    """`ok` or `already_in_queue`, and the actor's place: 1 is first, 0 that the turn has come already.

    `more` are `auto`, `via` and `heartbeat_minutes`, as in Waiter. Who joins again keeps the place, and may change
    the rest.
    """
    access.signed_in(change, actor)
    lease.check_hours(hours, limits)
    place = _place(change, vm_id, group_id)
    _check_count(place, count)
    if isinstance(place, Vm) and place.booked_by == actor:
        refuse("is_yours", vm_id=place.id)  # or one could stay first for ever
    if isinstance(place, Vm) and place.hold and place.hold.email == actor:
        return "already_in_queue", 0
    waiter = Waiter(actor, hours, since=now, count=count, seen=now, **more)
    old = _waiter(place, actor)
    if old is None and len(place.queue) >= WAITERS_A_MACHINE * _size(place):
        refuse("queue_full", max=WAITERS_A_MACHINE * _size(place))
    queue = [_renewed(w, waiter) if w is old else w for w in place.queue] + ([] if old else [waiter])
    turns.write(change, replace(place, queue=tuple(queue)))
    if isinstance(place, Vm):
        turns.serve(change, now, limits, place.id, by=actor)
        turns.tell_holder(change, place.id)
    else:
        turns.serve_group(change, now, limits, place.id, by=actor)
    return "already_in_queue" if old else "ok", position(_place(change, vm_id, group_id), actor)


def leave(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    vm_id: str | None = None,
    group_id: int | None = None,
    email: str | None = None,
) -> None:
    """Give up one's place, and pass on what is held. An admin may take others out; they are told."""
    access.signed_in(change, actor)
    email = email or actor
    place = _place(change, vm_id, group_id)
    if email != actor and not access.is_admin(change.users, limits, actor):
        refuse("not_allowed")
    if not _give_up(change, now, limits, place, email):
        refuse("not_in_queue", email=email)
    if email != actor:
        change.tell(Event("queue_removed", by=actor, to=email, **_about(place)))


def leave_all(change: Any, now: datetime, limits: Any, email: str) -> None:
    """Out of every queue, and whatever is held is passed on."""
    for place in _all_places(change):
        if _waiter(place, email):
            _leave_queue(change, place, email)
    for vm in list(change.vms.values()):
        if vm.hold and vm.hold.email == email:
            turns.pass_on(change, now, limits, change.vms[vm.id])


def forget_silent(change: Any, now: datetime, limits: Any) -> None:
    """The places of jobs that gave no sign of life go."""
    for place in _all_places(change):
        for waiter in place.queue:
            if turns.is_silent(waiter, now):
                _give_up(change, now, limits, _place(change, *_key(place)), waiter.email)


def dissolve(change: Any, now: datetime, limits: Any, place: Vm | Group, by: str | None) -> None:
    """The machine or group goes: who waits there is told."""
    _drop(change, now, limits, place, lambda waiter: True, by)


def drop_who_wants_more(change: Any, now: datetime, limits: Any, group: Group, by: str | None) -> None:
    """Who waits for more machines than the group still has would wait for ever, and others behind them."""
    _drop(change, now, limits, group, lambda waiter: waiter.count > max(1, len(group.vm_ids)), by)


def position(place: Vm | Group, email: str) -> int:
    """The person's place in the queue, from 1; 0: in none."""
    return next((number for number, waiter in enumerate(place.queue, 1) if waiter.email == email), 0)


def _give_up(change: Any, now: datetime, limits: Any, place: Vm | Group, email: str) -> bool:
    """Whether there was a place, or something held, to be given up."""
    waits = _waiter(place, email) is not None
    if waits:
        _leave_queue(change, place, email)
    held = [vm.id for vm in map(change.vms.get, _machines(place)) if vm.hold and _is_held_from(vm, place, email)]
    for vm_id in held:
        turns.pass_on(change, now, limits, change.vms[vm_id])
    return waits or bool(held)


def _leave_queue(change: Any, place: Vm | Group, email: str) -> None:
    turns.write(change, replace(place, queue=tuple(waiter for waiter in place.queue if waiter.email != email)))


def _is_held_from(vm: Vm, place: Vm | Group, email: str) -> bool:
    """At the machine itself, only what is held to be taken counts: what is kept goes with the place in the group."""
    if vm.hold.email != email:
        return False
    return vm.hold.until is not None if isinstance(place, Vm) else vm.hold.group == place.id


def _drop(
    change: Any,
    now: datetime,
    limits: Any,
    place: Vm | Group,
    goes: Callable[[Waiter], bool],
    by: str | None,
) -> None:
    gone = [waiter for waiter in place.queue if goes(waiter)]
    if not gone:
        return
    kept = [vm for waiter in gone if isinstance(place, Group) for vm in turns.kept_for(change, place, waiter.email)]
    turns.write(change, replace(place, queue=tuple(waiter for waiter in place.queue if waiter not in gone)))
    for waiter in gone:
        change.tell(Event("queue_gone", by=by, to=waiter.email, **_about(place)))
    for vm in kept:
        turns.pass_on(change, now, limits, change.vms[vm.id])


def _all_places(change: Any) -> Iterator[Vm | Group]:
    """Everything that has a queue, as it is when it is looked at: serving one may change another."""
    for table in (change.groups, change.vms):
        for key in list(table):
            yield table[key]


def _key(place: Vm | Group) -> tuple[str | None, int | None]:
    return (place.id, None) if isinstance(place, Vm) else (None, place.id)


def _place(change: Any, vm_id: str | None, group_id: int | None) -> Vm | Group:
    if vm_id is not None:
        return change.vms.get(vm_id) or refuse("no_such_vm", vm_id=vm_id)
    return change.groups.get(group_id) or refuse("no_such_group", group_id=group_id)


def _check_count(place: Vm | Group, count: int) -> None:
    if count > _size(place):
        refuse("group_too_small", count=count, n=len(_machines(place)))


def _size(place: Vm | Group) -> int:
    """One at least: a group that is still empty can be waited for."""
    return 1 if isinstance(place, Vm) else max(1, len(place.vm_ids))


def _machines(place: Vm | Group) -> tuple[str, ...]:
    return (place.id,) if isinstance(place, Vm) else place.vm_ids


def _waiter(place: Vm | Group, email: str) -> Waiter | None:
    return next((waiter for waiter in place.queue if waiter.email == email), None)


def _renewed(old: Waiter, new: Waiter) -> Waiter:
    """The same place, with the new wishes; but a job of one's own changes nothing at a place taken by hand."""
    if new.heartbeat_minutes and not old.heartbeat_minutes:
        return old
    return replace(new, since=old.since, count=old.count)


def _about(place: Vm | Group) -> dict[str, Any]:
    return {"vm_id": place.id} if isinstance(place, Vm) else {"group_id": place.id, "group": place.name}
