"""What readers see of machines and groups: members all of it, strangers little, with addresses masked."""

from __future__ import annotations

from typing import Any

from loadzone.domain.records import Group, Token, User, Vm, Waiter
from loadzone.lib.times import iso, iso_or_none
from loadzone.schemas import responses

MEMBERS, STRANGERS = "members", "strangers"


def member_vm(vm: Vm) -> responses.Vm:
    return {
        "id": vm.id,
        "group": vm.group,
        "state": state_of(vm),
        "booked_by": vm.booked_by,
        "expires_at": iso_or_none(vm.expires_at),
        "booked_at": iso_or_none(vm.booked_at),
        "note": vm.note,
        "via": vm.via or None,
        "heartbeat_minutes": vm.heartbeat_minutes,
        "held_for": vm.hold.email if vm.hold else None,
        "held_hours": vm.hold.hours if vm.hold else None,
        "held_until": iso_or_none(vm.hold.until) if vm.hold else None,
        "maintenance": vm.maintenance or None,
        "queue": [waiter_view(waiter) for waiter in vm.queue],
        "description": vm.description,
        "tags": list(vm.tags),
        "external_ip": vm.external_ip,
        "internal_ip": vm.internal_ip,
    }


def stranger_vm(vm: Vm) -> responses.StrangerVm:
    return {
        "id": vm.id,
        "group": vm.group,
        "state": state_of(vm),
        "booked_by": masked(vm.booked_by) if vm.booked_by else None,
        "expires_at": iso_or_none(vm.expires_at),
    }


def group_view(group: Group) -> responses.Group:
    queue = [waiter_view(waiter) for waiter in group.queue]
    return {"id": group.id, "name": group.name, "vm_ids": list(group.vm_ids), "queue": queue}


def stranger_group(group: Group) -> responses.Group:
    view = group_view(group)
    return {**view, "queue": [{**waiter, "email": masked(waiter["email"])} for waiter in view["queue"]]}


def waiter_view(waiter: Waiter) -> responses.Waiter:
    return {
        "email": waiter.email,
        "hours": waiter.hours,
        "auto": waiter.auto,
        "since": iso(waiter.since),
        "count": waiter.count,
    }


def token_view(token: Token) -> responses.Token:
    return {
        "id": token.id,
        "name": token.name,
        "created": iso(token.created),
        "expires": iso(token.expires),
        "used": iso_or_none(token.used),
    }


def user_view(user: User, role: str) -> responses.User:
    return {"email": user.email, "role": role, "created": iso(user.created)}


def history_view(user: User) -> list[responses.Booking]:
    return [
        {"vm_id": e.vm_id, "start": iso_or_none(e.start), "end": iso_or_none(e.end), "action": e.action}
        for e in user.bookings
    ]


def shown(record: Vm | Group) -> dict[str, Any]:
    """What anybody can see of a record: where this changes, the board's revision counts."""
    return member_vm(record) if isinstance(record, Vm) else group_view(record)


def state_of(vm: Vm) -> str:
    if vm.booked_by:
        return "booked"
    if vm.maintenance:
        return "maintenance"
    return "held" if vm.hold else "free"


def masked(email: str) -> str:
    """`a…@example.com`; of what an old file has in its place without a domain, the first letter."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}…{at}{domain}"


VM_VIEWS = {MEMBERS: member_vm, STRANGERS: stranger_vm}
GROUP_VIEWS = {MEMBERS: group_view, STRANGERS: stranger_group}
