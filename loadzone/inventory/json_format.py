"""The inventory as JSON: `{"groups": [names], "vms": [{"id", "group", "description", …}]}`."""

from __future__ import annotations

import json

import orjson

from loadzone.inventory.rows import BadInventory, InventoryRows


def write(rows: InventoryRows) -> bytes:
    """Return the inventory as JSON."""
    content = {"groups": rows.groups, "vms": [fields for _, fields in rows.machines]}
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def read(content: bytes) -> InventoryRows:
    """Return the rows of a JSON file. Raises BadInventory."""
    try:
        data = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadInventory(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    if not isinstance(data, dict) or not isinstance(data.get("vms"), list):
        raise BadInventory('an object with a list "vms" is expected')
    rows = InventoryRows()
    for number, fields in enumerate(data["vms"]):
        if isinstance(fields, dict):
            rows.add(f"vms[{number}]", fields)
        else:
            rows.problems.append(f"vms[{number}]: an object is expected here")
    groups = data.get("groups", [])
    if isinstance(groups, list) and all(isinstance(name, str) for name in groups):
        rows.groups = groups
    else:
        rows.problems.append("groups: a list of names is expected here")
    return rows
