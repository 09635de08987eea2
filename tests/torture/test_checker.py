"""The checker on histories made by hand: good ones pass, and each kind of violation is found."""

from datetime import datetime, timezone

import pytest

from torture import checker
from torture.history import FAILED, FOREVER, OK, REFUSED, UNKNOWN, Clock, Op, Record, Seen, Told
from torture.model import Model

ANN, BEN, CLEO, ADMIN = "ann@example.com", "ben@example.com", "cleo@example.com", "alice@example.com"
HOUR = 3600
HOLD = 15 * 60
REMIND = (20 * 60_000, 10 * 60_000)


def at(seconds: float) -> str:
    """The server's clock begins at midnight, and shows the seconds of the tests."""
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


def call(who, name, begun, ended=None, answer=None, outcome=OK, **asked):
    if name in ("book", "renew", "join"):
        asked.setdefault("hours", 1)
    if name == "join":
        asked.setdefault("auto", False)
    return Op(who, name, "vm", begun, begun if ended is None else ended, outcome, asked, answer or {})


def book(who, begun, **more):
    return call(who, "book", begun, answer=view(who, begun + HOUR), **more)


def look(begun, **seen):
    return Op("reader", "look", "vm", begun, begun, answer=view(**seen))


def refused(who, name, begun, code, **facts):
    return call(who, name, begun, outcome=REFUSED, answer={"code": code, **facts})


def joined(who, begun, position, status="ok", **asked):
    return call(who, "join", begun, answer={"status": status, "position": position}, **asked)


def letter(kind, to, created, number=1, received=FOREVER):
    return Told(f"{kind}-{to}-{number}", kind, "vm", to, created, received)


def found(*calls, letters=(), clock=None):
    model = Model(clock or Clock(), HOLD * 1000, frozenset({ADMIN}), REMIND)
    return checker.machine(list(calls), list(letters), model)


def test_a_quiet_day_is_in_order():
    assert not found(
        book(ANN, 1),
        refused(BEN, "book", 2, "vm_taken", holder=ANN, until=at(1 + HOUR)),
        joined(BEN, 3, 1),
        refused(ANN, "renew", 4, "others_wait", n=1),
        call(ANN, "cancel", 5, answer=view(held=BEN, held_until=5 + HOLD)),
        refused(CLEO, "book", 6, "vm_held", holder=BEN, until=at(5 + HOLD)),
        book(BEN, 7),
        look(7 + HOUR),
        letters=[letter("waited", ANN, 3), letter("held", BEN, 5), letter("ended", BEN, 7 + HOUR)],
    )


def test_calls_at_once_may_have_happened_in_either_order():
    late = call(BEN, "book", 0, 10, answer=view(BEN, 9 + HOUR))
    assert not found(call(ANN, "cancel", 8, answer=view()), book(ANN, 1), late)


def test_two_holders_are_found():
    assert "no correct server" in found(book(ANN, 1), book(BEN, 2))[0]


def test_two_holders_in_calls_at_once_are_found():
    assert found(
        call(ANN, "book", 1, 3, answer=view(ANN, 2 + HOUR)), call(BEN, "book", 1, 3, answer=view(BEN, 2 + HOUR))
    )


def test_an_acknowledged_booking_that_is_gone_is_found():
    assert found(book(ANN, 1), look(2))


def test_an_acknowledged_renewal_that_is_gone_is_found():
    renewed = call(ANN, "renew", 2, answer=view(ANN, 1 + 2 * HOUR))
    assert not found(book(ANN, 1), renewed, look(3, holder=ANN, until=1 + 2 * HOUR))
    assert found(book(ANN, 1), renewed, look(3, holder=ANN, until=1 + HOUR))


def test_an_acknowledged_place_that_is_gone_is_found():
    waits = letter("waited", ANN, 2)
    assert not found(
        book(ANN, 1), joined(BEN, 2, 1), look(3, holder=ANN, until=1 + HOUR, queue=[(BEN, False, 2)]), letters=[waits]
    )
    assert found(book(ANN, 1), joined(BEN, 2, 1), look(3, holder=ANN, until=1 + HOUR), letters=[waits])


def test_a_refused_change_that_was_applied_is_found():
    no = refused(BEN, "book", 2, "vm_taken", holder=ANN, until=at(1 + HOUR))
    assert found(book(ANN, 1), no, look(3, holder=BEN, until=2 + HOUR))


def test_a_change_that_failed_and_was_applied_is_found():
    record = Record()
    record.clock = Clock()
    record.op(call(ANN, "book", 1, outcome=FAILED))
    record.boards = [Seen(2, 2, 1, {"vm": view(ANN, 1 + HOUR)})]
    assert checker.violations(record, Model(record.clock, HOLD * 1000, frozenset()))


def test_a_refusal_for_what_never_was_is_found():
    assert found(refused(BEN, "book", 2, "vm_taken", holder=ANN, until=at(1 + HOUR)))
    assert found(refused(BEN, "cancel", 1, "not_allowed", holder=ANN))


