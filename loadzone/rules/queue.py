"""The queue of a machine or a group: joining, leaving, being taken out. rules/serving.py says whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from loadzone.domain.events import Changes, Event
from loadzone.domain.records import Group, Place, Vm, Waiter
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, lease, person_limits, serving

WAITERS_A_MACHINE = 10  # a group's queue may be as long as those of its machines together

JoinStatus = Literal["ok", "already_in_queue"]


def join(
    uow: UnitOfWork,
    actor: str | None,
    hours: float,
    vm_id: str | None = None,
    group_id: int | None = None,
    count: int = 1,
    auto: bool = False,
    via: str = "",
    heartbeat_minutes: float | None = None,
) -> tuple[JoinStatus, int]:
    """Join the queue of a machine or a group; return the status and the actor's position.

    Position 1 is first; 0 means that the turn has come already. Joining again keeps the place and may change the
    wishes. `auto`, `via` and `heartbeat_minutes` are as in Waiter.
    Raises Refusal: not_signed_in, no_such_vm, no_such_group, group_too_small, is_yours, over_limit, queue_full,
    bad_input.
    """
    me = access.signed_in(uow, actor)
    lease.check_hours(uow, hours)
    place = _place(uow, vm_id, group_id)
    _check_count(place, count)
    if isinstance(place, Vm) and place.holder == me.email:
        refuse("is_yours", vm_id=place.id)  # or a holder could stay first for ever
    if isinstance(place, Vm) and place.hold and place.hold.email == me.email:
        return "already_in_queue", 0
    if not person_limits.allow_beside(uow, 0, count):
        person_limits.check(uow, me.email, count)  # that turn would never come
    wish = Waiter(me.email, hours, uow.now, auto, count, via, heartbeat_minutes, seen=uow.heard_until)
    status = _take_place(uow, place, wish)
    uow.told_by_answer.add(me.email)
    serving.serve(uow)  # at once, since the answer says whether the turn has come
    return status, position(_place(uow, vm_id, group_id), me.email)


def leave(
    uow: UnitOfWork,
    actor: str | None,
    vm_id: str | None = None,
    group_id: int | None = None,
    email: str | None = None,
) -> None:
    """Give up a place and what is held, which passes on. An admin may take out somebody else, who is told.

    Raises Refusal: not_signed_in, not_allowed, no_such_vm, no_such_group, not_in_queue.
    """
    me = access.signed_in(uow, actor)
    email = email or me.email
    place = _place(uow, vm_id, group_id)
    if email != me.email and not access.is_admin(uow.users, uow.limits, me.email):
        refuse("not_allowed")
    waiter = _waiter(place, email)
    if waiter:
        _leave_queue(uow, place, email)
    held = [vm for vm in _machines(uow, place) if _is_held_from(vm, place, email)]
    if not (waiter or held):
        refuse("not_in_queue", email=email)
    since = waiter.since if waiter else uow.now
    if email != me.email:
        uow.tell(replace(_event("queue_removed", place, me.email, email, since), is_act=waiter is not None))
    elif waiter:
        uow.tell(_event("queue_left", place, email, email, since))
    _end_holds(uow, held, me.email)


def leave_all(uow: UnitOfWork, leaves: Callable[[str], bool], by: str | None) -> None:
    """Take people out of every queue and end their holds, which pass on: those whose address `leaves`."""
    for place in uow.places_with_queue():
        gone = [waiter for waiter in place.queue if leaves(waiter.email)]
        if gone:
            uow.write(replace(place, queue=tuple(waiter for waiter in place.queue if not leaves(waiter.email))))
        for waiter in gone:
            uow.tell(_event("queue_dropped", place, by, waiter.email, waiter.since))
    _end_holds(uow, [vm for vm in uow.vms_held() if vm.hold and leaves(vm.hold.email)], by)


def forget_silent(uow: UnitOfWork) -> None:
    """Take jobs that went silent out of the queues."""
    for place in uow.places_with_queue():
        gone = [waiter for waiter in place.queue if uow.is_silent(waiter)]
        if gone:
            uow.write(replace(place, queue=tuple(waiter for waiter in place.queue if waiter not in gone)))
        for waiter in gone:
            uow.tell(_event("queue_silent", place, None, waiter.email, waiter.since))


def dissolve(uow: UnitOfWork, place: Place, by: str | None) -> None:
    """Empty the queue of a machine or group that goes, and tell everybody in it."""
    _drop(uow, place, lambda waiter: True, by)


def drop_unservable(uow: UnitOfWork, group: Group, by: str | None) -> None:
    """Drop waiters who want more machines than the group still has: they would wait for ever, and those behind them."""
    _drop(uow, group, lambda waiter: waiter.count > _size(group), by)


def position(place: Place, email: str) -> int:
    """Return the person's place in the queue, from 1; 0: in none."""
    return next((number for number, waiter in enumerate(place.queue, 1) if waiter.email == email), 0)


