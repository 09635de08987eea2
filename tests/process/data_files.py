"""A data file for commands, and what is in it."""

import json

from support.inventory import from_now, inventory, machine, user

BEFORE = inventory(
    [machine("a", group=1), machine("b", "bob@example.com", from_now(hours=2), group=1)],
    [{"id": 1, "name": "One", "vm_ids": ["a", "b"]}],
    {"bob@example.com": user()},
    revision=7,
)


MACHINES = "id,description\na,changed\nnew,added\n"


def stored(data):
    return json.loads(data.read_bytes())


def ids(data):
    return [vm["id"] for vm in stored(data)["vms"]]


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}
