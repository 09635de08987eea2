"""Check histories written by hand: correct ones pass, and each kind of violation is found."""

from datetime import datetime, timezone

import pytest

from torture import checker
from torture.history import FAILED, FOREVER, OK, REFUSED, UNKNOWN, BoardRead, Clock, History, Operation, ReceivedLetter
from torture.model import Model

ANN, BEN, CLEO, ADMIN = "ann@example.com", "ben@example.com", "cleo@example.com", "alice@example.com"
HOUR = 3600
HOLD = 15 * 60
REMIND = (20 * 60_000, 10 * 60_000)


def at(seconds: float) -> str:
    """Return what the server's clock shows: it starts at midnight, together with the times of the tests."""
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def view(holder=None, until=None, held=None, held_until=None, queue=()):
    return {
        "id": "vm",
        "booked_by": holder,
        "expires_at": at(until) if until else None,
        "held_for": held,
        "held_until": at(held_until) if held_until else None,
        "held_hours": 1 if held else None,
        "queue": [{"email": email, "hours": 1, "auto": auto, "since": at(since)} for email, auto, since in queue],
    }


def call(actor, name, invoked, completed=None, answer=None, outcome=OK, **arguments):
    if name in ("book", "renew", "join"):
        arguments.setdefault("hours", 1)
    if name == "join":
        arguments.setdefault("auto", False)
    completed = invoked if completed is None else completed
    return Operation(actor, name, "vm", invoked, completed, outcome, arguments, answer or {})


def book(actor, time, **more):
    return call(actor, "book", time, answer=view(actor, time + HOUR), **more)


def read(time, **shown):
    return Operation("reader", "read", "vm", time, time, answer=view(**shown))


def refused(actor, name, time, code, **facts):
    return call(actor, name, time, outcome=REFUSED, answer={"code": code, **facts})


def joined(actor, time, position, status="ok", **arguments):
    return call(actor, "join", time, answer={"status": status, "position": position}, **arguments)


def letter(kind, to, created, number=1, received=FOREVER):
    return ReceivedLetter(f"{kind}-{to}-{number}", kind, "vm", to, created, received)


def found(*calls, letters=(), clock=None):
    model = Model(clock or Clock(), HOLD * 1000, frozenset({ADMIN}), REMIND)
    return checker.check_machine(list(calls), list(letters), model)


def test_a_sequential_history_is_linearizable():
    assert not found(
        book(ANN, 1),
        refused(BEN, "book", 2, "vm_taken", holder=ANN, until=at(1 + HOUR)),
        joined(BEN, 3, 1),
        refused(ANN, "renew", 4, "others_wait", n=1),
        call(ANN, "cancel", 5, answer=view(held=BEN, held_until=5 + HOLD)),
        refused(CLEO, "book", 6, "vm_held", holder=BEN, until=at(5 + HOLD)),
        book(BEN, 7),
        read(7 + HOUR),
        letters=[letter("waited", ANN, 3), letter("held", BEN, 5), letter("ended", BEN, 7 + HOUR)],
    )


def test_concurrent_calls_may_take_effect_in_either_order():
    late = call(BEN, "book", 0, 10, answer=view(BEN, 9 + HOUR))
    assert not found(call(ANN, "cancel", 8, answer=view()), book(ANN, 1), late)


def test_two_holders_are_found():
    assert "no correct server" in found(book(ANN, 1), book(BEN, 2))[0]


def test_two_holders_by_concurrent_calls_are_found():
    assert found(
        call(ANN, "book", 1, 3, answer=view(ANN, 2 + HOUR)), call(BEN, "book", 1, 3, answer=view(BEN, 2 + HOUR))
    )


def test_an_acknowledged_booking_that_is_gone_is_found():
    assert found(book(ANN, 1), read(2))


def test_an_acknowledged_renewal_that_is_gone_is_found():
    renewed = call(ANN, "renew", 2, answer=view(ANN, 1 + 2 * HOUR))
    assert not found(book(ANN, 1), renewed, read(3, holder=ANN, until=1 + 2 * HOUR))
    assert found(book(ANN, 1), renewed, read(3, holder=ANN, until=1 + HOUR))


def test_an_acknowledged_place_that_is_gone_is_found():
    waited = letter("waited", ANN, 2)
    assert not found(
        book(ANN, 1), joined(BEN, 2, 1), read(3, holder=ANN, until=1 + HOUR, queue=[(BEN, False, 2)]), letters=[waited]
    )
    assert found(book(ANN, 1), joined(BEN, 2, 1), read(3, holder=ANN, until=1 + HOUR), letters=[waited])


def test_a_refused_change_that_was_applied_is_found():
    no = refused(BEN, "book", 2, "vm_taken", holder=ANN, until=at(1 + HOUR))
    assert found(book(ANN, 1), no, read(3, holder=BEN, until=2 + HOUR))


def test_a_change_that_failed_and_was_applied_is_found():
    history = History()
    history.clock = Clock()
    history.add_operation(call(ANN, "book", 1, outcome=FAILED))
    history.board_reads = [BoardRead(2, 2, 1, {"vm": view(ANN, 1 + HOUR)})]
    assert checker.violations(history, Model(history.clock, HOLD * 1000, frozenset()))


