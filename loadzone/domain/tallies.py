"""An index by person: how many machines each one has, and in which groups' queues each one waits."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from loadzone.domain.records import Group, State, Tally, Vm, Waiter
from loadzone.lib.shared_table import SharedTable

Tallies = MutableMapping[str, Tally]
NONE = Tally()


def of(state: State) -> SharedTable[str, Tally]:
    """Return the tallies of a state, counted once."""
    if state.tallies is None:
        state.tallies = SharedTable(count(state))
    return state.tallies


def count(state: State) -> dict[str, Tally]:
    """Count the machines and places of everybody anew."""
    tallies: dict[str, Tally] = {}
    for vm in state.vms.values():
        change_vm(tallies, None, vm)
    for group in state.groups.values():
        change_group(tallies, None, group)
    return tallies


def change_vm(tallies: Tallies, old: Vm | None, new: Vm | None) -> None:
    """Count what changes with this machine. None: there was none, or it goes."""
    had, has = old.had_by if old else None, new.had_by if new else None
    if had != has:
        _add(tallies, had, has=-1)
        _add(tallies, has, has=1)
    was_kept, is_kept = old.kept_for if old else None, new.kept_for if new else None
    if was_kept != is_kept:
        _add(tallies, was_kept, kept=-1)
        _add(tallies, is_kept, kept=1)


def change_group(tallies: Tallies, old: Group | None, new: Group | None) -> None:
    """Note who comes into the group's queue and who leaves it."""
    before, now = old.queue if old else (), new.queue if new else ()
    if before is now:
        return
    waited, wait = _emails(before), _emails(now)
    for email in wait - waited:
        _set(tallies, email, queues=tallies.get(email, NONE).queues | {_id(old, new)})
    for email in waited - wait:
        _set(tallies, email, queues=tallies.get(email, NONE).queues - {_id(old, new)})


def _emails(queue: Iterable[Waiter]) -> set[str]:
    return {waiter.email for waiter in queue}


def _id(*groups: Group | None) -> int:
    return next(group.id for group in groups if group)


def _add(tallies: Tallies, email: str | None, has: int = 0, kept: int = 0) -> None:
    if email is not None:
        tally = tallies.get(email, NONE)
        _put(tallies, email, Tally(tally.has + has, tally.kept + kept, tally.queues))


def _set(tallies: Tallies, email: str, queues: frozenset[int]) -> None:
    tally = tallies.get(email, NONE)
    _put(tallies, email, Tally(tally.has, tally.kept, queues))


def _put(tallies: Tallies, email: str, tally: Tally) -> None:
    """Keep no entry for somebody who has nothing and waits nowhere."""
    if tally != NONE:
        tallies[email] = tally
    else:
        tallies.pop(email, None)
