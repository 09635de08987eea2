"""Serving one group: its free machines, its own queue, and the queues of its machines, in one pass."""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import datetime

from loadzone.domain.records import Group, Hold, Vm, Waiter
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import turns

OwnTurn = tuple[datetime, int, Waiter]  # since when, the number of the machine, who


class GroupServing:
    """Gives a group's free machines to its waiters, in the order in which they have waited.

    Each machine is looked at once, and so is each place: while machines are given away, a waiter who cannot be served
    never comes to be able to. So the whole takes time proportional to both, times a logarithm. Machines are known by
    their number in the group. Kept machines count as free until `finish` says who keeps them.
    """

    def __init__(self, uow: UnitOfWork, group: Group) -> None:
        self._uow = uow
        self._group = group
        self._vms = uow.vms_of(group)
        in_service = [vm for vm in self._vms if not vm.maintenance]
        self._in_service = len(in_service)
        self._held_by = Counter(vm.holder for vm in in_service if vm.booking)
        self._free = {number for number, vm in enumerate(self._vms) if not (vm.had_by or vm.maintenance)}
        self._in_order = sorted(self._free, reverse=True)  # the next one last
        self._kept: dict[str, list[int]] = {}
        for number, vm in enumerate(self._vms):
            if vm.kept_for:
                self._kept.setdefault(vm.kept_for, []).append(number)
        self._own_turns = [turn for number in self._free if (turn := self._own_turn(number))]
        heapq.heapify(self._own_turns)
        self._place = 0  # in the group's queue; whoever stands before it is served, or cannot be
        self._served: set[str] = set()

    @property
    def vms(self) -> list[Vm]:
        """The group's machines, as they were when this began."""
        return self._vms

    def serve(self) -> list[str]:
        """Give machines away until nobody else can be served; return the addresses of those who were."""
        served: list[str] = []
        while self._free:
            first = self._first()
            own_turn = self._take_own_turn(first)
            if own_turn:
                served.append(self._grant_own(*own_turn))
            elif first and first.count <= len(self._free):
                served.append(self._grant(first))
            else:
                break
        return served

    def finish(self) -> None:
        """Write the queue that is left, and keep what is free for its first, who waits for more."""
        if self._served:
            left = tuple(waiter for waiter in self._group.queue if waiter.email not in self._served)
            self._uow.groups[self._group.id] = replace(self._group, queue=left)
        first = self._first()
        for number in sorted(self._free):
            self._keep(self._vms[number], first)

    def _first(self) -> Waiter | None:
        """Return the first in the group's queue who can be served."""
        queue = self._group.queue
        while self._place < len(queue) and not self._can_come(queue[self._place]):
            self._place += 1
        return queue[self._place] if self._place < len(queue) else None

    def _can_come(self, waiter: Waiter) -> bool:
        """Tell whether the waiter may still be served, and wants no more machines than can still come."""
        if waiter.email in self._served or not turns.can_come(self._uow, waiter):
            return False
        return waiter.count == 1 or waiter.count <= self._in_service - self._held_by[waiter.email]

    def _own_turn(self, number: int) -> OwnTurn | None:
        """Return the turn of the first in the machine's own queue who can be served."""
        waiter = turns.first_of(self._uow, self._vms[number])
        return (waiter.since, number, waiter) if waiter else None

    def _take_own_turn(self, first: Waiter | None) -> tuple[int, Waiter] | None:
        """Return a free machine and the first in its own queue, if that one has waited longer than `first`."""
        while self._own_turns and (first is None or self._own_turns[0][0] <= first.since):
            _, number, waiter = heapq.heappop(self._own_turns)
            if number not in self._free:
                continue
            if turns.can_come(self._uow, waiter):
                return number, waiter
            turn = self._own_turn(number)  # that one was served elsewhere and has now all they may have
            if turn:
                heapq.heappush(self._own_turns, turn)
        return None

    def _grant_own(self, number: int, waiter: Waiter) -> str:
        """Give the machine to a waiter of its own queue; return the address."""
        self._free.remove(number)
        turns.grant_own(self._uow, self._vms[number], waiter)
        self._held_by[waiter.email] += waiter.auto
        return waiter.email

    def _grant(self, waiter: Waiter) -> str:
        """Give as many machines as they want to a waiter of the group's queue; return the address."""
        self._served.add(waiter.email)
        for number in self._choose(waiter):
            turns.grant(self._uow, self._vms[number], waiter, self._group.id)
        self._held_by[waiter.email] += waiter.count * waiter.auto
        return waiter.email

    def _choose(self, waiter: Waiter) -> list[int]:
        """Take free machines for the waiter: those kept for them, then in the group's order."""
        kept = self._kept.get(waiter.email, []) if waiter.count > 1 else []
        chosen = [number for number in kept if number in self._free][: waiter.count]
        self._free.difference_update(chosen)
        while len(chosen) < waiter.count:
            number = self._in_order.pop()
            if number in self._free:
                self._free.remove(number)
                chosen.append(number)
        return chosen

    def _keep(self, vm: Vm, first: Waiter | None) -> None:
        """Keep the free machine for the first, or for nobody."""
        if first is None:
            hold = None
        elif vm.kept_for == first.email:
            return
        else:
            hold = Hold(first.email, first.hours, first.since, None, self._group.id, first.heartbeat_minutes)
        if vm.hold != hold:
            self._uow.vms[vm.id] = replace(vm, hold=hold)