def test_a_refusal_nobody_knows_is_found():
    assert found(refused(ANN, "book", 1, "out_of_order"))


def test_what_had_no_answer_may_have_happened_or_not():
    lost = call(ANN, "book", 1, 2, outcome=UNKNOWN)
    assert not found(lost, look(3, holder=ANN, until=2 + HOUR))
    assert not found(lost, look(3))


def test_what_had_no_answer_does_not_happen_after_the_server_died():
    lost = call(ANN, "book", 1, 2, outcome=UNKNOWN)
    assert found(lost, look(3), look(4, holder=ANN, until=2 + HOUR))


def test_what_had_no_answer_and_no_death_may_happen_late():
    lost = call(ANN, "book", 1, FOREVER, outcome=UNKNOWN)
    assert not found(lost, look(3), look(5, holder=ANN, until=4 + HOUR))


def test_what_had_no_answer_does_not_come_and_go():
    lost = call(ANN, "book", 1, 2, outcome=UNKNOWN)
    assert found(lost, look(3, holder=ANN, until=2 + HOUR), look(4))


def test_who_comes_later_is_not_served_first():
    start = [book(ANN, 1), joined(BEN, 2, 1), joined(CLEO, 3, 2)]
    letters = [letter("waited", ANN, 2), letter("held", BEN, 4), letter("held", CLEO, 4)]
    freed = call(ANN, "cancel", 4, answer=view(held=CLEO, held_until=4 + HOLD, queue=[(BEN, False, 2)]))
    assert found(*start, freed, letters=letters)


def test_who_waits_with_auto_is_booked():
    start = [book(ANN, 1), joined(BEN, 2, 1, auto=True)]
    letters = [letter("waited", ANN, 2), letter("auto", BEN, 4)]
    assert not found(*start, call(ANN, "cancel", 4, answer=view(BEN, 4 + HOUR)), letters=letters)
    assert found(*start, call(ANN, "cancel", 4, answer=view(held=BEN, held_until=4 + HOLD)), letters=letters)


def test_by_force_an_admin_takes_what_is_held_and_who_lost_it_waits_in_front():
    start = [book(ANN, 1), joined(BEN, 2, 1), joined(CLEO, 3, 2)]
    freed = call(ANN, "cancel", 4, answer=view(held=BEN, held_until=4 + HOLD, queue=[(CLEO, False, 3)]))
    waiting = [(BEN, False, 2), (CLEO, False, 3)]
    letters = [letter("waited", ANN, 2), letter("held", BEN, 4), letter("taken", BEN, 5), letter("waited", ADMIN, 5)]
    taken = call(ADMIN, "book", 5, force=True, answer=view(ADMIN, 5 + HOUR, queue=waiting))
    assert not found(*start, freed, taken, letters=letters)
    behind = call(ADMIN, "book", 5, force=True, answer=view(ADMIN, 5 + HOUR, queue=waiting[::-1]))
    assert found(*start, freed, behind, letters=letters)


def test_a_booking_that_ends_too_early_is_found():
    assert found(book(ANN, 1), look(HOUR - 1), letters=[letter("ended", ANN, HOUR - 1)])


def test_a_booking_that_is_over_cannot_be_renewed():
    late = 1 + HOUR + 1
    assert found(book(ANN, 1), call(ANN, "renew", late, answer=view(ANN, 1 + 2 * HOUR)))


def test_a_clock_that_jumped_explains_an_early_end():
    clock = Clock()
    clock.jumped(10, 10.5, HOUR)
    assert not found(book(ANN, 1), look(11), letters=[letter("ended", ANN, 11 + HOUR)], clock=clock)
    assert found(book(ANN, 1), look(9), letters=[letter("ended", ANN, 9)], clock=clock)


def test_a_letter_that_never_came_is_found():
    ended = [book(ANN, 1), call(ADMIN, "cancel", 2, answer=view())]
    assert not found(*ended, letters=[letter("released", ANN, 2)])
    assert "letter is missing" in found(*ended)[0]


@pytest.mark.parametrize("wrong", [letter("released", BEN, 2), letter("released", ANN, 2, 2), letter("held", ANN, 2)])
def test_a_letter_for_what_did_not_happen_is_found(wrong):
    ended = [book(ANN, 1), call(ADMIN, "cancel", 2, answer=view())]
    assert "did not happen" in found(*ended, letters=[letter("released", ANN, 2), wrong])[0]


def test_a_letter_of_what_had_no_answer_says_that_it_happened():
    lost = [book(ANN, 1), call(ADMIN, "cancel", 2, 3, outcome=UNKNOWN)]
    assert not found(*lost, look(4), letters=[letter("released", ANN, 2)])
    assert found(*lost, look(4))
    assert found(*lost, look(4, holder=ANN, until=1 + HOUR), letters=[letter("released", ANN, 2)])


