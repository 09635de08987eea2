"""The JSON endpoints: parse, ask the desk, answer. What may happen is decided by the rules, not here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session
from flask_limiter.util import get_remote_address

import bodies
from context import actor, body, language, parts
from rules import booking, groups, inventory, people
from views import MEMBERS, STRANGERS, group_view, history_view, member_vm, user_view

api = Blueprint("api", __name__)

OK = {"status": "ok"}
# By address alone the bound is wider, so that a stranger elsewhere cannot keep somebody from signing in.
CODES_PER_PERSON = "10 per hour"
CODES_PER_ADDRESS = "40 per hour"
CODES_PER_NETWORK = "200 per hour"


@api.get("/vms")
def vms() -> Response:
    answer = parts().board.answer(MEMBERS if actor() else STRANGERS)
    response = Response(answer.body, mimetype="application/json")
    response.set_etag(answer.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return response.make_conditional(request)


@api.get("/groups")
def all_groups() -> list[dict[str, Any]]:
    return [group_view(group) for group in parts().store.snapshot.groups.values()]


# Who one is


@api.get("/me")
def me() -> dict[str, Any]:
    state, email = parts().store.snapshot, actor()
    if email not in state.users:
        return {"authenticated": False}
    user = state.users[email]
    return {
        "authenticated": True,
        "email": email,
        "role": people.role_of(state.users, parts().config, email),
        "language": language(),
        "bookings": history_view(user),
    }


@api.post("/me")
def set_me() -> dict[str, Any]:
    do(people.choose_language, **body(bodies.Me).given())
    return me()


@api.post("/auth")
def auth() -> dict[str, Any]:
    asked, accounts = body(bodies.Auth), parts().accounts
    if parts().config.auth == "trust":
        accounts.enter(session, asked.email, language())
    elif asked.code is not None:
        accounts.enter_by_code(session, asked.email, asked.code, language())
    else:
        return _send_code(asked.email)
    return {"status": "ok", "email": asked.email}


@api.post("/logout")
def logout() -> dict[str, str]:
    parts().accounts.leave(session, body(bodies.Logout).everywhere)
    return OK


# Booking


@api.post("/book")
def book() -> dict[str, Any]:
    return member_vm(do(booking.book, **body(bodies.Book).given()))


@api.post("/renew")
def renew() -> dict[str, Any]:
    return member_vm(do(booking.renew, **body(bodies.Renew).given()))


@api.post("/cancel")
def cancel() -> dict[str, Any]:
    return member_vm(do(booking.cancel, **body(bodies.Cancel).given()))


# Machines


@api.post("/add-vm")
def add_vm() -> tuple[dict[str, Any], int]:
    fields = {"group_id": None, **body(bodies.AddVm).given()}
    return member_vm(do(inventory.add, vm_id=fields.pop("id"), **_tagged(fields))), 201


@api.post("/edit-vm")
def edit_vm() -> dict[str, Any]:
    return member_vm(do(inventory.edit, **_tagged(body(bodies.EditVm).given())))


@api.post("/delete-vm")
def delete_vm() -> dict[str, str]:
    do(inventory.delete, **body(bodies.DeleteVm).given())
    return OK


# Groups


@api.post("/groups")
def create_group() -> tuple[dict[str, Any], int]:
    return group_view(do(groups.create, **body(bodies.NewGroup).given())), 201


@api.post("/groups/<int(max=9007199254740991):group_id>/add-existing-vms")
def add_to_group(group_id: int) -> dict[str, Any]:
    added, group = do(groups.add_vms, group_id=group_id, **body(bodies.VmIds).given())
    return {"added": added, "group": group_view(group)}


@api.post("/remove-vm-from-group")
def remove_from_group() -> dict[str, str]:
    do(groups.remove_vm, **body(bodies.RemoveFromGroup).given())
    return OK


@api.post("/delete-group")
def delete_group() -> dict[str, str]:
    do(groups.delete, **body(bodies.DeleteGroup).given())
    return OK


# People


@api.get("/users")
def users() -> list[dict[str, Any]]:
    everybody = people.list_all(parts().store.snapshot, parts().config, actor())
    return [user_view(user, role) for user, role in everybody]


@api.post("/users/role")
def set_role() -> dict[str, str]:
    do(people.set_role, **body(bodies.Role).given())
    return OK


@api.post("/users/remove")
def remove_user() -> dict[str, str]:
    do(people.remove, **body(bodies.Person).given())
    return OK


def do(rule: Any, **asked: Any) -> Any:
    return parts().desk.do(rule, actor=actor(), **asked)


def _send_code(email: str) -> dict[str, Any]:
    """A code, unless too many were asked for: here for this address, anywhere for it, or here for all."""
    limit, network = parts().limiter.limit, get_remote_address()
    with (
        limit(CODES_PER_NETWORK, key_func=lambda: network),  # first: what it refuses is counted nowhere else
        limit(CODES_PER_PERSON, key_func=lambda: f"{email} at {network}"),
        limit(CODES_PER_ADDRESS, key_func=lambda: f"address {email}"),
    ):
        parts().accounts.ask_code(session, email, language())
    return {"status": "code_sent", "in_log": not parts().config.mails}


def _tagged(fields: dict[str, Any]) -> dict[str, Any]:
    """Records are immutable, so their tags are a tuple."""
    return {**fields, "tags": tuple(fields["tags"])} if "tags" in fields else fields
