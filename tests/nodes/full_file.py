"""A data file with all that there can be in one, as LoadZone writes it."""

import json

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import encoded
from support.inventory import from_now, inventory, machine, record, stamp, user

SOON, LATER, BEFORE = from_now(hours=1), from_now(hours=5), from_now(hours=-1)
WAITER = {"email": "carol@example.com", "hours": 2, "auto": True, "since": stamp(BEFORE)}


def full_file(revision: int = 41, **more: object) -> bytes:
    """Return the file: machines not in the order of their names, and a key of somebody else at every place."""
    vms = [
        machine("zeta", "bob@example.com", SOON, group=2, note="не трогать", queue=[WAITER], tags=["gpu"], theirs=1),
        machine("alpha", group=2, held_for="bob@example.com", held_until=stamp(SOON), held_hours=1, former_ids=["old"]),
        machine("mid", maintenance="disk", description="two\u0000parts", ssh_user="root", ssh_port=2200, version=3),
    ]
    groups = [
        {"id": 2, "name": "Вторая", "vm_ids": ["alpha", "zeta"], "queue": [{**WAITER, "count": 2}], "theirs": [1]},
        {"id": 1, "name": "First", "vm_ids": []},
    ]
    tokens = [{"id": "t", "name": "ci", "digest": "d" * 43, "created": stamp(BEFORE), "expires": stamp(LATER)}]
    history = [record("zeta", BEFORE, None), record("gone", BEFORE, SOON, "release")]
    sessions = {"s" * 43: stamp(BEFORE)}
    users = {
        "carol@example.com": user(sessions=sessions, zone="Europe/Berlin", invited_by="bob@example.com"),
        "bob@example.com": user(*history, role="admin", tokens=tokens, theirs={}),
    }
    letter = {"id": "l", "to": "bob@example.com", "kind": "held", "created": stamp(BEFORE), "about": {"vm_id": "zeta"}}
    deleted = {"at": stamp(BEFORE), "by": "bob@example.com", "number": 1, "vm": machine("gone"), "waiters": [WAITER]}
    whole = inventory(vms, groups, users, outbox=[letter], deleted=[deleted], revision=revision, theirs="kept", **more)
    state, repaired = read_state(json.dumps(whole).encode())
    assert not repaired
    return encoded(state)
