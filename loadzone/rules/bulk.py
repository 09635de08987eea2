"""One rule on several machines in one change: all of it happens, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec

from loadzone.domain.records import Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import access, endings

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
    access.signed_in(uow, actor)
    vms = uow.vms_named(vm_ids)
    endings.end_all_over(uow, vms)  # at once, or each would serve the queues anew
    for vm in uow.paced(vms):
        rule(uow, actor, vm.id, *args, **kwargs)
    return [uow.vms[vm.id] for vm in vms if vm.id in uow.vms]
