"""What readers see of machines and groups: members all of it, strangers little, with addresses masked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson

import answers
from compression import squeezed
from lines import Lines
from records import Group, Token, User, Vm, Waiter
from storage import Commit, JsonStore
from times import iso, iso_or_none

MEMBERS, STRANGERS = "members", "strangers"


def member_vm(vm: Vm) -> answers.Vm:
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


def stranger_vm(vm: Vm) -> answers.StrangerVm:
    return {
        "id": vm.id,
        "group": vm.group,
        "state": state_of(vm),
        "booked_by": masked(vm.booked_by) if vm.booked_by else None,
        "expires_at": iso_or_none(vm.expires_at),
    }


def group_view(group: Group) -> answers.Group:
    queue = [waiter_view(waiter) for waiter in group.queue]
    return {"id": group.id, "name": group.name, "vm_ids": list(group.vm_ids), "queue": queue}


def stranger_group(group: Group) -> answers.Group:
    view = group_view(group)
    return {**view, "queue": [{**waiter, "email": masked(waiter["email"])} for waiter in view["queue"]]}


def waiter_view(waiter: Waiter) -> answers.Waiter:
    return {
        "email": waiter.email,
        "hours": waiter.hours,
        "auto": waiter.auto,
        "since": iso(waiter.since),
        "count": waiter.count,
    }


def token_view(token: Token) -> answers.Token:
    return {
        "id": token.id,
        "name": token.name,
        "created": iso(token.created),
        "expires": iso(token.expires),
        "used": iso_or_none(token.used),
    }


def user_view(user: User, role: str) -> answers.User:
    return {"email": user.email, "role": role, "created": iso(user.created)}


def history_view(user: User) -> list[answers.Booking]:
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


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a `GET /vms` answer, and the ETag made of them."""

    body: bytes
    etag: str
    revision: int


class Board:
    """The `GET /vms` answers for both audiences, made at most once per revision."""

    def __init__(self, store: JsonStore, run_blocking: Callable[[Callable[[], Any]], Any]) -> None:
        self._run_blocking = run_blocking
        self._turn = threading.Lock()
        self._squeezing = threading.Lock()
        self._gzipped: dict[str, Answer] = {}
        self._state = store.snapshot
        self._groups = {audience: _lines_of(view) for audience, view in GROUP_VIEWS.items()}
        self._vms = {audience: _lines_of(view) for audience, view in VM_VIEWS.items()}
        self._answers: dict[str, Answer] = {}
        self._mark(self._state.vms, self._state.groups)
        store.subscribe(self._follow)

    def answer(self, audience: str) -> Answer:
        with self._turn:
            kept = self._answers.get(audience)
            if kept is None or kept.revision != self._state.revision:
                kept = self._answers[audience] = self._render(audience)
            return kept

    def gzipped(self, audience: str) -> Answer:
        """The same, its body compressed: once, however many ask."""
        with self._squeezing:
            plain, kept = self.answer(audience), self._gzipped.get(audience)
            if kept is None or kept.revision != plain.revision:
                body = self._run_blocking(lambda: squeezed(plain.body))
                kept = self._gzipped[audience] = replace(plain, body=body)
            return kept

    def _follow(self, commit: Commit) -> None:
        with self._turn:  # the marks and the state they belong to change together
            self._state = commit.after
            if commit.visible:
                self._mark(commit.touched["vms"], commit.touched["groups"])

    def _mark(self, vm_ids: Iterable[str], group_ids: Iterable[int]) -> None:
        for lines in self._groups.values():
            lines.mark(group_ids)
        for lines in self._vms.values():
            lines.mark(vm_ids)

    def _render(self, audience: str) -> Answer:
        vms = self._vms[audience].join(self._state.vms, b",")
        groups = self._groups[audience].join(self._state.groups, b",")
        body = b'{"vms":[%b],"groups":[%b],"revision":%d}' % (vms, groups, self._state.revision)
        return Answer(body, hashlib.blake2b(body, digest_size=16).hexdigest(), self._state.revision)


def _lines_of(view: Callable[[Any], Any]) -> Lines:
    return Lines(lambda record: orjson.dumps(view(record)))
