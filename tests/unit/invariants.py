"""Invariants of queues, holds and bookings: of every state, and of every commit."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import chain


def check_state(state, now, most):
    """Check what must hold at every moment. `most` is how many machines one person may have."""
    for vm in state.vms.values():
        group = state.groups.get(vm.group)
        able = [*within_limit(state, vm.queue, most), *(can_be_served(state, group, most) if group else ())]
        waiting = without_silent(able, now)
        assert not (vm.stands_free and waiting), f"{vm.id} is free, although {waiting} wait for it"
        others = within_limit(state, (*vm.queue, *(group.queue if group else ())), most)
        others = [waiter for waiter in without_silent(others, now) if waiter.email != vm.holder]
        assert not (vm.holder and others and not vm.booking.told_waiting), (
            f"{vm.id}: its holder was not told of {others}"
        )
        if vm.hold:
            assert not vm.holder, f"{vm.id} is booked and held"
            assert not vm.maintenance, f"{vm.id} is out of service and held"
            assert vm.hold.email in state.users, f"{vm.id} is held for somebody who is not a user"
            assert vm.hold.group in (None, vm.group), f"{vm.id} is held through the queue of a group it is not in"
    for place in places(state):
        people = [waiter.email for waiter in place.queue]
        assert len(set(people)) == len(people), f"somebody waits twice in {people}"
        assert set(people) <= state.users.keys(), f"somebody in {people} is not a user"
    for group in state.groups.values():
        members = [vm.id for vm in state.vms.values() if vm.group == group.id]
        assert sorted(group.vm_ids) == sorted(members), f"{group.name} lists {group.vm_ids}, and {members} are in it"
        assert all(waiter.count <= max(1, len(group.vm_ids)) for waiter in group.queue), (
            "somebody waits for more machines than the group has"
        )
    check_kept_machines(state, now, most)


def check_kept_machines(state, now, most):
    """Check that kept machines are for the first waiter who can be served, and are fewer than that waiter wants."""
    kept = [vm for vm in state.vms.values() if vm.hold and vm.hold.until is None]
    for vm in kept:
        able = can_be_served(state, state.groups[vm.hold.group], most)
        place = next((number for number, waiter in enumerate(able) if waiter.email == vm.hold.email), None)
        assert place is not None, f"{vm.id} is kept for {vm.hold.email}, who cannot be served"
        assert not without_silent(able[:place], now), (
            f"{vm.id} is kept for {vm.hold.email}, not for the first of {able}"
        )
        alike = sum(other.group == vm.group for other in kept)
        assert alike < able[place].count, f"all that {able[place]} waits for is kept, and cannot be taken"


def can_be_served(state, group, most):
    """Return the waiters who may have as many machines, and want no more than can come.

    Machines out of service cannot come, nor a waiter's own.
    """
    coming = [vm for vm in map(state.vms.get, group.vm_ids) if not vm.maintenance]
    able = [w for w in group.queue if w.count <= max(1, sum(vm.holder != w.email for vm in coming))]
    return within_limit(state, able, most)


def within_limit(state, queue, most):
    """Return the waiters who have not too many machines to be served."""
    has = Counter(vm.holder or (vm.hold.email if vm.hold and vm.hold.until else None) for vm in state.vms.values())
    return [waiter for waiter in queue if has[waiter.email] + waiter.count <= most]


def without_silent(queue, now):
    """Return the queue without jobs whose heartbeat is overdue."""
    return [w for w in queue if not w.heartbeat_minutes or w.seen + timedelta(minutes=w.heartbeat_minutes) > now]


def check_commit(before, after, now, events, most):
    """Check what one commit changed in the queues, and whom it served."""
    before = renamed(before, events)
    # They may have been put back into the queue within the same commit.
    movable = {event.to for event in events if event.kind in ("held", "auto_booked")}
    movable |= {vm.hold.email for vm in before.vms.values() if is_over(vm.hold, after.vms.get(vm.id))}
    movable |= {event.to for event in events if event.kind == "queue_back"}
    for table in ("vms", "groups"):
        for key, place in getattr(before, table).items():
            if key in getattr(after, table):
                check_order(place.queue, getattr(after, table)[key].queue, movable)
    # A waiter's own machines are not counted among those that can come.
    booked = {event.receiver or event.by for event in events if event.kind == "booked"}
    for vm in after.vms.values():
        email = served(before.vms.get(vm.id), vm, events)
        if email:
            assert is_fair(before, after, now, vm, email, booked, most), (
                f"{email} was given {vm.id}, although others had waited longer"
            )
    for event in events:
        vm = after.vms.get(event.vm_id)
        if event.kind == "held" and vm and vm.hold and vm.hold.email == event.to:
            assert (vm.hold.since, vm.hold.until) == (event.booked_at, event.until), (
                "the links in the letter would be void"
            )


def renamed(before, events):
    """Return the state with its machines under the names that they have after the commit."""
    names = {event.was: event.vm_id for event in events if event.kind == "vm_renamed"}
    groups = {
        key: replace(group, vm_ids=tuple(names.get(vm_id, vm_id) for vm_id in group.vm_ids))
        for key, group in before.groups.items()
    }
    return replace(before, vms={names.get(key, key): vm for key, vm in before.vms.items()}, groups=groups)


def check_versions(before, after, events):
    """A version grows by one where something was edited, and by nothing else."""
    for old, new, edited in (
        (renamed(before, events).vms, after.vms, lambda vm: (vm.id, vm.group, vm.maintenance, vm.description, vm.tags)),
        (before.groups, after.groups, lambda group: (group.name, group.vm_ids)),
    ):
        for key in old.keys() & new.keys():
            assert new[key].version - old[key].version == (edited(old[key]) != edited(new[key]))


def is_over(hold, vm):
    return hold is not None and hold.until is not None and (vm is None or vm.hold != hold)


def check_order(old, new, movable):
    """Check the waiters of one queue.

    Those who stay keep their order, time and count. New ones come last; whoever lost a hold is put back by time.
    """
    known, here = {waiter.email: waiter for waiter in old}, [waiter.email for waiter in new]
    staying = [email for email in known if email in here and email not in movable]
    assert [email for email in here if email not in movable][: len(staying)] == staying, f"{old} became {new}"
    for number, waiter in enumerate(new):
        if waiter.email in staying:
            old_one = known[waiter.email]
            assert (waiter.since, waiter.count) == (old_one.since, old_one.count), f"{old_one} became {waiter}"
        elif waiter.email not in known and waiter.email in movable:
            ahead = sum(email in staying for email in here[:number])
            assert ahead <= sum(known[email].since <= waiter.since for email in staying), (
                f"{waiter} was put back too far behind"
            )


def served(before, vm, events):
    """Return whom this commit gave the machine to or kept it for, or None if they had it before or were put back."""
    booked = [event.to for event in events if event.kind == "auto_booked" and event.vm_id == vm.id]
    email = booked[-1] if booked else vm.hold and vm.hold.email
    had = before and before.hold and before.hold.email == email
    lost = any(
        event.kind in ("hold_taken", "waiting_maintenance", "queue_back") and event.to == email for event in events
    )
    return None if had or lost else email


def is_fair(before, after, now, vm, email, booked, most):
    """Return whether it was fair in the machine's old group or its new one: it may have moved in the same commit."""
    old = before.vms.get(vm.id)
    groups = {vm.group, old.group if old else None}
    return any(is_fair_in(group, before, after, now, vm, email, booked, most) for group in groups)


