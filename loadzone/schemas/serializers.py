"""Records as JSON: members see all of a machine, strangers little, with addresses masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from loadzone.domain.mail_trouble import MailTrouble
from loadzone.domain.people import BrowserSession, Entry, Role, Token, User
from loadzone.domain.records import Group, Place, Vm, Waiter
from loadzone.lib.times import iso, iso_or_none
from loadzone.schemas import responses
from loadzone.schemas.responses import VmState

Audience = Literal["members", "strangers"]
MEMBERS: Audience = "members"
STRANGERS: Audience = "strangers"


def audience_of(email: str | None, is_public: bool) -> Audience | None:
    """Return how much this person (None: a stranger) sees of the board; None: nothing.

    `is_public`: the board is for strangers too.
    """
    if email:
        return MEMBERS
    return STRANGERS if is_public else None


def member_vm(vm: Vm) -> responses.VmResponse:
    """Return the machine as members see it."""
    booking, hold = vm.booking, vm.hold
    view: responses.VmResponse = {
        "id": vm.id,
        "group": vm.group,
        "state": state_of(vm),
        "booked_by": booking.holder if booking else None,
        "expires_at": iso_or_none(booking.expires_at) if booking else None,
        "booked_at": iso_or_none(booking.booked_at) if booking else None,
        "note": booking.note if booking else vm.loose_note,
        "via": (booking.via or None) if booking else None,
        "heartbeat_minutes": booking.heartbeat_minutes if booking else None,
        "held_for": hold.email if hold else None,
        "held_hours": hold.hours if hold else None,
        "held_until": iso_or_none(hold.until) if hold else None,
        "maintenance": vm.maintenance or None,
        "queue": [waiter_view(waiter) for waiter in vm.queue],
        "description": vm.description,
        "tags": list(vm.tags),
        "external_ip": vm.external_ip,
        "internal_ip": vm.internal_ip,
        "ssh_user": vm.ssh_user,
        "ssh_port": vm.ssh_port,
        "version": vm.version,
    }
    if vm.former_ids:
        view["former_ids"] = list(vm.former_ids)
    return view


def stranger_vm(vm: Vm) -> responses.StrangerVmResponse:
    """Return the machine as strangers see it."""
    booking = vm.booking
    return {
        "id": vm.id,
        "group": vm.group,
        "state": state_of(vm),
        "booked_by": masked(booking.holder) if booking else None,
        "expires_at": iso_or_none(booking.expires_at) if booking else None,
    }


def group_view(group: Group) -> responses.GroupResponse:
    """Return the group as members see it."""
    queue = [waiter_view(waiter) for waiter in group.queue]
    return {
        "id": group.id,
        "name": group.name,
        "vm_ids": list(group.vm_ids),
        "queue": queue,
        "version": group.version,
    }


def stranger_group(group: Group) -> responses.GroupResponse:
    """Return the group as strangers see it."""
    view = group_view(group)
    for waiter in view["queue"]:
        waiter["email"] = masked(waiter["email"])
    return view


def waiter_view(waiter: Waiter) -> responses.WaiterResponse:
    """Return a place in a queue."""
    return {
        "email": waiter.email,
        "hours": waiter.hours,
        "auto": waiter.auto,
        "since": iso(waiter.since),
        "count": waiter.count,
    }


def session_view(session_id: str, session: BrowserSession, is_current: bool) -> responses.SessionResponse:
    """Return a session of a browser."""
    return {
        "id": session_id,
        "current": is_current,
        "began": iso_or_none(session.began),
        "used": iso(session.used),
        "browser": session.browser or None,
        "system": session.system or None,
    }


def token_view(token: Token) -> responses.TokenResponse:
    """Return a token, without anything that could be used in its place."""
    return {
        "id": token.id,
        "name": token.name,
        "created": iso(token.created),
        "expires": iso(token.expires),
        "used": iso_or_none(token.used),
    }


def user_view(user: User, role: Role, is_admin_by_settings: bool, seen: datetime | None) -> responses.UserResponse:
    """Return a person as admins see them."""
    return {
        "email": user.email,
        "role": role,
        "by_settings": is_admin_by_settings,
        "created": iso(user.created),
        "seen": iso_or_none(seen),
        "invited_by": (user.invited_by or None) if seen is None else None,
    }


def mail_trouble_view(trouble: MailTrouble, waiting: int) -> responses.MailTroubleResponse:
    """Return why letters wait, as admins see it."""
    return {"since": iso(trouble.since), "reason": trouble.reason, "waiting": waiting}


def history_view(user: User) -> list[responses.BookingResponse]:
    """Return the person's history, oldest line first."""
    return [entry_view(entry) for entry in user.bookings]


def entry_view(entry: Entry) -> responses.BookingResponse:
    """Return a line of a history."""
    line: responses.BookingResponse = {
        "vm_id": entry.vm_id,
        "start": iso_or_none(entry.start),
        "end": iso_or_none(entry.end),
        "action": entry.action,
    }
    if entry.person:
        line["person"] = entry.person
    return line


def shown(record: Place) -> responses.VmResponse | responses.GroupResponse:
    """Return what anybody can see of a record. Where this changes, the board's revision counts."""
    return member_vm(record) if isinstance(record, Vm) else group_view(record)


def state_of(vm: Vm) -> VmState:
    """Return the machine's state as one word."""
    if vm.booking:
        return "booked"
    if vm.maintenance:
        return "maintenance"
    return "held" if vm.hold else "free"


def masked(email: str) -> str:
    """Return `a…@example.com`; for what an old file has in the place of an address, without a domain, `a…`."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}…{at}{domain}"


VM_VIEWS: Mapping[Audience, Callable[[Vm], responses.VmResponse | responses.StrangerVmResponse]] = {
    MEMBERS: member_vm,
    STRANGERS: stranger_vm,
}
GROUP_VIEWS: Mapping[Audience, Callable[[Group], responses.GroupResponse]] = {
    MEMBERS: group_view,
    STRANGERS: stranger_group,
}
