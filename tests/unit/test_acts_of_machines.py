"""Each act about a machine or a group is one line of the history: which lines each rule makes, field by field."""

import pytest

from loadzone.rules import deletions, groups, importing, inventory, undelete
from loadzone.rules.importing import Fields, Wanted
from support.world import ALICE, CHARLIE
from unit.acts import HELD, TAKEN, booked, deleted, later, lines_of, waits


def plan(state):
    wanted = [Wanted("a", Fields(group="Other", maintenance="fan")), Wanted("n", Fields(group="Other", tags=("x",)))]
    return importing.plan(state, (), wanted, prune=False)


# The rule, what was done before, its arguments, and its lines (unit/acts.py says how a line is shown).
CASES = [
    (
        groups.create,
        [],
        {"actor": ALICE, "name": "New", "vm_ids": ["a", "c"]},
        [
            "group_added -/New by=alice",
            "vm_moved a/New by=alice changed=group:Perf->New",
            "vm_moved c/New by=alice changed=group:None->New",
        ],
    ),
    (
        groups.edit,
        [],
        {"actor": ALICE, "group_id": 1, "name": "New"},
        ["group_renamed -/New by=alice changed=name:Perf->New"],
    ),
    (groups.edit, [], {"actor": ALICE, "group_id": 1, "name": "Perf"}, []),
    (
        groups.add_vms,
        [],
        {"actor": ALICE, "group_id": 1, "vm_ids": ["a", "c"]},
        ["vm_moved c/Perf by=alice changed=group:None->Perf"],
    ),
    (groups.remove_vm, [], {"actor": ALICE, "vm_id": "a"}, ["vm_moved a by=alice changed=group:Perf->None"]),
    (
        groups.delete,
        [*TAKEN, waits(group_id=1, count=2)],
        {"actor": ALICE, "group_id": 1},
        [
            "queue_gone -/Perf by=alice of=bob from=12:01",
            "vm_moved a by=alice changed=group:Perf->None",
            "vm_moved b by=alice changed=group:Perf->None",
            "group_deleted -/Perf by=alice",
        ],
    ),
    (
        inventory.add,
        [],
        {"actor": ALICE, "vm_id": "new", "group_id": 1, "tags": ("x",)},
        ["vm_added new/Perf by=alice"],
    ),
    (
        inventory.edit,
        [],
        {"actor": ALICE, "vm_id": "a", "description": "new", "add_tags": ("x", "y")},
        ["vm_edited a/Perf by=alice changed=description:->new,tags:[]->['x', 'y']"],
    ),
    (inventory.edit, [], {"actor": ALICE, "vm_id": "a", "description": "", "ssh_port": None}, []),
    (
        inventory.edit,
        [],
        {"actor": ALICE, "vm_id": "a", "name": "new"},
        ["vm_renamed new/Perf by=alice changed=id:a->new"],
    ),
    (
        inventory.edit,
        [],
        {"actor": ALICE, "vm_id": "a", "group_id": None},
        ["vm_moved a by=alice changed=group:Perf->None"],
    ),
    (
        inventory.edit,
        [booked()],
        {"actor": ALICE, "vm_id": "a", "maintenance": "fan"},
        ["maintenance_began a/Perf by=alice of=bob reason=fan changed=maintenance:->fan"],
    ),
    (
        inventory.edit,
        HELD,
        {"actor": ALICE, "vm_id": "a", "maintenance": "fan"},
        [
            "maintenance_began a/Perf by=alice reason=fan changed=maintenance:->fan",
            "waiting_maintenance a/Perf by=alice of=bob from=12:01 reason=fan",
        ],
    ),
    (
        inventory.edit,
        [*TAKEN, waits(vm_id="a")],
        {"actor": ALICE, "vm_id": "a", "maintenance": "fan"},
        ["maintenance_began a/Perf by=alice of=charlie reason=fan changed=maintenance:->fan"],
    ),
    (
        inventory.edit_all,
        [(inventory.edit, {"actor": ALICE, "vm_id": "a", "maintenance": "fan"})],
        {"actor": ALICE, "vm_ids": ["a", "b"], "maintenance": None},
        ["maintenance_ended a/Perf by=alice changed=maintenance:fan->"],
    ),
    (
        inventory.delete,
        [booked()],
        {"actor": ALICE, "vm_id": "a", "force": True},
        ["vm_deleted a/Perf by=alice of=bob from=12:01 to=12:02"],
    ),
    (
        inventory.delete_all,
        [*TAKEN, waits(vm_id="a")],
        {"actor": ALICE, "vm_ids": ["a", "c"], "force": True},
        [
            "vm_deleted a/Perf by=alice of=charlie from=12:01 to=12:02",
            "vm_deleted c by=alice",
            "queue_gone a/Perf by=alice of=bob from=12:01",
        ],
    ),
    (
        inventory.delete,
        HELD,
        {"actor": ALICE, "vm_id": "a"},
        ["vm_deleted a/Perf by=alice", "queue_gone a/Perf by=alice of=bob from=12:01"],
    ),
    (
        inventory.delete,
        [waits(group_id=1)],
        {"actor": ALICE, "vm_id": "a"},
        [
            "vm_deleted a/Perf by=alice",
            "hold_taken a/Perf by=alice of=bob from=12:01",
            "held b/Perf of=bob from=12:01 to=12:17 hours=2",
        ],
    ),
    (
        undelete.undelete_vms,
        [booked(), waits(CHARLIE, vm_id="a"), deleted("a")],
        {"actor": ALICE, "vm_ids": ["a"]},
        ["vm_undeleted a/Perf by=alice of=bob from=12:01 to=13:01", "queue_back a/Perf by=alice of=charlie from=12:01"],
    ),
    (
        undelete.undelete_vms,
        [booked(), later(minutes=55), deleted("a"), later(minutes=5)],
        {"actor": ALICE, "vm_ids": ["a"]},
        ["vm_undeleted a/Perf by=alice"],
    ),
    (
        undelete.undelete_group,
        [(groups.delete, {"actor": ALICE, "group_id": 1})],
        {"actor": ALICE, "group_id": 1},
        [
            "group_undeleted -/Perf by=alice",
            "vm_moved a/Perf by=alice changed=group:None->Perf",
            "vm_moved b/Perf by=alice changed=group:None->Perf",
        ],
    ),
    (deletions.forget_old, [deleted("a"), later(minutes=10)], {}, []),
    (
        importing.carry_out,
        [],
        {"actor": "LoadZone", "plan": plan},
        [
            "group_added -/Other by=LoadZone",
            "vm_added n/Other by=LoadZone",
            "maintenance_began a/Perf by=LoadZone reason=fan changed=maintenance:->fan",
            "vm_moved a/Other by=LoadZone changed=group:Perf->Other",
        ],
    ),
]


@pytest.mark.parametrize(("rule", "before", "arguments", "lines"), CASES)
def test_each_act_is_one_line(rule, before, arguments, lines):
    assert lines_of(rule, before, arguments) == lines
