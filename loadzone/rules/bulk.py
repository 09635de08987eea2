"""One rule on several machines in one change: all of it happens, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec

from loadzone.domain.records import Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import endings

P = ParamSpec("P")


def each(
    uow: UnitOfWork,
    actor: str | None,
    rule: Callable[Concatenate[UnitOfWork, str | None, str, P], object],
    vm_ids: Iterable[str],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> list[Vm]:
    """Run the rule on each machine; return them as they are then, without those that are gone.

    Raises what the rule raises; the refusal names the machine in the way.
    """
    vm_ids = list(vm_ids)
    endings.end_all_over(uow, filter(None, map(uow.vms.get, vm_ids)))  # at once, or each would serve the queues anew
    for vm_id in vm_ids:
        rule(uow, actor, vm_id, *args, **kwargs)
    return [uow.vms[vm_id] for vm_id in vm_ids if vm_id in uow.vms]
