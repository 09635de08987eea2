"""The body and the answer of `POST /undelete`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from typing_extensions import TypedDict  # pydantic wants it before Python 3.12

from loadzone.domain.loss import Loss, Why
from loadzone.domain.records import Group, Vm
from loadzone.schemas.field_types import GroupId, SomeVmRefs
from loadzone.schemas.requests import Target
from loadzone.schemas.responses import GroupResponse, VmResponse
from loadzone.schemas.serializers import group_view, member_vm


class Undelete(Target):
    """Machines, or the group, whose deletion is to be undone."""

    WAYS = ("vm_ids", "group_id")
    EXAMPLE: ClassVar[dict[str, Any]] = {"vm_ids": ["server-01"]}

    vm_ids: SomeVmRefs | None = None
    group_id: GroupId | None = None


class LossResponse(TypedDict):
    """A booking, or a place in the queue of a machine or group, that did not come back, and why.

    `ended`: its end has come; `silent`: its job sent no sign of life; `unknown`, `domain`: the person was removed, or
    may not sign in any more; `limit`: the person has as many machines as one may have; `elsewhere`: the person has
    joined the queue of the machine's group since; `too_few`: the group has fewer machines than the person asked for.
    """

    what: Literal["booking", "place"]
    email: str
    why: Why
    vm_id: str | None
    group_id: int | None


class UndeletedResponse(TypedDict):
    """The machines that are back, the group, where one was asked for, and what did not come back."""

    vms: list[VmResponse]
    group: GroupResponse | None
    lost: list[LossResponse]


def undeleted_view(vms: Iterable[Vm], group: Group | None, losses: Iterable[Loss]) -> UndeletedResponse:
    """Return what is back after an undo, and what is not."""
    lost: list[LossResponse] = [
        {"what": loss.what, "email": loss.email, "why": loss.why, "vm_id": loss.vm_id, "group_id": loss.group_id}
        for loss in losses
    ]
    return {"vms": [member_vm(vm) for vm in vms], "group": group_view(group) if group else None, "lost": lost}