def test_a_refusal_for_a_state_that_never_was_is_found():
    assert found(refused(BEN, "book", 2, "vm_taken", holder=ANN, until=at(1 + HOUR)))
    assert found(refused(BEN, "cancel", 1, "not_allowed", holder=ANN))


def test_a_refusal_with_an_unknown_code_is_found():
    assert found(refused(ANN, "book", 1, "out_of_order"))


def test_a_call_without_answer_may_have_taken_effect_or_not():
    lost = call(ANN, "book", 1, 2, outcome=UNKNOWN)
    assert not found(lost, read(3, holder=ANN, until=2 + HOUR))
    assert not found(lost, read(3))


def test_a_call_without_answer_takes_no_effect_after_the_server_has_ended():
    lost = call(ANN, "book", 1, 2, outcome=UNKNOWN)
    assert found(lost, read(3), read(4, holder=ANN, until=2 + HOUR))


def test_a_call_without_answer_may_take_effect_late_while_the_server_runs():
    lost = call(ANN, "book", 1, FOREVER, outcome=UNKNOWN)
    assert not found(lost, read(3), read(5, holder=ANN, until=4 + HOUR))


def test_a_call_without_answer_is_not_undone():
    lost = call(ANN, "book", 1, 2, outcome=UNKNOWN)
    assert found(lost, read(3, holder=ANN, until=2 + HOUR), read(4))


def test_serving_the_later_waiter_first_is_found():
    start = [book(ANN, 1), joined(BEN, 2, 1), joined(CLEO, 3, 2)]
    letters = [letter("waited", ANN, 2), letter("held", BEN, 4), letter("held", CLEO, 4)]
    freed = call(ANN, "cancel", 4, answer=view(held=CLEO, held_until=4 + HOLD, queue=[(BEN, False, 2)]))
    assert found(*start, freed, letters=letters)


def test_a_waiter_with_auto_gets_a_booking():
    start = [book(ANN, 1), joined(BEN, 2, 1, auto=True)]
    letters = [letter("waited", ANN, 2), letter("auto", BEN, 4)]
    assert not found(*start, call(ANN, "cancel", 4, answer=view(BEN, 4 + HOUR)), letters=letters)
    assert found(*start, call(ANN, "cancel", 4, answer=view(held=BEN, held_until=4 + HOLD)), letters=letters)


def test_an_admin_takes_a_held_machine_by_force_and_the_loser_waits_first():
    start = [book(ANN, 1), joined(BEN, 2, 1), joined(CLEO, 3, 2)]
    freed = call(ANN, "cancel", 4, answer=view(held=BEN, held_until=4 + HOLD, queue=[(CLEO, False, 3)]))
    waiting = [(BEN, False, 2), (CLEO, False, 3)]
    letters = [letter("waited", ANN, 2), letter("held", BEN, 4), letter("taken", BEN, 5), letter("waited", ADMIN, 5)]
    taken = call(ADMIN, "book", 5, force=True, answer=view(ADMIN, 5 + HOUR, queue=waiting))
    assert not found(*start, freed, taken, letters=letters)
    behind = call(ADMIN, "book", 5, force=True, answer=view(ADMIN, 5 + HOUR, queue=waiting[::-1]))
    assert found(*start, freed, behind, letters=letters)


def test_a_booking_that_ends_too_early_is_found():
    assert found(book(ANN, 1), read(HOUR - 1), letters=[letter("ended", ANN, HOUR - 1)])


def test_renewing_a_booking_that_has_ended_is_found():
    late = 1 + HOUR + 1
    assert found(book(ANN, 1), call(ANN, "renew", late, answer=view(ANN, 1 + 2 * HOUR)))


def test_a_clock_that_jumped_explains_an_early_end():
    clock = Clock()
    clock.jumped(10, 10.5, HOUR)
    assert not found(book(ANN, 1), read(11), letters=[letter("ended", ANN, 11 + HOUR)], clock=clock)
    assert found(book(ANN, 1), read(9), letters=[letter("ended", ANN, 9)], clock=clock)


def test_a_missing_letter_is_found():
    ended = [book(ANN, 1), call(ADMIN, "cancel", 2, answer=view())]
    assert not found(*ended, letters=[letter("released", ANN, 2)])
    assert "letter is missing" in found(*ended)[0]


@pytest.mark.parametrize("wrong", [letter("released", BEN, 2), letter("released", ANN, 2, 2), letter("held", ANN, 2)])
def test_a_letter_without_a_cause_is_found(wrong):
    ended = [book(ANN, 1), call(ADMIN, "cancel", 2, answer=view())]
    assert "did not happen" in found(*ended, letters=[letter("released", ANN, 2), wrong])[0]


def test_a_letter_shows_that_a_call_without_answer_took_effect():
    lost = [book(ANN, 1), call(ADMIN, "cancel", 2, 3, outcome=UNKNOWN)]
    assert not found(*lost, read(4), letters=[letter("released", ANN, 2)])
    assert found(*lost, read(4))
    assert found(*lost, read(4, holder=ANN, until=1 + HOUR), letters=[letter("released", ANN, 2)])