def test_a_letter_that_comes_before_what_it_tells_of_is_found():
    early = letter("released", ANN, 2, received=1.5)
    ended = [book(ANN, 1), look(1.8, holder=ANN, until=1 + HOUR), call(ADMIN, "cancel", 2, answer=view())]
    assert "did not happen" in found(*ended, letters=[early])[0]


def test_what_happened_after_the_last_call_explains_its_letters():
    assert not found(book(ANN, 1), letters=[letter("ended", ANN, 1 + HOUR)])
    assert found(book(ANN, 1), letters=[letter("ended", ANN, HOUR - 1)])


def test_reminders_come_once_each_for_an_end():
    booked, renewed = book(ANN, 1), call(ANN, "renew", 3300, answer=view(ANN, 1 + 2 * HOUR))
    first, second = letter("reminder", ANN, 2500, 1), letter("reminder", ANN, 3100, 2)
    again = letter("reminder", ANN, 1 + HOUR + 2400, 3)
    end = look(2 * HOUR - 2, holder=ANN, until=1 + 2 * HOUR)
    assert not found(booked, renewed, end, letters=[first, second, again])
    assert not found(booked, renewed, end, letters=[second, again]), "of several missed only the last is sent"
    assert found(booked, renewed, end, letters=[first, second, letter("reminder", ANN, 3200, 4)])
    assert found(booked, letters=[letter("reminder", ANN, 2300)]), "too early"


def test_reminders_that_came_late_are_decided_one_by_one():
    """Each might be of any second that the clock showed until it came, were it not known when it showed which."""
    calls, letters = [], []
    for start in range(0, 40 * HOUR, 2 * HOUR):
        calls += [book(ANN, start + 1), look(start + 3200, holder=ANN, until=start + 1 + HOUR)]
        letters += [
            letter("reminder", ANN, start + 2402, start, received=100 * HOUR),
            letter("reminder", ANN, start + 3002, start + 1, received=100 * HOUR),
            letter("ended", ANN, start + 1 + HOUR, start, received=100 * HOUR),
        ]
    assert not found(*calls, letters=letters)
    letters.remove(letter("ended", ANN, 1 + HOUR, 0, received=100 * HOUR))
    assert "letter is missing" in found(*calls, letters=letters)[0]


def test_a_letter_is_not_of_a_second_that_the_clock_shows_again():
    clock = Clock()
    clock.jumped(10, 10, -5)  # the seconds from 5 to 10 come twice
    before = [book(ANN, 6), call(ADMIN, "cancel", 7, answer=view())]
    after = [call(ANN, "book", 11, answer=view(ANN, 6 + HOUR)), call(ADMIN, "cancel", 12, answer=view())]
    first, second = letter("released", ANN, 7, 1, received=8), letter("released", ANN, 7, 2, received=20)
    assert not found(*before, *after, letters=[first, second], clock=clock)
    assert "letter is missing" in found(*before, *after, letters=[second], clock=clock)[0]
    early = letter("released", ANN, 7, 2, received=9)
    assert found(*before, *after, letters=[first, early], clock=clock), "both came before the clock showed it again"


def test_a_letter_of_a_second_that_the_clock_never_showed_is_found():
    clock = Clock()
    clock.jumped(50, 50, 300)
    booked = call(ANN, "book", 1, answer=view(ANN, 100), hours=99 / HOUR)
    assert not found(booked, look(60), letters=[letter("ended", ANN, 350, received=61)], clock=clock)
    assert found(booked, look(60), letters=[letter("ended", ANN, 200, received=61)], clock=clock)
    strange = [letter("ended", ANN, 350, received=61), letter("held", BEN, 200)]
    assert "did not happen" in found(booked, look(60), letters=strange, clock=clock)[0], "sent or not"


def test_a_reminder_that_fell_due_before_the_booking_is_not_sent():
    short = call(ANN, "book", 1, answer=view(ANN, 301), hours=300 / HOUR)
    assert found(short, look(200, holder=ANN, until=301), letters=[letter("reminder", ANN, 2)])


def test_a_revision_that_goes_back_is_found():
    boards = [Seen(1, 2, 5, {}), Seen(3, 4, 4, {})]
    assert "after revision 5" in checker.revisions(boards, {})[0]
    assert not checker.revisions([Seen(1, 3, 5, {}), Seen(2, 4, 4, {})], {}), "they overlap"


def test_a_revision_of_two_states_is_found():
    free, taken = view(), view(ANN, HOUR)
    assert checker.revisions([Seen(1, 2, 5, {"vm": free}), Seen(3, 4, 5, {"vm": taken})], {})
    assert checker.revisions([Seen(1, 2, 5, {"vm": free})], {5: {"revision": 5, "vms": [taken]}})
    assert not checker.revisions([Seen(1, 2, 5, {"vm": free})], {5: {"revision": 5, "vms": [free]}})
