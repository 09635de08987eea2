"""Long random walks over the state machine of test_properties.py: many more steps than hypothesis takes.

They are the same each time, unless EXPLORE is set. A walk that breaks an invariant is shortened, and its steps are
printed.
"""

import os
from random import Random, SystemRandom

import pytest

from loadzone.rules import groups, inventory
from support.world import ALICE, BOB, CHARLIE
from unit import invariants, joined_lines
from unit.test_properties import DORA, AnyOrder

PEOPLE = [ALICE, BOB, CHARLIE, DORA]
VMS = ["a", "b", "c", "d"]
WALKS, STEPS = 600, 25


def place(r):
    return r.choice([{"vm_id": r.choice(VMS)}, {"group_id": r.choice([1, 1, 1, 2])}])


def hours(r):
    return r.choice([0.1, 1, 3, 20])


def join(r):
    options = {"auto": r.random() < 0.3, "count": r.randint(1, 3), "beats": r.choice([None, None, None, 20])}
    return {"who": r.sample(PEOPLE, r.randint(1, 2)), "place": place(r), **options}


STEPS_BY_NAME = {
    "book": lambda r: {"who": r.choice(PEOPLE), "vm": r.choice(VMS), "hours": hours(r), "force": True, "beats": 20},
    "book_for": lambda r: {"to": r.choice(PEOPLE), "vm": r.choice(VMS), "hours": hours(r), "force": r.random() < 0.5},
    "book_all": lambda r: {"who": r.choice(PEOPLE), "hours": hours(r)},
    "book_any": lambda r: {"who": r.choice(PEOPLE), "group": 1, "hours": hours(r), "count": r.randint(1, 3)},
    "renew": lambda r: {"n": r.randrange(4), "who": r.choice([None, ALICE]), "hours": hours(r)},
    "release": lambda r: {"n": r.randrange(4), "who": r.choice([None, ALICE])},
    "hand_over": lambda r: {
        "n": r.randrange(4),
        "who": r.choice([None, ALICE]),
        "to": r.choice(PEOPLE),
        "force": r.random() < 0.3,
    },
    "release_several": lambda r: {"vms": r.sample(VMS, r.randint(2, 4))},
    "maintain_several": lambda r: {
        "vms": r.sample(VMS, r.randint(2, 4)),
        "reason": r.choice(["disk swap", None, None]),
    },
    "join": join,
    "leave": lambda r: {"who": r.choice(PEOPLE), "place": place(r), "by": r.choice([None, ALICE])},
    "take": lambda r: {"n": r.randrange(4), "hours": hours(r)},
    "take_by_force": lambda r: {"n": r.randrange(4), "hours": hours(r)},
    "pass_on": lambda r: {"n": r.randrange(4)},
    "time_passes": lambda r: {"minutes": r.choice([1, 5, 16, 30, 300])},
    "timer": lambda r: {},
    "restart": lambda r: {},
    "jobs_send_heartbeats": lambda r: {},
    "maintenance": lambda r: {"vm": r.choice(VMS), "reason": r.choice(["disk swap", None, None])},
    "a_machine_comes_or_moves": lambda r: {
        "vm": r.choice(VMS),
        "group": r.choice([None, 1, 1, 2]),
        "move": r.choice([inventory.add, inventory.edit, groups.remove_vm]),
    },
    "a_machine_is_renamed": lambda r: {"vm": r.choice(VMS), "name": r.choice([*VMS, "e", "f"])},
    "a_group_grows": lambda r: {"group": 1, "name": "y", "vms": r.sample(VMS, 2), "new": r.random() < 0.2},
    "something_goes": lambda r: {
        "what": r.choice(["nothing", "nothing", "vm", "group", "person"]),
        "vm": r.choice(VMS),
        "who": r.choice(PEOPLE),
        "again": r.random() < 0.8,
    },
    "something_is_deleted": lambda r: {"vms": r.sample(VMS, r.randint(1, 3)), "group": r.random() < 0.3},
    "a_deletion_is_undone": lambda r: {"n": r.randrange(4)},
}
CHOICES = [*STEPS_BY_NAME, "join", "join", "release", "take_by_force", "a_deletion_is_undone"]


def test_no_walk_breaks_an_invariant():
    r = Random(SystemRandom().randrange(2**32) if os.environ.get("EXPLORE") else 1)
    for _ in range(WALKS):
        walk = [("begin", {"most": r.choice([2, 100])})]
        walk += [(name, STEPS_BY_NAME[name](r)) for name in r.choices(CHOICES, k=STEPS)]
        if broken(walk):
            walk = shortened(walk)
            pytest.fail("\n".join([repr(broken(walk)), *(f"{name} {arguments}" for name, arguments in walk)]))


def broken(walk):
    """Return the first error of the walk, or None."""
    world = AnyOrder()
    try:
        for name, arguments in walk:
            getattr(world, name)(**arguments)
            invariants.check_state(world.world.state, world.world.now, world.most)
            invariants.check_former_names(world.world.state)
            joined_lines.check(world.joined, world.world.state)
    except Exception as error:
        return error
    return None


def shortened(walk):
    """Return the walk without the steps that are not needed to make it fail. It begins as before."""
    for number in reversed(range(1, len(walk))):
        shorter = walk[:number] + walk[number + 1 :]
        if broken(shorter):
            walk = shorter
    return walk
