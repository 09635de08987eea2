"""Check histories of a group written by hand: a correct one passes, and each kind of violation is found."""

import pytest

from torture import group_checker
from torture.history import FOREVER, OK, UNKNOWN, BoardRead, Clock, History, Operation, ReceivedLetter

ANN, BEN, CLEO, ADMIN = "ann@example.com", "ben@example.com", "cleo@example.com", "alice@example.com"
FIRST, OTHERS = group_checker.MACHINES[0], group_checker.MACHINES[1:]


def board(revision, time, queue=(), **holders):
    """Return a board on which Ann has booked all machines except those named: `held(…)` for somebody, or None."""
    vms = {vm: _view(vm, ("booked_by", ANN)) for vm in group_checker.MACHINES}
    vms |= {vm.replace("_", "-"): _view(vm.replace("_", "-"), holder) for vm, holder in holders.items()}
    groups = [{"id": group_checker.GROUP_ID, "queue": [{"email": email} for email in queue]}]
    return BoardRead(time, time, revision, vms, groups)


def _view(vm, holder):
    view = {"id": vm, "booked_by": None, "held_for": None, "booked_at": None, "held_until": None, "queue": []}
    if holder:
        view |= {holder[0]: holder[1], {"booked_by": "booked_at", "held_for": "held_until"}[holder[0]]: "then"}
    return view | {"state": {"booked_by": "booked", "held_for": "held"}[holder[0]] if holder else "free"}


def held(email):
    return ("held_for", email)


def call(actor, name, invoked, completed=None, vm=group_checker.GROUP_NAME, answer=None, outcome=OK, **arguments):
    completed = invoked if completed is None else completed
    return Operation(actor, name, vm, invoked, completed, outcome, arguments, answer or {})


def joined(actor, time, position=1):
    return call(actor, "join", time, answer={"status": "ok", "position": position})


def letter(to, time, vm=FIRST, kind="held"):
    return ReceivedLetter(f"{kind}-{to}-{time}", kind, vm, to, int(time))


def found(*parts):
    history = History()
    history.clock = Clock()
    for part in parts:
        kinds = {Operation: history.operations, BoardRead: history.board_reads, ReceivedLetter: history.letters}
        kinds[type(part)].append(part)
    return group_checker.violations(history)


WAITING = [board(1, 10), joined(BEN, 11), board(2, 12, [BEN]), joined(CLEO, 13, 2), board(3, 14, [BEN, CLEO])]
FREED = call(ANN, "cancel", 20, 22, vm=FIRST)


def test_the_first_waiter_is_served_with_whichever_machine_comes_free():
    assert not found(*WAITING, FREED, board(4, 23, [CLEO], pool_0=held(BEN)), letter(BEN, 21))
    other = call(ANN, "cancel", 20, 22, vm=OTHERS[0])
    assert not found(*WAITING, other, board(4, 23, [CLEO], pool_1=held(BEN)), letter(BEN, 21, OTHERS[0]))


def test_serving_a_later_waiter_first_is_found():
    overtaken = found(*WAITING, FREED, board(4, 23, [BEN], pool_0=held(CLEO)), letter(CLEO, 21))
    assert "before others" in overtaken[0]


def test_who_is_served_and_joins_again_in_one_commit_comes_to_the_end():
    after = board(4, 23, [CLEO, BEN], pool_0=("booked_by", BEN))
    again = call(BEN, "join", 20, 23, answer={"status": "ok", "position": 2})
    assert not found(*WAITING, FREED, again, after, letter(BEN, 21, kind="auto"))
    assert any("the order" in sentence for sentence in found(*WAITING, FREED, after, letter(BEN, 21, kind="auto")))
    assert any("the order" in sentence for sentence in found(*WAITING, FREED, again, after))


def test_being_served_without_a_letter_is_found():
    served = board(4, 23, [CLEO], pool_0=held(BEN))
    assert any("not written to" in sentence for sentence in found(*WAITING, FREED, served))
    early = letter(BEN, 2)
    assert any("not written to" in sentence for sentence in found(*WAITING, FREED, served, early))


def test_the_order_of_the_queue_changes_only_by_force():
    assert "order" in found(*WAITING, board(4, 23, [CLEO, BEN]))[0]
    forced = call(ADMIN, "book", 20, 24, vm=FIRST, outcome=UNKNOWN, force=True)
    assert not found(*WAITING, forced, board(4, 23, [CLEO, BEN]))


def test_a_lost_waiter_is_found():
    assert "neither served nor left" in found(*WAITING, board(4, 23, [BEN]))[0]
    assert not found(*WAITING, call(CLEO, "leave", 20, 22), board(4, 23, [BEN]))
    assert not found(*WAITING, call(CLEO, "leave", 20, FOREVER, outcome=UNKNOWN), board(4, 23, [BEN]))


def test_a_machine_for_somebody_who_did_not_ask_is_found():
    given = board(4, 23, [BEN, CLEO], pool_0=held(ADMIN))
    assert "had not asked for it" in found(*WAITING, FREED, given)[0]
    assert not found(*WAITING, call(ADMIN, "book", 20, 22, vm=FIRST), given)


def test_waiting_beside_a_free_machine_is_found():
    assert "stands free" in found(*WAITING, FREED, board(4, 23, [BEN, CLEO], pool_0=None))[0]


def test_somebody_in_the_queue_after_leaving_it_is_found():
    left = call(CLEO, "leave", 20, 22)
    assert "had left" in found(*WAITING, left, board(3, 23, [BEN, CLEO]))[0]
    assert not found(*WAITING, left, call(CLEO, "join", 22.5, 24, answer={"position": 2}), board(3, 23, [BEN, CLEO]))


def test_a_confirmed_place_that_is_lost_at_a_kill_is_found():
    assert "is gone" in found(board(1, 10), joined(BEN, 11), board(1, 23))[0]
    assert not found(board(1, 10), joined(BEN, 11), board(3, 23), letter(BEN, 15))


@pytest.mark.parametrize(
    "ending", [call(ANN, "cancel", 12, FOREVER, vm=FIRST, outcome=UNKNOWN), letter(ANN, 13, kind="ended")]
)
def test_a_machine_is_booked_twice_only_if_the_first_booking_ended(ending):
    books = [call(ANN, "book", 10, vm=FIRST), call(BEN, "book", 20, vm=FIRST)]
    assert "booked twice" in found(*books)[0]
    assert not found(*books, ending)


def test_changes_fill_in_between_two_board_reads():
    history = History()
    history.clock = Clock()
    history.board_reads = [board(1, 10), board(3, 30, pool_0=held(CLEO))]
    history.add_change({"revision": 2, "vms": [_view(FIRST, held(BEN))]})
    assert len(list(group_checker.commits(history))) == 2
