"""A machine gets another name. Under those that it had before it is found until another machine takes them."""

from __future__ import annotations

from loadzone.domain.events import Event
from loadzone.domain.names import name_key
from loadzone.domain.records import FORMER_MOST, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.replacing import replace
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import deletions, history, outbox


def rename(uow: UnitOfWork, vm: Vm, name: str, by: str) -> Vm:
    """Give the machine this name; return it. Its group, the histories and the outbox name it so from now on,
    and so does a deleted group that may come back.

    Call it before anything is told of the machine in this unit of work. Raises Refusal: vm_exists.
    """
    if name == vm.id:
        return vm
    take(uow, name, vm)
    former = (*(old for old in vm.former_ids if old != name), vm.id)
    uow.vms.move(vm.id, name, replace(vm, id=name, former_ids=former[-FORMER_MOST:]))
    group = uow.group_of(vm)
    if group:
        ids = tuple(name if vm_id == vm.id else vm_id for vm_id in group.vm_ids)
        uow.groups[group.id] = replace(group, vm_ids=ids)
    deletions.rename(uow, vm.id, name)
    history.rename(uow, vm.id, name)
    outbox.rename(uow, vm.id, name)
    uow.tell(Event("vm_renamed", by=by, vm_id=name, was=vm.id, changed={"id": (vm.id, name)}))
    return uow.vms[name]


def take(uow: UnitOfWork, name: str, taker: Vm | None = None) -> None:
    """Take the name for a new machine, or for `taker`: it is no longer a former name of any other machine.

    Raises Refusal: vm_exists where another machine has it, or one that is the same.
    """
    own = taker.id if taker else None
    present = [vm for vm in uow.vms.named(name) if vm.id != own]
    if present:
        refuse("vm_exists", field="id", vm_id=present[0].id)
    for vm in uow.vms.formerly_named(name):
        if vm.id != own:
            kept = tuple(old for old in vm.former_ids if name_key(old) != name_key(name))
            uow.vms[vm.id] = replace(vm, former_ids=kept)
