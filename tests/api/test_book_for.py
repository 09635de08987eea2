"""`email` in POST /book: an admin books for somebody else."""

import pytest

from support.answers import done, refusal
from support.listener import Listener


def test_the_person_has_the_machine_and_is_told(alice, bob, carol, vm):
    with Listener(bob) as bobs, Listener(carol) as carols:
        booked = done(alice.book(vm, 2, note="soak", email=f" {bob.email.upper()}"))
        assert (booked["booked_by"], booked["via"]) == (bob.email, None)
        told = bobs.wait_for("notification", kind="booked_for")
        assert (told["by"], told["until"]) == (alice.email, booked["expires_at"])
        assert f"{alice.email} booked {vm} for you: it is yours until" in told["msg"]
        told = carols.wait_for("notification", kind="booked")
        assert told["msg"] == f"{alice.email} booked {vm} for {bob.email}, for 2 hours"
    assert bob.history()[-1]["person"] == alice.email
    done(bob.cancel(vm))


def test_several_machines_and_some_of_a_group_by_an_admins_token(alice, bob, make_vm, make_group):
    one, other, third = make_vm(), make_vm(), make_vm()
    program = alice.program(done(alice.make_token("for bob"), 201)["token"])
    vms = done(program.post("/book", {"vm_ids": [one, other], "hours": 1, "email": bob.email}))["vms"]
    vms += done(program.book_any(make_group(third), email=bob.email))["vms"]
    assert [(vm["id"], vm["booked_by"], vm["via"]) for vm in vms] == [
        (vm, bob.email, None) for vm in (one, other, third)
    ]
    for token in done(alice.tokens()):
        done(alice.revoke(token["id"]))


def test_a_member_books_for_themselves_alone(bob, carol, vm):
    assert refusal(bob.book(vm, email=carol.email)) == (403, "not_allowed")
    assert refusal(bob.book(vm, email="nobody@example.com")) == (403, "not_allowed")
    assert done(bob.book(vm, email=bob.email))["booked_by"] == bob.email


def test_somebody_unknown_is_named(alice, vm):
    answer = alice.book(vm, email="nobody@example.com")
    assert (refusal(answer), answer.json()["field"]) == ((404, "no_such_user"), "email")
    assert alice.vm(vm)["state"] == "free"


@pytest.mark.parametrize("email", ["", "bob", 7, ["bob@example.com"]])
def test_what_is_no_address_is_refused(alice, vm, email):
    answer = alice.book(vm, email=email)
    assert (refusal(answer), answer.json()["field"]) == ((400, "bad_input"), "email")
