"""Inventories for the tests of the page."""

import json

from support.server import ROOT


def starter() -> dict:
    """Return the inventory of a fresh clone: twelve machines, ten of them in three groups."""
    return json.loads((ROOT / "data.json").read_text(encoding="utf-8"))


def inventory(count: int, groups: tuple[str, ...] = (), name: str = "server-{}", **fields: object) -> dict:
    """Return `count` free machines, distributed over the groups in turn."""
    vms = [machine(name.format(n), n % len(groups) + 1 if groups else None, n, **fields) for n in range(count)]
    sections = [
        {"id": number, "name": group, "vm_ids": [vm["id"] for vm in vms if vm["group"] == number]}
        for number, group in enumerate(groups, 1)
    ]
    return {"vms": vms, "groups": sections, "users": {}}


def machine(vm_id: str, group: int | None = None, n: int = 0, **fields: object) -> dict:
    addresses = {"external_ip": f"192.168.{n // 250}.{n % 250}", "internal_ip": f"10.0.{n // 250}.{n % 250}"}
    return {"id": vm_id, "group": group, "booked_by": None, "expires_at": None, **addresses, **fields}