def test_a_letter_that_comes_before_its_cause_is_found():
    early = letter("released", ANN, 2, received=1.5)
    ended = [book(ANN, 1), read(1.8, holder=ANN, until=1 + HOUR), call(ADMIN, "cancel", 2, answer=view())]
    assert "did not happen" in found(*ended, letters=[early])[0]


def test_an_end_after_the_last_call_explains_its_letter():
    assert not found(book(ANN, 1), letters=[letter("ended", ANN, 1 + HOUR)])
    assert found(book(ANN, 1), letters=[letter("ended", ANN, HOUR - 1)])


def test_each_reminder_of_an_end_comes_once():
    booked, renewed = book(ANN, 1), call(ANN, "renew", 3300, answer=view(ANN, 1 + 2 * HOUR))
    first, second = letter("reminder", ANN, 2500, 1), letter("reminder", ANN, 3100, 2)
    again = letter("reminder", ANN, 1 + HOUR + 2400, 3)
    end = read(2 * HOUR - 2, holder=ANN, until=1 + 2 * HOUR)
    assert not found(booked, renewed, end, letters=[first, second, again])
    assert not found(booked, renewed, end, letters=[second, again]), "of several missed only the last is sent"
    assert found(booked, renewed, end, letters=[first, second, letter("reminder", ANN, 3200, 4)])
    assert found(booked, letters=[letter("reminder", ANN, 2300)]), "too early"


def test_many_late_letters_can_be_decided():
    """The checker knows when the clock showed which second. Otherwise each letter could be of any second before it."""
    calls, letters = [], []
    for start in range(0, 40 * HOUR, 2 * HOUR):
        calls += [book(ANN, start + 1), read(start + 3200, holder=ANN, until=start + 1 + HOUR)]
        letters += [
            letter("reminder", ANN, start + 2402, start, received=100 * HOUR),
            letter("reminder", ANN, start + 3002, start + 1, received=100 * HOUR),
            letter("ended", ANN, start + 1 + HOUR, start, received=100 * HOUR),
        ]
    assert not found(*calls, letters=letters)
    letters.remove(letter("ended", ANN, 1 + HOUR, 0, received=100 * HOUR))
    assert "letter is missing" in found(*calls, letters=letters)[0]


def test_a_letter_is_matched_with_one_showing_of_a_repeated_second():
    clock = Clock()
    clock.jumped(10, 10, -5)  # the clock shows the seconds from 5 to 10 twice
    before = [book(ANN, 6), call(ADMIN, "cancel", 7, answer=view())]
    after = [call(ANN, "book", 11, answer=view(ANN, 6 + HOUR)), call(ADMIN, "cancel", 12, answer=view())]
    first, second = letter("released", ANN, 7, 1, received=8), letter("released", ANN, 7, 2, received=20)
    assert not found(*before, *after, letters=[first, second], clock=clock)
    assert "letter is missing" in found(*before, *after, letters=[second], clock=clock)[0]
    early = letter("released", ANN, 7, 2, received=9)
    assert found(*before, *after, letters=[first, early], clock=clock), "both came before the second showing"


def test_a_letter_of_a_second_that_the_clock_never_showed_is_found():
    clock = Clock()
    clock.jumped(50, 50, 300)
    booked = call(ANN, "book", 1, answer=view(ANN, 100), hours=99 / HOUR)
    assert not found(booked, read(60), letters=[letter("ended", ANN, 350, received=61)], clock=clock)
    assert found(booked, read(60), letters=[letter("ended", ANN, 200, received=61)], clock=clock)
    strange = [letter("ended", ANN, 350, received=61), letter("held", BEN, 200)]
    assert "did not happen" in found(booked, read(60), letters=strange, clock=clock)[0], "sent or not"


def test_a_reminder_that_was_due_before_the_booking_is_found():
    short = call(ANN, "book", 1, answer=view(ANN, 301), hours=300 / HOUR)
    assert found(short, read(200, holder=ANN, until=301), letters=[letter("reminder", ANN, 2)])


def test_a_revision_that_goes_back_is_found():
    boards = [BoardRead(1, 2, 5, {}), BoardRead(3, 4, 4, {})]
    assert "after revision 5" in checker.check_revisions(boards, {})[0]
    assert not checker.check_revisions([BoardRead(1, 3, 5, {}), BoardRead(2, 4, 4, {})], {}), "the two reads overlap"


def test_a_revision_with_two_states_is_found():
    free, taken = view(), view(ANN, HOUR)
    assert checker.check_revisions([BoardRead(1, 2, 5, {"vm": free}), BoardRead(3, 4, 5, {"vm": taken})], {})
    assert checker.check_revisions([BoardRead(1, 2, 5, {"vm": free})], {5: {"revision": 5, "vms": [taken]}})
    assert not checker.check_revisions([BoardRead(1, 2, 5, {"vm": free})], {5: {"revision": 5, "vms": [free]}})