def _take_place(uow: UnitOfWork, place: Place, wish: Waiter) -> JoinStatus:
    """Append the waiter, or change the wishes of the place that the person has already. Raises Refusal: queue_full."""
    old = _waiter(place, wish.email)
    if old:
        _change_wishes(uow, place, old, _with_wishes(old, wish))
        return "already_in_queue"
    most = WAITERS_A_MACHINE * _size(place)
    if len(place.queue) >= most:
        refuse("queue_full", max=most)
    uow.write(replace(place, queue=(*place.queue, wish)))
    told = _event("queue_joined", place, wish.email, wish.email, wish.since)
    uow.tell(
        replace(told, hours=wish.hours, changed=_wishes_that_differ(Waiter(wish.email, wish.hours, wish.since), wish))
    )
    return "ok"


def _change_wishes(uow: UnitOfWork, place: Place, old: Waiter, new: Waiter) -> None:
    uow.write(replace(place, queue=tuple(new if waiter is old else waiter for waiter in place.queue)))
    if changed := _wishes_that_differ(old, new):
        told = _event("queue_changed", place, new.email, new.email, new.since)
        uow.tell(replace(told, hours=new.hours, changed=changed))


def _wishes_that_differ(old: Waiter, new: Waiter) -> Changes:
    wishes = {"hours": (old.hours, new.hours), "auto": (old.auto, new.auto), "count": (old.count, new.count)}
    return {name: values for name, values in wishes.items() if values[0] != values[1]}


def _end_holds(uow: UnitOfWork, vms: Iterable[Vm], by: str | None) -> None:
    """End these holds. That of a kept machine is no act: its person's place ends, or stays."""
    for vm in vms:
        uow.vms[vm.id] = replace(vm, hold=None)
        if vm.hold and vm.hold.until:
            uow.tell(_event("hold_ended", vm, by, vm.hold.email, vm.hold.since))


def _leave_queue(uow: UnitOfWork, place: Place, email: str) -> None:
    uow.write(replace(place, queue=tuple(waiter for waiter in place.queue if waiter.email != email)))


def _is_held_from(vm: Vm, place: Place, email: str) -> bool:
    """Tell whether giving up this place ends the hold of the machine.

    At the machine itself only a hold with an end counts: a kept machine goes with the place in the group's queue.
    """
    if vm.hold is None or vm.hold.email != email:
        return False
    return vm.hold.until is not None if isinstance(place, Vm) else vm.hold.group == place.id


def _drop(uow: UnitOfWork, place: Place, is_dropped: Callable[[Waiter], bool], by: str | None) -> None:
    gone = [waiter for waiter in place.queue if is_dropped(waiter)]
    if not gone:
        return
    uow.write(replace(place, queue=tuple(waiter for waiter in place.queue if not is_dropped(waiter))))
    for waiter in gone:
        uow.tell(_event("queue_gone", place, by, waiter.email, waiter.since))
    if isinstance(place, Group):
        emails = {waiter.email for waiter in gone}
        _end_holds(uow, [vm for vm in uow.vms_of(place) if vm.kept_for in emails], by)


def _place(uow: UnitOfWork, vm_id: str | None, group_id: int | None) -> Place:
    if vm_id is not None:
        return uow.vm(vm_id)
    return uow.group(group_id) if group_id is not None else refuse("no_such_group", group_id=None)


def _check_count(place: Place, count: int) -> None:
    if count > _size(place):
        refuse("group_too_small", count=count, n=1 if isinstance(place, Vm) else len(place.vm_ids))


def _size(place: Place) -> int:
    """Count the place's machines, at least one: somebody may wait for a group that is still empty."""
    return 1 if isinstance(place, Vm) else max(1, len(place.vm_ids))


def _machines(uow: UnitOfWork, place: Place) -> list[Vm]:
    return [uow.vms[place.id]] if isinstance(place, Vm) else uow.vms_of(place)


def _waiter(place: Place, email: str) -> Waiter | None:
    return next((waiter for waiter in place.queue if waiter.email == email), None)


def _with_wishes(old: Waiter, wish: Waiter) -> Waiter:
    """Return the old place with the new wishes. A job changes nothing at a place that its person took by hand."""
    if wish.heartbeat_minutes and not old.heartbeat_minutes:
        return old
    return replace(wish, since=old.since, count=old.count)


def _event(kind: str, place: Place, by: str | None, to: str, since: datetime) -> Event:
    if isinstance(place, Vm):
        return Event(kind, by=by, to=to, vm_id=place.id, booked_at=since)
    return Event(kind, by=by, to=to, group_id=place.id, group=place.name, booked_at=since)
