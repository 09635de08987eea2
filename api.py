"""The JSON endpoints: parse, ask the desk, answer. What may happen is decided by the rules, not here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session
from flask_limiter.util import get_remote_address

import bodies
from context import actor, body, language, parts, token
from rules import booking, groups, inventory, people, queue, tokens
from rules.refusal import refuse
from views import GROUP_VIEWS, MEMBERS, STRANGERS, group_view, history_view, member_vm, token_view, user_view

api = Blueprint("api", __name__)

OK = {"status": "ok"}
# By address alone the bound is wider, so that a stranger elsewhere cannot keep somebody from signing in.
CODES_PER_PERSON = "10 per hour"
CODES_PER_ADDRESS = "40 per hour"
CODES_PER_NETWORK = "200 per hour"


@api.get("/vms")
def vms() -> Response:
    answer = parts().board.answer(audience())
    response = Response(answer.body, mimetype="application/json")
    response.set_etag(answer.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return response.make_conditional(request)


@api.get("/groups")
def all_groups() -> list[dict[str, Any]]:
    view = GROUP_VIEWS[audience()]
    return [view(group) for group in parts().store.snapshot.groups.values()]


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
    if body(bodies.Logout).everywhere:
        parts().accounts.leave_everywhere(session, actor())
    else:
        parts().accounts.leave(session)
    return OK


# Booking


@api.post("/book")
def book() -> dict[str, Any]:
    """One machine by its id, or so many free ones of a group."""
    asked = {**_tagged(body(bodies.Book).given()), "via": via()}
    if asked.get("group_id") is None:
        return member_vm(do(booking.book, **_named(asked)))
    return {"vms": [member_vm(vm) for vm in do(booking.book_any, **_named(asked))]}


@api.post("/renew")
def renew() -> dict[str, Any]:
    return member_vm(do(booking.renew, **body(bodies.Renew).given()))


@api.post("/cancel")
def cancel() -> dict[str, Any]:
    return member_vm(do(booking.cancel, **body(bodies.Cancel).given()))


@api.post("/heartbeat")
def heartbeat() -> dict[str, str]:
    do(booking.beat, **body(bodies.Beat).given())
    return OK


# The queue


@api.post("/queue/join")
def join_queue() -> dict[str, Any]:
    status, position = do(queue.join, **body(bodies.JoinQueue).given())
    return {"status": status, "position": position}


@api.post("/queue/leave")
def leave_queue() -> dict[str, str]:
    do(queue.leave, **body(bodies.LeaveQueue).given())
    return OK


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


# Tokens


@api.get("/tokens")
def my_tokens() -> list[dict[str, Any]]:
    refuse_programs()
    email = request.args.get("email", "").strip().lower() or None
    return [token_view(one) for one in tokens.list_of(parts().store.snapshot, parts().config, actor(), email)]


@api.post("/tokens")
def make_token() -> tuple[dict[str, Any], int]:
    refuse_programs()
    record, text = parts().bearers.make(actor(), **body(bodies.NewToken).given())
    return {**token_view(record), "token": text}, 201


@api.delete("/tokens/<token_id>")
def revoke_token(token_id: str) -> dict[str, str]:
    refuse_programs()
    do(tokens.revoke, token_id=token_id)
    return OK


def refuse_programs() -> None:
    """A token that was stolen must not make others, nor revoke them."""
    if token():
        refuse("not_with_token")


def via() -> str:
    """The name of the token by which the request came; of a browser's, nothing."""
    program = token()
    return program.name if program else ""


def audience() -> str:
    return MEMBERS if actor() else STRANGERS


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


def _named(asked: dict[str, Any]) -> dict[str, Any]:
    """Without the one of `vm_id` and `group_id` that was null."""
    return {name: value for name, value in asked.items() if value is not None}


def _tagged(fields: dict[str, Any]) -> dict[str, Any]:
    """Records are immutable, so their tags are a tuple."""
    return {**fields, "tags": tuple(fields["tags"])} if "tags" in fields else fields
