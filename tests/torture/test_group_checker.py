"""The sentences about a group on records made by hand: a good one passes, and each violation is found."""

import pytest

from torture import group_checker
from torture.history import FOREVER, OK, UNKNOWN, Clock, Op, Record, Seen, Told

ANN, BEN, CLEO, ADMIN = "ann@example.com", "ben@example.com", "cleo@example.com", "alice@example.com"
FIRST, OTHERS = group_checker.MACHINES[0], group_checker.MACHINES[1:]


def board(revision, at, queue=(), **has):
    """Ann has all machines but those that are named: booked by one, `held` for one, or None."""
    vms = {vm: _view(vm, ("booked_by", ANN)) for vm in group_checker.MACHINES}
    vms |= {vm.replace("_", "-"): _view(vm.replace("_", "-"), of) for vm, of in has.items()}
    groups = [{"id": group_checker.GROUP, "queue": [{"email": email} for email in queue]}]
    return Seen(at, at, revision, vms, groups)


def _view(vm, of):
    view = {"id": vm, "booked_by": None, "held_for": None, "booked_at": None, "held_until": None, "queue": []}
    if of:
        view |= {of[0]: of[1], {"booked_by": "booked_at", "held_for": "held_until"}[of[0]]: "then"}
    return view | {"state": {"booked_by": "booked", "held_for": "held"}[of[0]] if of else "free"}


def held(who):
    return ("held_for", who)


def call(who, name, begun, ended=None, vm=group_checker.NAME, answer=None, outcome=OK, **asked):
    return Op(who, name, vm, begun, begun if ended is None else ended, outcome, asked, answer or {})


def joined(who, at, position=1):
    return call(who, "join", at, answer={"status": "ok", "position": position})


def turn(who, at, vm=FIRST, kind="held"):
    return Told(f"{kind}-{who}-{at}", kind, vm, who, int(at))


def found(*parts):
    record = Record()
    record.clock = Clock()
    for part in parts:
        kinds = {Op: record.ops, Seen: record.boards, Told: record.letters}
        kinds[type(part)].append(part)
    return group_checker.violations(record)


WAITING = [board(1, 10), joined(BEN, 11), board(2, 12, [BEN]), joined(CLEO, 13, 2), board(3, 14, [BEN, CLEO])]
FREED = call(ANN, "cancel", 20, 22, vm=FIRST)


def test_who_came_first_is_served_with_whichever_machine_comes_free():
    assert not found(*WAITING, FREED, board(4, 23, [CLEO], pool_0=held(BEN)), turn(BEN, 21))
    other = call(ANN, "cancel", 20, 22, vm=OTHERS[0])
    assert not found(*WAITING, other, board(4, 23, [CLEO], pool_1=held(BEN)), turn(BEN, 21, OTHERS[0]))


def test_who_came_later_is_not_served_first():
    overtaken = found(*WAITING, FREED, board(4, 23, [BEN], pool_0=held(CLEO)), turn(CLEO, 21))
    assert "before others" in overtaken[0]


def test_who_is_served_is_written_to():
    assert any("not written to" in said for said in found(*WAITING, FREED, board(4, 23, [CLEO], pool_0=held(BEN))))
    early = turn(BEN, 2)
    assert any(
        "not written to" in said for said in found(*WAITING, FREED, board(4, 23, [CLEO], pool_0=held(BEN)), early)
    )


def test_the_order_of_who_waits_stays_but_by_force():
    assert "order" in found(*WAITING, board(4, 23, [CLEO, BEN]))[0]
    forced = call(ADMIN, "book", 20, 24, vm=FIRST, outcome=UNKNOWN, force=True)
    assert not found(*WAITING, forced, board(4, 23, [CLEO, BEN]))


def test_nobody_vanishes_who_has_not_left():
    assert "neither served nor left" in found(*WAITING, board(4, 23, [BEN]))[0]
    assert not found(*WAITING, call(CLEO, "leave", 20, 22), board(4, 23, [BEN]))
    assert not found(*WAITING, call(CLEO, "leave", 20, FOREVER, outcome=UNKNOWN), board(4, 23, [BEN]))


def test_nobody_gets_what_they_did_not_ask_for():
    given = board(4, 23, [BEN, CLEO], pool_0=held(ADMIN))
    assert "had not asked for it" in found(*WAITING, FREED, given)[0]
    assert not found(*WAITING, call(ADMIN, "book", 20, 22, vm=FIRST), given)


def test_nobody_waits_beside_a_free_machine():
    assert "stands free" in found(*WAITING, FREED, board(4, 23, [BEN, CLEO], pool_0=None))[0]


def test_who_left_is_gone():
    left = call(CLEO, "leave", 20, 22)
    assert "had left" in found(*WAITING, left, board(3, 23, [BEN, CLEO]))[0]
    assert not found(*WAITING, left, call(CLEO, "join", 22.5, 24, answer={"position": 2}), board(3, 23, [BEN, CLEO]))


def test_a_place_that_was_promised_is_not_lost_at_a_kill():
    assert "is gone" in found(board(1, 10), joined(BEN, 11), board(1, 23))[0]
    assert not found(board(1, 10), joined(BEN, 11), board(3, 23), turn(BEN, 15))


@pytest.mark.parametrize(
    "ending", [call(ANN, "cancel", 12, FOREVER, vm=FIRST, outcome=UNKNOWN), turn(ANN, 13, kind="ended")]
)
def test_a_machine_is_booked_twice_only_where_the_first_booking_ended(ending):
    books = [call(ANN, "book", 10, vm=FIRST), call(BEN, "book", 20, vm=FIRST)]
    assert "booked twice" in found(*books)[0]
    assert not found(*books, ending)


def test_what_was_heard_fills_in_between_two_boards():
    record = Record()
    record.clock = Clock()
    record.boards = [board(1, 10), board(3, 30, pool_0=held(CLEO))]
    record.change({"revision": 2, "vms": [_view(FIRST, held(BEN))]})
    assert len(list(group_checker.steps(record))) == 2
