"""POST /hand-over"""

import pytest

from support.answers import done, refusal
from support.inventory import inventory, machine
from support.listener import Listener
from support.people import Person


def test_the_receiver_has_the_machine_until_the_same_end(bob, carol, vm):
    booked = done(bob.book(vm, note="soak", heartbeat_minutes=60))
    given = done(bob.hand_over(vm, f" {carol.email.upper()} "))
    assert given["booked_at"] > booked["booked_at"]
    same = {"booked_by": carol.email, "heartbeat_minutes": None, "booked_at": given["booked_at"]}
    assert given == booked | same == bob.vm(vm)
    assert refusal(bob.cancel(vm)) == (403, "not_allowed")
    assert refusal(bob.heartbeat(vm)) == (403, "not_allowed")
    done(carol.renew(vm))
    done(carol.cancel(vm))


def test_both_histories_name_the_other_person(bob, carol, vm):
    done(bob.book(vm))
    given = done(bob.hand_over(vm, carol.email))
    mine, theirs = bob.history()[-1], carol.history()[-1]
    begun = given["booked_at"]
    assert mine == {"vm_id": vm, "start": begun, "end": begun, "action": "hand_over", "person": carol.email}
    assert theirs == {
        "vm_id": vm,
        "start": begun,
        "end": given["expires_at"],
        "action": "receive",
        "person": bob.email,
    }


def test_the_receiver_is_told_by_whom_and_until_when(alice, bob, carol, vm):
    done(bob.book(vm))
    with Listener(bob) as bobs, Listener(carol) as carols:
        given = done(bob.hand_over(vm, carol.email))
        received = carols.wait_for("notification", kind="received")
        assert (received["by"], received["until"], received["vm_id"]) == (bob.email, given["expires_at"], vm)
        assert f"{bob.email} handed {vm} over to you: it is yours until" in received["msg"]
        told = bobs.wait_for("notification", kind="handed_over")
        assert told["msg"] == f"{bob.email} handed {vm} over to {carol.email}"
        done(alice.hand_over(vm, bob.email))
        told = carols.wait_for("notification", kind="handed_over", to=carol.email)
        assert told["msg"] == f"{alice.email} handed over {vm}, which {carol.email} had booked, to {bob.email}"
        assert bobs.wait_for("notification", kind="received")["by"] == alice.email


def test_several_at_once_or_none(bob, carol, make_vm):
    one, other = make_vm(), make_vm()
    booked = {vm: done(bob.book(vm))["booked_at"] for vm in (one, other)}
    answer = bob.post(
        "/hand-over", {"vm_ids": [one, other], "email": carol.email, "bookings": {one: "2020-01-01T00:00Z"}}
    )
    assert (refusal(answer), answer.json()["vm_id"]) == ((409, "changed"), one)
    vms = done(bob.post("/hand-over", {"vm_ids": [one, other], "email": carol.email, "bookings": booked}))["vms"]
    assert [(vm["id"], vm["booked_by"]) for vm in vms] == [(one, carol.email), (other, carol.email)]


def test_the_very_booking_may_be_named(alice, bob, carol, vm):
    booked = done(bob.book(vm))
    done(bob.hand_over(vm, carol.email, booked_at=booked["booked_at"]))
    answer = alice.hand_over(vm, bob.email, booked_at=booked["booked_at"])
    assert (refusal(answer), answer.json()["vm"]) == ((409, "changed"), bob.vm(vm))


def test_only_to_somebody_known_who_does_not_have_it(bob, carol, vm):
    assert refusal(bob.hand_over(vm, carol.email)) == (409, "not_booked")
    assert refusal(bob.hand_over("no-such-machine", carol.email)) == (404, "no_such_vm")
    done(bob.book(vm))
    answer = bob.hand_over(vm, "nobody@example.com")
    assert (refusal(answer), answer.json()["field"]) == ((404, "no_such_user"), "email")
    unknown = "Nobody with the address nobody@example.com has signed in here, or has been invited."
    assert answer.json()["error"] == f"{unknown} An admin can invite them."
    answer = bob.hand_over(vm, bob.email)
    assert (refusal(answer), answer.json()["error"]) == ((409, "is_yours"), f"{vm} is already booked by {bob.email}.")
    assert refusal(carol.hand_over(vm, carol.email)) == (403, "not_allowed")
    assert bob.vm(vm)["booked_by"] == bob.email


@pytest.mark.parametrize("email", ["", "bob", 7, None, ["bob@example.com"]])
def test_what_is_no_address_is_refused(bob, vm, email):
    done(bob.book(vm))
    answer = bob.hand_over(vm, email)
    assert (refusal(answer), answer.json()["field"]) == ((400, "bad_input"), "email")


def test_the_receivers_limit_is_told_and_an_admin_goes_over_it(start):
    server = start(inventory([machine(vm_id) for vm_id in "ab"]), LOADZONE_MAX_MACHINES="1")
    ann, bob, admin = (Person(server, f"{name}@example.com").sign_in() for name in ("ann", "bob", "alice"))
    done(ann.book("a"))
    done(bob.book("b"))
    for person, force in ((ann, True), (admin, False)):
        answer = person.hand_over("a", bob.email, force=force)
        assert (refusal(answer), answer.json()["email"]) == ((409, "over_limit"), bob.email)
        assert answer.json()["error"] == "bob@example.com can have at most 1 machine at a time, and they have 1 now."
    assert done(admin.hand_over("a", bob.email, force=True))["booked_by"] == bob.email
