"""Serving the queues: what came free in a unit of work goes to whoever has waited longest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loadzone.domain.records import Group, Hold, Vm, Waiter
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.domain.unserved import Unserved
from loadzone.rules import person_limits, turns
from loadzone.rules.group_serving import GroupServing


def serve(uow: UnitOfWork) -> None:
    """Serve every queue that the changes since the last call concern. The command bus calls it after each rule.

    Afterwards nobody who can be served waits beside a free machine, and the holders of machines that somebody waits
    for know it. A group is served once, in time proportional to its machines and places: a rule that changes
    thousands of them does not serve it thousands of times.
    """
    changes = uow.take_unserved()
    if changes.is_empty:
        return
    concerned = _vms_concerned(uow, changes)
    groups = _groups_concerned(uow, changes, concerned)
    vms = [vm for vm in concerned if vm.group not in groups]
    if not concerned and not groups:
        return
    looked_at = _Serving(uow).serve(vms, groups)
    for vm in uow.paced(looked_at):
        turns.tell_holder(uow, uow.vms[vm.id])
    uow.take_unserved()  # what serving itself has changed


class _Serving:
    """One pass over machines and groups. The limits join them: whoever is served here may be at a limit there."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._groups: dict[int, GroupServing] = {}

    def serve(self, vms: Iterable[Vm], group_ids: Iterable[int]) -> Iterator[Vm]:
        """Serve them; return all machines that were looked at."""
        alone = list(vms)
        due = list(group_ids)
        for vm in alone:
            due += self._groups_touched(_serve_alone(self._uow, vm))
        while due:
            group_id = due.pop()
            if group_id not in self._groups:
                self._groups[group_id] = GroupServing(self._uow, self._uow.groups[group_id])
            for email in self._groups[group_id].serve():
                due += self._groups_touched(email)
        for group in self._groups.values():
            group.finish()
        yield from alone
        for group in self._groups.values():
            yield from group.vms

    def _groups_touched(self, email: str | None) -> list[int]:
        """Return the groups in which the person may have come first for nothing: another one is the next there now."""
        if email is None:
            return []
        tally = self._uow.tally(email)
        return [group_id for group_id in tally.queues if tally.kept or group_id in self._groups]


def _serve_alone(uow: UnitOfWork, vm: Vm) -> str | None:
    """Give a free machine to the first in its own queue; return the address. Nobody waits for its group."""
    waiter = turns.first_of(uow, vm) if vm.stands_free else None
    if waiter is None:
        return None
    turns.grant_own(uow, vm, waiter)
    return waiter.email


def _vms_concerned(uow: UnitOfWork, changes: Unserved) -> list[Vm]:
    """Return the machines waited for that came free, or for which somebody else may have come first."""
    if changes.all:
        return uow.vms_waited_for()
    changed = [
        vm
        for vm_id, old in changes.vms.items()
        if (vm := uow.vms.get(vm_id)) and _is_waited_for(uow, vm) and not _is_alike(old, vm)
    ]
    below_limit = {
        email
        for email, has in changes.has.items()
        if not person_limits.allow_beside(uow, has, 1) and person_limits.allow(uow, email, 1)
    }
    waited_for = uow.vms_waited_for_by(below_limit) if below_limit else []
    return list({vm.id: vm for vm in (*changed, *waited_for)}.values())


def _groups_concerned(uow: UnitOfWork, changes: Unserved, vms: list[Vm]) -> dict[int, None]:
    """Return the groups with a queue in which a turn may have come, or must be taken back."""
    if changes.all:
        return dict.fromkeys(group.id for group in uow.groups_with_queue())
    found = {vm.group: None for vm in vms if vm.group is not None and uow.groups[vm.group].queue}
    for group_id, old in changes.groups.items():
        new = uow.groups.get(group_id)
        if new and (new.queue or (old and old.queue)) and not (old and _has_same_turns(old, new)):
            found[group_id] = None
    for group_id, emails in _queues_of(uow, changes.has).items():
        if group_id not in found and _has_turned(uow, uow.groups[group_id], emails, changes):
            found[group_id] = None
    return found


def _is_waited_for(uow: UnitOfWork, vm: Vm) -> bool:
    """Tell whether somebody waits for the machine or its group."""
    return bool(vm.queue or ((group := uow.group_of(vm)) and group.queue))


def _is_alike(old: Vm | None, new: Vm) -> bool:
    """Tell whether the change of the machine means nothing for whose turn it is."""
    return old is not None and _turn_facts(old) == _turn_facts(new)


def _turn_facts(vm: Vm) -> tuple[str | None, Hold | None, bool, tuple[Waiter, ...], int | None]:
    return vm.holder, vm.hold, bool(vm.maintenance), vm.queue, vm.group


def _has_same_turns(old: Group, new: Group) -> bool:
    return (old.queue, old.vm_ids) == (new.queue, new.vm_ids)


def _queues_of(uow: UnitOfWork, emails: Iterable[str]) -> dict[int, set[str]]:
    """Return the groups in whose queue these people wait, each with those who wait there."""
    queues: dict[int, set[str]] = {}
    for email in emails:
        for group_id in uow.tally(email).queues:
            queues.setdefault(group_id, set()).add(email)
    return queues


def _has_turned(uow: UnitOfWork, group: Group, emails: set[str], changes: Unserved) -> bool:
    """Tell whether one of these people could be served before the changes and cannot now, or the other way round."""
    return any(
        person_limits.allow_beside(uow, changes.has[waiter.email], waiter.count)
        != person_limits.allow(uow, waiter.email, waiter.count)
        for waiter in group.queue
        if waiter.email in emails
    )
