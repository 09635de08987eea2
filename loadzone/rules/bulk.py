"""One rule on several machines, in one change: all of it happens, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from loadzone.domain.records import Vm


def each(
    change: Any,
    now: datetime,
    limits: Any,
    actor: str | None,
    act: Callable[..., Any],
    vm_ids: Iterable[str],
    **asked: Any,
) -> list[Vm]:
    """The machines as the rule `act` leaves them, without those that are gone. A refusal names the one in the way."""
    vm_ids = list(vm_ids)
    for vm_id in vm_ids:
        act(change, now, limits, actor=actor, vm_id=vm_id, **asked)
    return [change.vms[vm_id] for vm_id in vm_ids if vm_id in change.vms]
