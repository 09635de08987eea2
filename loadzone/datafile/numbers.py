"""The inner numbers of machines in a loaded file: each machine has one of its own, which files before 1.2 lack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.records import Deleted, Vm


class Numbers:
    """Gives numbers to machines that have none, or one that another has; `last` is the last number of all."""

    def __init__(self, last: int, lines: Iterable[HistoryLine], vms: Sequence[Vm], deleted: Sequence[Deleted]) -> None:
        machines = [*vms, *(one.place for one in deleted if isinstance(one.place, Vm))]
        self.last = max(last, *(line.id for line in lines), *(vm.number for vm in machines), 0)
        self._taken: set[int] = set()

    def numbered(self, vm: Vm) -> Vm:
        """Return the machine with a number of its own."""
        if not vm.number or vm.number in self._taken:
            self.last += 1
            vm = replace(vm, number=self.last)
        self._taken.add(vm.number)
        return vm

    def numbered_deleted(self, deleted: Deleted) -> Deleted:
        """Return what was deleted, a machine with a number of its own."""
        place = deleted.place
        vm = self.numbered(place) if isinstance(place, Vm) else place
        return deleted if vm is place else replace(deleted, place=vm)
