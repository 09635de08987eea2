"""The JSON endpoints of machines, groups and queues. Each reads the request, runs a rule and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate

from flask import Blueprint, Response

from loadzone.domain.records import MOST, Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import booking, groups, hand_over as handing, inventory, queue, undelete
from loadzone.schemas import requests, responses
from loadzone.schemas.hand_over import HandOver
from loadzone.schemas.serializers import GROUP_VIEWS, group_view, member_vm
from loadzone.schemas.undelete import Undelete, UndeletedResponse, undeleted_view
from loadzone.web import compression
from loadzone.web.context import audience, caller, run, services
from loadzone.web.endpoint import endpoint

api = Blueprint("api", __name__)

OK: responses.OkResponse = {"status": "ok"}
TAKEN = "no_such_vm vm_taken vm_held in_maintenance over_limit too_early too_far_ahead"


@api.get("/vms")
@endpoint(returns=responses.BoardResponse, who="reader", tagged=True)
def vms() -> Response:
    """List all machines and groups. Callers who are not signed in see fewer fields."""
    board, packed = services().board_cache, compression.client_accepts_gzip()
    answer = board.gzipped(audience()) if packed else board.answer(audience())
    response = Response(answer.body, mimetype="application/json")
    response.set_etag(answer.etag)
    if packed:
        compression.mark_as_gzip(response)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    response.vary.add("Authorization")
    return response


@api.get("/groups")
@endpoint(returns=list[responses.GroupResponse], who="reader")
def all_groups() -> list[responses.GroupResponse]:
    """List all groups."""
    view = GROUP_VIEWS[audience()]
    return [view(group) for group in services().store.snapshot.groups.values()]


# Booking


@api.post("/book")
@endpoint(
    returns=responses.VmResponse | responses.VmsResponse,
    who="signed in",
    refuses=f"{TAKEN} no_such_group not_enough_free not_allowed no_such_user domain_not_allowed",
)
def book(body: requests.Book) -> responses.VmResponse | responses.VmsResponse:
    """Book one machine, several, or some free machines of a group: all or none. Admins can do it for `email`."""
    fields = {**_immutable(body.given()), "via": via()}
    if body.group_id is not None:
        return {"vms": [member_vm(vm) for vm in run(booking.book_any, **fields)]}
    return _one_or_several(booking.book, booking.book_all, fields)


@api.post("/renew")
@endpoint(
    returns=responses.VmResponse | responses.VmsResponse,
    who="signed in",
    refuses="not_allowed no_such_vm not_booked changed others_wait in_maintenance too_early too_far_ahead",
)
def renew(body: requests.Renew) -> responses.VmResponse | responses.VmsResponse:
    """Extend one booking or several by `hours`: all of them or none."""
    return _one_or_several(booking.renew, booking.renew_all, body.given())


@api.post("/cancel")
@endpoint(
    returns=responses.VmResponse | responses.VmsResponse,
    who="signed in",
    refuses="not_allowed no_such_vm not_booked changed",
)
def cancel(body: requests.Cancel) -> responses.VmResponse | responses.VmsResponse:
    """Release one machine or several: all of them or none. People who wait for them are served at once."""
    return _one_or_several(booking.cancel, booking.cancel_all, body.given())


@api.post("/hand-over")
@endpoint(
    returns=responses.VmResponse | responses.VmsResponse,
    who="signed in",
    refuses="not_allowed no_such_vm no_such_user domain_not_allowed not_booked changed is_yours over_limit",
)
def hand_over(body: HandOver) -> responses.VmResponse | responses.VmsResponse:
    """Give one booking or several to another person, who has the machine until the same end: all of them or none."""
    return _one_or_several(handing.hand_over, handing.hand_over_all, body.given())


@api.post("/note")
@endpoint(returns=responses.VmResponse, who="signed in", refuses="not_allowed no_such_vm not_booked changed")
def change_note(body: requests.ChangeNote) -> responses.VmResponse:
    """Change what a booking is for."""
    return member_vm(run(booking.change_note, **body.given()))


@api.post("/heartbeat")
@endpoint(returns=responses.OkResponse, who="signed in", refuses="not_allowed no_such_vm not_booked")
def heartbeat(body: requests.Beat) -> responses.OkResponse:
    """Send a heartbeat for bookings that end when their job goes silent. Nobody is notified."""
    run(booking.beat, **body.given())
    return OK


# The queue


@api.post("/queue/join")
@endpoint(
    returns=responses.JoinedResponse,
    who="signed in",
    refuses="no_such_vm no_such_group over_limit queue_full group_too_small is_yours",
)
def join_queue(body: requests.JoinQueue) -> responses.JoinedResponse:
    """Join the queue of a machine or a group. Joining again keeps the place."""
    status, position = run(queue.join, via=via(), **body.given())
    return {"status": status, "position": position}


@api.post("/queue/leave")
@endpoint(returns=responses.OkResponse, who="signed in", refuses="not_allowed no_such_vm no_such_group not_in_queue")
def leave_queue(body: requests.LeaveQueue) -> responses.OkResponse:
    """Leave a queue, and pass on a machine that is held. An admin may remove somebody else."""
    run(queue.leave, **body.given())
    return OK


# Machines


@api.post("/add-vm")
@endpoint(returns=responses.VmResponse, who="admin", refuses="vm_exists no_such_group", status=201)
def add_vm(body: requests.AddVm) -> responses.VmResponse:
    """Add a machine."""
    fields = {"group_id": None, **_immutable(body.given())}
    return member_vm(run(inventory.add, vm_id=fields.pop("id"), **fields))


@api.post("/edit-vm")
@endpoint(
    returns=responses.VmResponse | responses.VmsResponse,
    who="admin",
    refuses="no_such_vm no_such_group changed vm_exists",
)
def edit_vm(body: requests.EditVm) -> responses.VmResponse | responses.VmsResponse:
    """Change the given fields of one machine or several: all or none. `maintenance` is a reason; null ends it.

    `id` is the new name of the one machine.
    """
    fields = _immutable(body.given())
    name = fields.pop("id", None)
    if body.vm_ids is None:
        return member_vm(run(inventory.edit, name=name, **fields))
    return {"vms": [member_vm(vm) for vm in run(inventory.edit_all, **fields)]}


@api.post("/delete-vm")
@endpoint(returns=responses.OkResponse | responses.VmsResponse, who="admin", refuses="no_such_vm changed vm_taken")
def delete_vm(body: requests.DeleteVm) -> responses.OkResponse | responses.VmsResponse:
    """Delete one machine or several: all of them or none. Booked ones are deleted only with `force`."""
    if body.vm_ids is None:
        run(inventory.delete, **body.given())
        return OK
    run(inventory.delete_all, **body.given())
    return {"vms": []}


# Groups


@api.post("/groups")
@endpoint(returns=responses.GroupResponse, who="admin", refuses="name_taken no_such_vm changed", status=201)
def create_group(body: requests.NewGroup) -> responses.GroupResponse:
    """Create a group and move machines into it."""
    return group_view(run(groups.create, **body.given()))


@api.post(f"/groups/<int(max={MOST}):group_id>")
@endpoint(returns=responses.GroupResponse, who="admin", refuses="no_such_group changed name_taken")
def edit_group(group_id: int, body: requests.EditGroup) -> responses.GroupResponse:
    """Rename a group. Its machines, their bookings and its queue stay."""
    return group_view(run(groups.edit, group_id=group_id, **body.given()))


@api.post(f"/groups/<int(max={MOST}):group_id>/add-existing-vms")
@endpoint(returns=responses.AddedResponse, who="admin", refuses="no_such_group no_such_vm changed")
def add_to_group(group_id: int, body: requests.AddToGroup) -> responses.AddedResponse:
    """Move machines into a group."""
    added, group = run(groups.add_vms, group_id=group_id, **body.given())
    return {"added": added, "group": group_view(group)}


@api.post("/remove-vm-from-group")
@endpoint(returns=responses.OkResponse, who="admin", refuses="no_such_vm changed no_such_group not_in_group")
def remove_from_group(body: requests.RemoveFromGroup) -> responses.OkResponse:
    """Remove a machine from a group, or from the group it is in if none is named."""
    run(groups.remove_vm, **body.given())
    return OK


@api.post("/delete-group")
@endpoint(returns=responses.OkResponse, who="admin", refuses="no_such_group changed")
def delete_group(body: requests.DeleteGroup) -> responses.OkResponse:
    """Delete a group. Its machines stay."""
    run(groups.delete, **body.given())
    return OK


@api.post("/undelete")
@endpoint(returns=UndeletedResponse, who="admin", refuses="not_deleted vm_exists name_taken")
def undo_deletion(body: Undelete) -> UndeletedResponse:
    """Undo the deletion of machines, or of a group: all of it or nothing. This is possible for 10 minutes."""
    if body.vm_ids is not None:
        vms, losses = run(undelete.undelete_vms, vm_ids=body.vm_ids)
        return undeleted_view(vms, None, losses)
    group, vms, losses = run(undelete.undelete_group, **body.given())
    return undeleted_view(vms, group, losses)


def via() -> str:
    """Return the name of the caller's token, or "" for a browser."""
    token = caller().token
    return token.name if token else ""


def _one_or_several(
    rule: Callable[Concatenate[UnitOfWork, str | None, ...], Vm],
    rule_of_several: Callable[Concatenate[UnitOfWork, str | None, ...], list[Vm]],
    fields: dict[str, Any],
) -> responses.VmResponse | responses.VmsResponse:
    """Run the rule on the machine that the fields name, or the other rule on several."""
    if "vm_ids" in fields:
        return {"vms": [member_vm(vm) for vm in run(rule_of_several, **fields)]}
    return member_vm(run(rule, **fields))


def _immutable(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as records keep them, with lists as tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
