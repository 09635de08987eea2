"""The board's JSON endpoints: parse, ask the bus, answer. What may happen is decided by the rules, not here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from loadzone.domain.records import MOST
from loadzone.rules import booking, bulk, groups, inventory, queue
from loadzone.schemas import requests, responses
from loadzone.schemas.serializers import GROUP_VIEWS, MEMBERS, STRANGERS, group_view, member_vm
from loadzone.web import compression
from loadzone.web.context import actor, caller, do, services
from loadzone.web.endpoint import endpoint

api = Blueprint("api", __name__)

OK = {"status": "ok"}
TAKEN = "no_such_vm vm_taken vm_held in_maintenance too_far_ahead"


@api.get("/vms")
@endpoint(gives=responses.Board, tagged=True)
def vms() -> Response:
    """All machines and groups; strangers see less."""
    board, packed = services().board_cache, compression.client_accepts_gzip()
    answer = board.gzipped(audience()) if packed else board.answer(audience())
    response = Response(answer.body, mimetype="application/json")
    response.set_etag(answer.etag)
    if packed:
        compression.mark(response)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    response.vary.add("Authorization")
    return response


@api.get("/groups")
@endpoint(gives=list[responses.Group])
def all_groups() -> list[responses.Group]:
    """All groups."""
    view = GROUP_VIEWS[audience()]
    return [view(group) for group in services().store.snapshot.groups.values()]


# Booking


@api.post("/book")
@endpoint(gives=responses.Vm | responses.Vms, who="signed in", refuses=f"{TAKEN} no_such_group not_enough_free")
def book(asked: requests.Book) -> responses.Vm | responses.Vms:
    """Book one machine, several, or so many free ones of a group; of several all or none."""
    fields = {**_immutable(asked.given()), "via": via()}
    if asked.group_id is not None:
        return {"vms": [member_vm(vm) for vm in do(booking.book_any, **fields)]}
    return _one_or_several(booking.book, fields)


@api.post("/renew")
@endpoint(
    gives=responses.Vm | responses.Vms,
    who="signed in",
    refuses="not_allowed no_such_vm not_booked changed others_wait in_maintenance too_far_ahead",
)
def renew(asked: requests.Renew) -> responses.Vm | responses.Vms:
    """Add hours to the end of a booking, or of several, all or none."""
    return _one_or_several(booking.renew, asked.given())


@api.post("/cancel")
@endpoint(gives=responses.Vm | responses.Vms, who="signed in", refuses="not_allowed no_such_vm not_booked")
def cancel(asked: requests.Cancel) -> responses.Vm | responses.Vms:
    """Release a machine, or several, all or none; whoever waits is served at once."""
    return _one_or_several(booking.cancel, asked.given())


@api.post("/heartbeat")
@endpoint(gives=responses.Ok, who="signed in", refuses="not_allowed no_such_vm not_booked")
def heartbeat(asked: requests.Beat) -> responses.Ok:
    """A sign of life of the job that keeps these bookings. Silent."""
    do(booking.beat, **asked.given())
    return OK


# The queue


@api.post("/queue/join")
@endpoint(
    gives=responses.Joined, who="signed in", refuses="no_such_vm no_such_group queue_full group_too_small is_yours"
)
def join_queue(asked: requests.JoinQueue) -> responses.Joined:
    """Wait for a machine, or for any of a group. Joining again keeps the place."""
    status, position = do(queue.join, via=via(), **asked.given())
    return {"status": status, "position": position}


@api.post("/queue/leave")
@endpoint(gives=responses.Ok, who="signed in", refuses="not_allowed no_such_vm no_such_group not_in_queue")
def leave_queue(asked: requests.LeaveQueue) -> responses.Ok:
    """Give up a place, and pass on what is held."""
    do(queue.leave, **asked.given())
    return OK


# Machines


@api.post("/add-vm")
@endpoint(gives=responses.Vm, who="admin", refuses="vm_exists no_such_group", status=201)
def add_vm(asked: requests.AddVm) -> responses.Vm:
    """Add a machine."""
    fields = {"group_id": None, **_immutable(asked.given())}
    return member_vm(do(inventory.add, vm_id=fields.pop("id"), **fields))


@api.post("/edit-vm")
@endpoint(gives=responses.Vm, who="admin", refuses="no_such_vm no_such_group")
def edit_vm(asked: requests.EditVm) -> responses.Vm:
    """Change a machine; what is not named stays. `maintenance` takes it out of service, null brings it back."""
    return member_vm(do(inventory.edit, **_immutable(asked.given())))


@api.post("/delete-vm")
@endpoint(gives=responses.Ok | responses.Vms, who="admin", refuses="no_such_vm vm_taken")
def delete_vm(asked: requests.DeleteVm) -> responses.Ok | responses.Vms:
    """Delete a machine, or several, all or none; booked ones only by force."""
    if asked.vm_ids is None:
        do(inventory.delete, **asked.given())
        return OK
    do(inventory.delete_all, **asked.given())
    return {"vms": []}


# Groups


@api.post("/groups")
@endpoint(gives=responses.Group, who="admin", refuses="name_taken no_such_vm", status=201)
def create_group(asked: requests.NewGroup) -> responses.Group:
    """Make a group; machines that were elsewhere move into it."""
    return group_view(do(groups.create, **asked.given()))


@api.post(f"/groups/<int(max={MOST}):group_id>/add-existing-vms")
@endpoint(gives=responses.Added, who="admin", refuses="no_such_group no_such_vm")
def add_to_group(group_id: int, asked: requests.VmIds) -> responses.Added:
    """Put machines into a group."""
    added, group = do(groups.add_vms, group_id=group_id, **asked.given())
    return {"added": added, "group": group_view(group)}


@api.post("/remove-vm-from-group")
@endpoint(gives=responses.Ok, who="admin", refuses="no_such_vm no_such_group not_in_group")
def remove_from_group(asked: requests.RemoveFromGroup) -> responses.Ok:
    """Take a machine out of a group, or of whichever it is in."""
    do(groups.remove_vm, **asked.given())
    return OK


@api.post("/delete-group")
@endpoint(gives=responses.Ok, who="admin", refuses="no_such_group")
def delete_group(asked: requests.DeleteGroup) -> responses.Ok:
    """Delete a group; its machines stay."""
    do(groups.delete, **asked.given())
    return OK


def audience() -> str:
    return MEMBERS if actor() else STRANGERS


def via() -> str:
    """The name of the token by which the request came; of a browser's, nothing."""
    token = caller().token
    return token.name if token else ""


def _one_or_several(rule: Any, fields: dict[str, Any]) -> responses.Vm | responses.Vms:
    if "vm_ids" not in fields:
        return member_vm(do(rule, **fields))
    return {"vms": [member_vm(vm) for vm in do(bulk.each, act=rule, **fields)]}


def _immutable(fields: dict[str, Any]) -> dict[str, Any]:
    """As records keep them: tags as a tuple."""
    return {**fields, "tags": tuple(fields["tags"])} if "tags" in fields else fields
