"""POST /book"""

import pytest

from support.answers import done, refusal
from support.inventory import from_now, moment


def test_a_free_machine_is_booked_for_the_hours_asked(bob, vm):
    booked = done(bob.book(vm, 2.5, note="release 4"))
    assert (booked["id"], booked["state"], booked["booked_by"]) == (vm, "booked", "bob@example.com")
    assert booked["note"] == "release 4"
    assert abs(moment(booked["expires_at"]) - from_now(hours=2.5)).total_seconds() < 60
    assert bob.vm(vm) == booked


def test_the_answer_is_on_disk_when_it_arrives(bob, vm, server):
    booked = done(bob.book(vm))
    stored = server.stored_vm(vm)
    assert stored["booked_by"] == "bob@example.com"
    assert stored["expires_at"] == booked["expires_at"]


def test_the_booking_goes_into_the_history(newcomer, vm):
    booked = done(newcomer.book(vm))
    [record] = newcomer.history()
    assert (record["vm_id"], record["action"]) == (vm, "book")
    assert record["end"] == booked["expires_at"]
    assert moment(record["start"]) <= from_now()


def test_the_refusal_of_a_taken_machine_names_holder_and_end(bob, carol, vm):
    booked = done(bob.book(vm))
    answer = carol.book(vm)
    assert refusal(answer) == (409, "vm_taken")
    assert answer.json()["holder"] == "bob@example.com"
    assert answer.json()["until"] == booked["expires_at"]
    assert carol.vm(vm) == booked


def test_the_holder_cannot_book_the_machine_again(bob, vm):
    booked = done(bob.book(vm, 1))
    assert refusal(bob.book(vm, 2)) == (409, "vm_taken")
    assert bob.vm(vm) == booked
    assert bob.actions(vm) == ["book"]


def test_not_even_an_admin_books_over_somebody(alice, bob, vm):
    done(bob.book(vm))
    assert refusal(alice.book(vm)) == (409, "vm_taken")


def test_an_unknown_machine_cannot_be_booked(bob):
    assert refusal(bob.book("no-such-machine")) == (404, "no_such_vm")


def test_a_stranger_cannot_book(charlie, vm):
    assert refusal(charlie.book(vm)) == (401, "not_signed_in")
    assert charlie.vm(vm)["state"] == "free"


@pytest.mark.parametrize("hours", [24.001, 1000, 1e308, 10**30])
def test_the_refusal_of_too_many_hours_names_the_maximum(bob, vm, hours):
    answer = bob.book(vm, hours)
    assert refusal(answer) == (400, "bad_input")
    assert (answer.json()["field"], answer.json()["max"]) == ("hours", 24)
    assert "24" in answer.json()["error"]
    assert bob.vm(vm)["state"] == "free"


@pytest.mark.parametrize("hours", [0, 1e-300, 5e-324, 0.00009])
def test_the_refusal_of_too_few_hours_names_the_minimum(bob, make_vm, make_group, hours):
    """The minimum is the same in every call with hours: a shorter booking would end before anybody knows of it."""
    free, own = make_vm(), make_vm()
    group = make_group(free, own)
    done(bob.book(own))
    for answer in (
        bob.book(free, hours),
        bob.post("/book", {"vm_ids": [free], "hours": hours}),
        bob.book_any(group, hours),
        bob.renew(own, hours),
        bob.join(group, hours),
    ):
        assert refusal(answer) == (400, "bad_input")
        assert (answer.json()["field"], answer.json()["min"]) == ("hours", 0.0001)
        assert "0.0001" in answer.json()["error"]
    assert (bob.vm(free)["state"], bob.queue(group)) == ("free", [])


def test_the_fewest_hours_are_accepted(bob, vm):
    done(bob.book(vm, 0.0001))


@pytest.mark.parametrize("hours", [0, -1, -1e308, 10**400, -(10**30)])
def test_bad_hours_are_refused(bob, vm, hours):
    answer = bob.book(vm, hours)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "hours"
    assert bob.vm(vm)["state"] == "free"


def test_a_whole_day_and_a_fraction_of_an_hour_are_fine(bob, make_vm):
    done(bob.book(make_vm(), 24))
    done(bob.book(make_vm(), 0.25))


def test_a_note_may_have_200_letters_and_no_more(bob, make_vm):
    assert done(bob.book(make_vm(), note="ы" * 200))["note"] == "ы" * 200
    vm = make_vm()
    answer = bob.book(vm, note="ы" * 201)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "note"
    assert bob.vm(vm)["state"] == "free"


def test_a_note_may_contain_any_characters(bob, vm):
    note = "<img src=x onerror=alert(1)> \"quotes\" & 'more' {{7*7}} 🎉"
    assert done(bob.book(vm, note=note))["note"] == note


def test_unknown_fields_are_ignored(bob, vm):
    booked = done(bob.book(vm, booked_by="carol@example.com", expires_at="2001-01-01T00:00:00Z", extra=[1, {}]))
    assert booked["booked_by"] == "bob@example.com"
    assert moment(booked["expires_at"]) > from_now()


def test_a_machine_that_was_released_can_be_booked_by_the_next(bob, carol, vm):
    done(bob.book(vm, note="mine"))
    done(bob.cancel(vm))
    booked = done(carol.book(vm))
    assert booked["booked_by"] == "carol@example.com"
    assert booked["note"] == "", "the note ended with the booking before"
