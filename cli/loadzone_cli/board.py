"""The board: all machines and groups with their queues, as `GET /vms` returns them. Only the fields used here."""

from __future__ import annotations

from typing import TypedDict

from loadzone_cli.errors import CommandError
from loadzone_cli.messages import printable
from loadzone_cli.names import name_key
from loadzone_cli.times import seconds_between
from loadzone_cli.translation import t


class Waiter(TypedDict):
    email: str
    hours: float
    since: str


class Vm(TypedDict):
    id: str
    group: int | None
    external_ip: str
    internal_ip: str
    ssh_user: str
    ssh_port: int | None
    tags: list[str]
    state: str
    booked_by: str
    via: str
    booked_at: str
    expires_at: str
    note: str
    heartbeat_minutes: float | None
    held_for: str | None
    held_until: str | None
    maintenance: str | None
    queue: list[Waiter]
    former_ids: list[str]  # only of a machine that was renamed


class Group(TypedDict):
    id: int
    name: str
    queue: list[Waiter]


class Board(TypedDict):
    vms: list[Vm]
    groups: list[Group]


def find_group(board: Board, name: str) -> Group:
    """Return the group of this name, or of one that is the same, or of this id. Raises CommandError."""
    groups, name = board["groups"], name.strip()
    found = [group for group in groups if group["name"] == name]
    found = found or [group for group in groups if name_key(group["name"]) == name_key(name)]
    found = found or [group for group in groups if str(group["id"]) == name]
    if not found:
        names = ", ".join(printable(group["name"]) for group in groups)
        raise CommandError(t("no_group", name=printable(name), names=names or "-"))
    return found[0]


def find_vm(board: Board, name: str) -> Vm | None:
    """Return the machine of this name, or that had it before, or else the only one with a name that is the same."""
    vms, key = board["vms"], name_key(name)
    found = [vm for vm in vms if vm["id"] == name] or [vm for vm in vms if name in names_of(vm)]
    found = found or [vm for vm in vms if name_key(vm["id"]) == key]
    found = found or [vm for vm in vms if key in map(name_key, names_of(vm))]
    return found[0] if len(found) == 1 else None


def names_of(vm: Vm) -> list[str]:
    """Return the machine's name, and those that it had before."""
    return [vm["id"], *vm.get("former_ids", [])]


def is_bookable(vm: Vm, email: str) -> bool:
    """Return whether this person can book the machine now: it is free, or held for them."""
    return vm["state"] == "free" or (vm["state"] == "held" and vm["held_for"] == email)


def address(vm: Vm) -> str:
    """Return the external address, else the internal one, else nothing."""
    return vm["external_ip"] or vm["internal_ip"] or ""


def booked_seconds(vm: Vm) -> float:
    """Return how long the booking is from its beginning to its end, in seconds."""
    return seconds_between(vm["booked_at"], vm["expires_at"])
