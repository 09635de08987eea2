"""POST /note"""

import pytest

from support.answers import done, refusal
from support.listener import Listener


def test_the_holder_changes_the_note_and_the_booking_stays(bob, carol, vm):
    booked = done(bob.book(vm, note="release 4.2"))
    changed = done(bob.change_note(vm, " release 4.3 "))
    assert changed == booked | {"note": "release 4.3"} == carol.vm(vm)
    assert done(bob.change_note(vm, ""))["note"] == ""


def test_an_admin_changes_it_too_and_the_holder_is_told(alice, bob, carol, vm):
    done(bob.book(vm, note="before"))
    with Listener(bob) as bobs, Listener(carol) as carols:
        done(bob.change_note(vm, "by bob"))
        done(alice.change_note(vm, "by alice"))
        told = bobs.wait_for("notification", kind="note_changed")
        assert (told["by"], told["vm_id"]) == (alice.email, vm)
        assert "alice@example.com" in told["msg"]
        carols.wait_for_change(alice.state()["revision"])
        assert len(bobs.notifications("note_changed")) == 1, "nobody is told of what they did themselves"
        assert carols.notifications("note_changed") == []


def test_a_note_that_was_changed_meanwhile_is_not_overwritten(bob, vm):
    booked = done(bob.book(vm, note="before"))
    present = done(bob.change_note(vm, "tab 1", was="before", booked_at=booked["booked_at"]))
    answer = bob.change_note(vm, "tab 2", was="before")
    assert refusal(answer) == (409, "changed")
    assert answer.json()["vm"] == present == bob.vm(vm)
    done(bob.cancel(vm))
    done(bob.book(vm))
    assert refusal(bob.change_note(vm, "x", booked_at=booked["booked_at"])) == (409, "changed")


def test_only_a_booking_has_a_note_and_only_its_holder_or_an_admin_changes_it(bob, carol, charlie, vm):
    assert refusal(bob.change_note(vm, "x")) == (409, "not_booked")
    assert refusal(bob.change_note("no-such-machine", "x")) == (404, "no_such_vm")
    done(bob.book(vm, note="mine"))
    assert refusal(carol.change_note(vm, "x")) == (403, "not_allowed")
    assert refusal(charlie.change_note(vm, "x")) == (401, "not_signed_in")
    assert bob.vm(vm)["note"] == "mine"


@pytest.mark.parametrize("note", [None, 7, "x" * 201, "a\nb"])
def test_a_bad_note_is_refused(bob, vm, note):
    done(bob.book(vm, note="mine"))
    answer = bob.change_note(vm, note)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == "note"
    assert bob.vm(vm)["note"] == "mine"


def test_a_note_in_the_same_words_changes_nothing(bob, vm):
    done(bob.book(vm, note="mine"))
    revision = bob.state()["revision"]
    done(bob.change_note(vm, "mine"))
    assert bob.state()["revision"] == revision