def is_fair_in(group_id, before, after, now, vm, email, booked, most):
    """Return whether nobody was passed over.

    Of those who still wait and could be served, nobody was ahead in the same queue or led the other one for longer.
    """
    own, group = queue_of(before.vms, vm.id), queue_of(before.groups, group_id)
    own_still, group_still = queue_of(after.vms, vm.id), ()
    if group_id in before.groups and group_id in after.groups:
        able = can_be_served(before, before.groups[group_id], most)
        group_still = [waiter for waiter in can_be_served(after, after.groups[group_id], most) if waiter in able]
        group_still = [waiter for waiter in group_still if waiter.count == 1 or waiter.email not in booked]
    able = within_limit(before, own, most)
    own_still = [waiter for waiter in within_limit(after, own_still, most) if waiter in able]
    own_still, group_still = without_silent(own_still, now), without_silent(group_still, now)
    ways = [(own, own_still, group, group_still), (group, group_still, own, own_still)]
    known = [way for way in ways if any(waiter.email == email for waiter in way[0])]
    return any(nobody_passed_over(*way, now, email) for way in known or ways)


def nobody_passed_over(mine, mine_still, other, other_still, now, email):
    place = next((number for number, waiter in enumerate(mine) if waiter.email == email), len(mine))
    since = mine[place].since if place < len(mine) else now
    leading = [waiter for waiter in other if waiter in other_still][:1]
    return not set(mine[:place]) & set(mine_still) and not any(waiter.since < since for waiter in leading)


def queue_of(table, key):
    return table[key].queue if key in table else ()


def check_bookings(state, ahead):
    """Check each booking's fields, its line in the holder's history, and its end: at most `ahead` of its choice."""
    for vm in state.vms.values():
        if vm.booking:
            assert all([vm.holder, vm.booking.expires_at, vm.booking.booked_at, vm.booking.end_set_at])
            assert vm.booking.expires_at <= vm.booking.end_set_at + ahead
            lines = [line for line in state.users[vm.holder].bookings if line.action in ("book", "receive")]
            assert (vm.id, vm.booking.booked_at) in [(line.vm_id, line.start) for line in lines]


def check_groups(state):
    """Check that machines name the groups that list them, each once."""
    listed = {(vm_id, group.id) for group in state.groups.values() for vm_id in group.vm_ids}
    assert listed == {(vm.id, vm.group) for vm in state.vms.values() if vm.group is not None}
    assert all(len(set(group.vm_ids)) == len(group.vm_ids) for group in state.groups.values())


def check_former_names(state):
    """Each former name leads to one machine, and is not that of another one."""
    former = [name for vm in state.vms.values() for name in vm.former_ids]
    assert len(set(former)) == len(former)
    assert not set(former) & set(state.vms)


def places(state):
    return chain(state.vms.values(), state.groups.values())
