"""Each act about a booking or a queue is one line of the history: which lines each rule makes, field by field."""

import pytest

from loadzone.rules import booking, by_link, expiry, hand_over, queue
from support.world import ALICE, BOB, CHARLIE
from unit.acts import HELD, TAKEN, booked, later, lines_of, link, waits, without_end

# The rule, what was done before, its arguments, and its lines (unit/acts.py says how a line is shown).
CASES = [
    (
        booking.book,
        [],
        {"actor": BOB, "vm_id": "a", "hours": 1, "note": "tests"},
        ["booked a/Perf by=bob of=bob from=12:02 to=13:02 hours=1 reason=tests"],
    ),
    (
        booking.book,
        [],
        {"actor": ALICE, "vm_id": "a", "hours": 1, "email": BOB},
        ["booked a/Perf by=alice of=bob from=12:02 to=13:02 hours=1"],
    ),
    (
        booking.book,
        HELD,
        {"actor": BOB, "vm_id": "a", "hours": 1},
        ["booked a/Perf by=bob of=bob from=12:02 to=13:02 hours=1"],
    ),
    (
        booking.book,
        HELD,
        {"actor": ALICE, "vm_id": "a", "hours": 1, "force": True},
        ["hold_taken a/Perf by=alice of=bob from=12:01", "booked a/Perf by=alice of=alice from=12:02 to=13:02 hours=1"],
    ),
    (
        booking.book,
        [booked(CHARLIE), later(hours=2)],
        {"actor": BOB, "vm_id": "a", "hours": 1},
        ["expired a/Perf of=charlie from=12:01 to=13:01", "booked a/Perf by=bob of=bob from=14:02 to=15:02 hours=1"],
    ),
    (
        booking.book_all,
        [],
        {"actor": BOB, "vm_ids": ["a", "c"], "hours": 1},
        [
            "booked a/Perf by=bob of=bob from=12:02 to=13:02 hours=1",
            "booked c by=bob of=bob from=12:02 to=13:02 hours=1",
        ],
    ),
    (
        booking.book_any,
        [],
        {"actor": BOB, "group_id": 1, "hours": 1, "count": 2},
        [
            "booked a/Perf by=bob of=bob from=12:02 to=13:02 hours=1",
            "booked b/Perf by=bob of=bob from=12:02 to=13:02 hours=1",
        ],
    ),
    (
        booking.renew,
        [booked()],
        {"actor": BOB, "vm_id": "a", "hours": 1},
        ["renewed a/Perf by=bob of=bob from=12:01 to=14:01 hours=1"],
    ),
    (
        booking.renew_all,
        [booked()],
        {"actor": ALICE, "vm_ids": ["a"], "hours": 1},
        ["renewed a/Perf by=alice of=bob from=12:01 to=14:01 hours=1"],
    ),
    (booking.cancel, [booked()], {"actor": BOB, "vm_id": "a"}, ["released a/Perf by=bob of=bob from=12:01 to=12:02"]),
    (
        booking.cancel_all,
        [booked()],
        {"actor": ALICE, "vm_ids": ["a"], "reason": "fire"},
        ["force_released a/Perf by=alice of=bob from=12:01 to=12:02 reason=fire"],
    ),
    (
        booking.cancel,
        [*TAKEN, waits(vm_id="a")],
        {"actor": CHARLIE, "vm_id": "a"},
        ["released a/Perf by=charlie of=charlie from=12:01 to=12:02", "held a/Perf of=bob from=12:01 to=12:17 hours=2"],
    ),
    (
        booking.cancel,
        [*TAKEN, waits(vm_id="a", auto=True)],
        {"actor": CHARLIE, "vm_id": "a"},
        [
            "released a/Perf by=charlie of=charlie from=12:01 to=12:02",
            "auto_booked a/Perf of=bob from=12:02 to=14:02 hours=2 changed=since:12:01->None",
        ],
    ),
    (
        hand_over.hand_over,
        [booked(note="tests")],
        {"actor": BOB, "vm_id": "a", "email": CHARLIE},
        ["handed_over a/Perf by=bob of=charlie from=12:02 to=13:01 changed=email:bob->charlie,booking:12:01->12:02"],
    ),
    (
        hand_over.hand_over_all,
        [booked()],
        {"actor": ALICE, "vm_ids": ["a"], "email": CHARLIE},
        ["handed_over a/Perf by=alice of=charlie from=12:02 to=13:01 changed=email:bob->charlie,booking:12:01->12:02"],
    ),
    (
        booking.change_note,
        [booked()],
        {"actor": BOB, "vm_id": "a", "note": "new"},
        ["note_changed a/Perf by=bob of=bob from=12:01 changed=note:->new"],
    ),
    (
        booking.change_note,
        [booked(note="old")],
        {"actor": ALICE, "vm_id": "a", "note": "new"},
        ["note_changed a/Perf by=alice of=bob from=12:01 changed=note:old->new"],
    ),
    (booking.change_note, [booked(note="old")], {"actor": BOB, "vm_id": "a", "note": "old"}, []),
    (booking.beat, [booked(heartbeat_minutes=5)], {"actor": BOB, "vm_ids": ["a"]}, []),
    (
        queue.join,
        TAKEN,
        {"actor": BOB, "vm_id": "a", "hours": 2},
        ["queue_joined a/Perf by=bob of=bob from=12:02 hours=2"],
    ),
    (
        queue.join,
        TAKEN,
        {"actor": BOB, "group_id": 1, "hours": 2, "count": 2, "auto": True},
        ["queue_joined -/Perf by=bob of=bob from=12:02 hours=2 changed=auto:False->True,count:1->2"],
    ),
    (queue.join, [*TAKEN, waits(vm_id="a")], {"actor": BOB, "vm_id": "a", "hours": 2}, []),
    (
        queue.join,
        [*TAKEN, waits(vm_id="a")],
        {"actor": BOB, "vm_id": "a", "hours": 3, "auto": True},
        ["queue_changed a/Perf by=bob of=bob from=12:01 hours=3 changed=hours:2->3,auto:False->True"],
    ),
    (
        queue.join,
        [],
        {"actor": BOB, "vm_id": "a", "hours": 2},
        ["queue_joined a/Perf by=bob of=bob from=12:02 hours=2", "held a/Perf of=bob from=12:02 to=12:17 hours=2"],
    ),
    (
        queue.join,
        [],
        {"actor": BOB, "vm_id": "a", "hours": 2, "auto": True},
        [
            "queue_joined a/Perf by=bob of=bob from=12:02 hours=2 changed=auto:False->True",
            "auto_booked a/Perf of=bob from=12:02 to=14:02 hours=2 changed=since:12:02->None",
        ],
    ),
    (
        queue.leave,
        [*TAKEN, waits(vm_id="a")],
        {"actor": BOB, "vm_id": "a"},
        ["queue_left a/Perf by=bob of=bob from=12:01"],
    ),
    (
        queue.leave,
        [*TAKEN, waits(group_id=1, count=2)],
        {"actor": ALICE, "group_id": 1, "email": BOB},
        ["queue_removed -/Perf by=alice of=bob from=12:01"],
    ),
    (queue.leave, HELD, {"actor": BOB, "vm_id": "a"}, ["hold_ended a/Perf by=bob of=bob from=12:01"]),
    (queue.leave, HELD, {"actor": ALICE, "vm_id": "a", "email": BOB}, ["hold_ended a/Perf by=alice of=bob from=12:01"]),
    (
        queue.leave,
        [waits(group_id=1, count=2)],
        {"actor": BOB, "group_id": 1},
        ["hold_ended a/Perf by=bob of=bob from=12:01", "hold_ended b/Perf by=bob of=bob from=12:01"],
    ),
    (
        queue.forget_silent,
        [*TAKEN, waits(vm_id="a", heartbeat_minutes=5), later(minutes=5)],
        {},
        ["queue_silent a/Perf of=bob from=12:01"],
    ),
    (
        by_link.follow,
        [booked()],
        {"target": link("renew")},
        ["renewed a/Perf by=bob of=bob from=12:01 to=14:01 hours=1"],
    ),
    (by_link.follow, [booked()], {"target": link("release")}, ["released a/Perf by=bob of=bob from=12:01 to=12:02"]),
    (by_link.follow, HELD, {"target": link("take")}, ["booked a/Perf by=bob of=bob from=12:02 to=14:02 hours=2"]),
    (by_link.follow, HELD, {"target": link("pass")}, ["hold_ended a/Perf by=bob of=bob from=12:01"]),
    (expiry.settle, [booked(), later(hours=3)], {"vm_ids": ["a"]}, ["expired a/Perf of=bob from=12:01 to=13:01"]),
    (
        expiry.settle,
        [booked(heartbeat_minutes=5), later(minutes=5)],
        {"vm_ids": ["a"]},
        ["silent a/Perf of=bob from=12:01 to=12:07 hours=0.08333333333333333"],
    ),
    (expiry.settle, [*HELD, later(minutes=20)], {"vm_ids": ["a"]}, ["hold_lapsed a/Perf of=bob from=12:01 to=12:16"]),
    (expiry.settle, [booked(), later(minutes=44)], {"vm_ids": ["a"]}, []),
    (expiry.set_right, [booked(), (without_end, {})], {}, ["end_set a/Perf of=bob from=12:01 to=25 12:02"]),
    (expiry.set_right, [*TAKEN, waits(group_id=1, count=2)], {}, []),
    (expiry.listen_again, [booked(heartbeat_minutes=5)], {}, []),
]


@pytest.mark.parametrize(("rule", "before", "arguments", "lines"), CASES)
def test_each_act_is_one_line(rule, before, arguments, lines):
    assert lines_of(rule, before, arguments) == lines
