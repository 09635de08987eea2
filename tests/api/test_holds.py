"""A machine that comes free is held for the person who has waited longest, who books it, passes it on, or loses it."""

import pytest

from support.answers import done, refusal
from support.inventory import from_now, moment
from support.people import Person
from support.waiting import eventually


@pytest.fixture(scope="module")
def short_hold_server(medium, tmp_path_factory):
    """A server that holds a machine for 1.2 seconds."""
    with medium.running(tmp_path_factory.mktemp("short-hold"), LOADZONE_HOLD_MINUTES="0.02") as server:
        yield server


@pytest.fixture
def short_hold_people(short_hold_server):
    """People on that server: an admin and two others."""
    return [Person(short_hold_server, email).sign_in() for email in ("alice@example.com", None, None)]


@pytest.fixture
def waited_for(bob, carol, vm):
    """A machine that bob has booked and carol waits for; she wants it for two hours."""
    done(bob.book(vm))
    done(carol.join(vm, 2))
    return vm


@pytest.fixture
def held(bob, waited_for):
    """A machine that is held for carol after bob has released it."""
    done(bob.cancel(waited_for))
    return waited_for


def is_held_for(person: Person, machine: dict) -> bool:
    return (machine["state"], machine["held_for"]) == ("held", person.email)


def test_a_released_machine_is_held_for_the_first_in_the_queue(bob, carol, waited_for):
    answer = done(bob.cancel(waited_for))
    assert is_held_for(carol, answer)
    assert answer == carol.vm(waited_for)
    assert abs(moment(answer["held_until"]) - from_now(minutes=15)).total_seconds() < 60
    assert answer["booked_by"] is answer["expires_at"] is None
    assert answer["queue"] == []
    assert answer["held_hours"] == 2
    assert bob.actions(waited_for)[-1] == "cancel"
    assert carol.actions(waited_for) == [], "a hold is not a booking"


def test_a_machine_whose_booking_ended_is_held(bob, carol, vm):
    done(bob.book(vm, 4 / 3600))
    done(carol.join(vm))
    eventually(lambda: is_held_for(carol, bob.vm(vm)))
    assert bob.actions(vm) == ["book", "release"]


def test_a_machine_that_an_admin_released_is_held(alice, carol, waited_for):
    assert is_held_for(carol, done(alice.cancel(waited_for, reason="needed")))


def test_a_machine_that_comes_back_into_service_is_held(alice, bob, carol, waited_for):
    done(alice.edit_vm(waited_for, maintenance="disk swap"))
    assert done(bob.cancel(waited_for))["held_for"] is None
    assert is_held_for(carol, done(alice.edit_vm(waited_for, maintenance=None)))


def test_the_machine_of_a_removed_person_is_held(alice, newcomer, carol, vm):
    done(newcomer.book(vm))
    done(carol.join(vm))
    done(alice.remove_user(newcomer.email))
    assert is_held_for(carol, alice.vm(vm))


def test_a_held_machine_cannot_be_booked_by_others(alice, bob, newcomer, held):
    until = bob.vm(held)["held_until"]
    for person in (bob, newcomer, alice):
        answer = person.book(held)
        assert refusal(answer) == (409, "vm_held")
        assert (answer.json()["holder"], answer.json()["until"]) == ("carol@example.com", until)
        assert "carol@example.com" in answer.json()["error"]


def test_only_admins_may_use_force(bob, held):
    assert refusal(bob.book(held, force=True)) == (409, "vm_held")
    assert bob.vm(held)["held_for"] == "carol@example.com"


def test_an_admin_books_a_held_machine_by_force_and_its_person_is_first_again(alice, newcomer, carol, bob, waited_for):
    since = bob.vm(waited_for)["queue"][0]["since"]
    done(newcomer.join(waited_for))
    done(bob.cancel(waited_for))
    taken = done(alice.book(waited_for, 1, force=True))
    assert (taken["booked_by"], taken["held_for"]) == ("alice@example.com", None)
    assert bob.queue(waited_for) == ["carol@example.com", newcomer.email]
    first = bob.vm(waited_for)["queue"][0]
    assert (first["since"], first["hours"]) == (since, 2)
    assert is_held_for(carol, done(alice.cancel(waited_for)))


def test_force_does_not_take_a_booked_machine(alice, bob, vm):
    done(bob.book(vm))
    assert refusal(alice.book(vm, force=True)) == (409, "vm_taken")


def test_a_held_machine_is_booked_for_any_hours(carol, held):
    taken = done(carol.book(held, 0.5, note="at last"))
    assert (taken["state"], taken["booked_by"], taken["note"]) == ("booked", "carol@example.com", "at last")
    assert taken["held_for"] is taken["held_until"] is None
    assert abs(moment(taken["expires_at"]) - from_now(hours=0.5)).total_seconds() < 60
    assert carol.actions(held) == ["book"]
    assert refusal(carol.leave(held)) == (409, "not_in_queue")


def test_a_hold_that_is_passed_on_goes_to_the_next(bob, carol, newcomer, waited_for):
    done(newcomer.join(waited_for))
    done(bob.cancel(waited_for))
    assert done(carol.leave(waited_for)) == {"status": "ok"}
    assert is_held_for(newcomer, bob.vm(waited_for))
    done(newcomer.leave(waited_for))
    assert bob.vm(waited_for)["state"] == "free"
    done(carol.book(waited_for))


def test_an_admin_may_pass_on_a_hold_for_somebody(alice, bob, carol, held):
    assert refusal(bob.leave(held, email="carol@example.com")) == (403, "not_allowed")
    done(alice.leave(held, email="carol@example.com"))
    assert bob.vm(held)["state"] == "free"


def test_a_hold_that_lapses_goes_to_the_next_and_then_to_nobody(short_hold_people):
    alice, ann, ben = short_hold_people
    done(alice.add_vm("lapses"), 201)
    done(alice.book("lapses"))
    done(ann.join("lapses"))
    done(ben.join("lapses"))
    first = done(alice.cancel("lapses"))
    assert is_held_for(ann, first)
    second = eventually(lambda: (seen := alice.vm("lapses"))["held_for"] != ann.email and seen)
    if second["held_for"]:  # on a slow computer the second hold may be over too
        assert is_held_for(ben, second)
        assert moment(second["held_until"]) > moment(first["held_until"])
    eventually(lambda: alice.vm("lapses")["state"] == "free")
    assert alice.queue("lapses") == []
    assert refusal(ann.leave("lapses")) == (409, "not_in_queue")
    done(ann.book("lapses"))


def test_a_lapsed_hold_does_not_block_a_booking(short_hold_people):
    """A call after the end of the hold finds the machine free, even before the timer runs."""
    alice, ann, ben = short_hold_people
    done(alice.add_vm("late"), 201)
    done(ann.join("late"))
    eventually(lambda: ben.book("late").ok)
    assert alice.vm("late")["booked_by"] == ben.email


def test_with_auto_the_machine_is_booked_at_once_for_the_hours_asked(bob, carol, vm):
    done(bob.book(vm))
    done(carol.join(vm, 1.5, auto=True))
    booked = done(bob.cancel(vm))
    assert (booked["state"], booked["booked_by"], booked["held_for"]) == ("booked", "carol@example.com", None)
    assert abs(moment(booked["expires_at"]) - from_now(hours=1.5)).total_seconds() < 60
    assert booked["queue"] == []
    assert carol.actions(vm) == ["book"]


def test_with_auto_machines_of_a_group_are_booked_once_all_are_free(bob, carol, make_vm, make_group):
    vms = make_vm(), make_vm()
    for vm in vms:
        done(bob.book(vm))
    group = make_group(*vms)
    done(carol.join(group, 2, auto=True, count=2))
    done(bob.cancel(vms[0]))
    assert is_held_for(carol, bob.vm(vms[0]))
    done(bob.cancel(vms[1]))
    assert [bob.vm(vm)["booked_by"] for vm in vms] == ["carol@example.com"] * 2
    assert bob.queue(group) == []


def test_a_held_machine_can_be_edited_moved_and_deleted(alice, carol, held, make_group):
    group = make_group()
    done(alice.edit_vm(held, description="new", group_id=group))
    assert is_held_for(carol, alice.vm(held))
    done(alice.delete_vm(held))
    assert alice.vm(held) is None


def test_after_maintenance_the_machine_is_held_for_the_same_person(alice, bob, carol, newcomer, waited_for):
    done(newcomer.join(waited_for))
    done(bob.cancel(waited_for))
    out = done(alice.edit_vm(waited_for, maintenance="disk swap"))
    assert (out["state"], out["held_for"]) == ("maintenance", None)
    assert alice.queue(waited_for) == ["carol@example.com", newcomer.email]
    assert is_held_for(carol, done(alice.edit_vm(waited_for, maintenance=None)))


def test_a_person_who_loses_a_machine_of_a_group_gets_another_free_one(alice, bob, carol, make_vm, make_group):
    one, other = make_vm(), make_vm()
    group = make_group(one, other)
    done(bob.book_any(group, count=2))
    done(carol.join(group))
    done(bob.cancel(one))
    done(bob.cancel(other))
    assert (is_held_for(carol, bob.vm(one)), bob.vm(other)["state"]) == (True, "free")
    done(alice.book(one, force=True))
    assert is_held_for(carol, bob.vm(other))
    done(alice.edit_vm(other, maintenance="disk swap"))
    assert bob.queue(group) == ["carol@example.com"]
    done(alice.cancel(one))
    assert is_held_for(carol, bob.vm(one))


def test_a_stranger_sees_a_hold_without_its_person_and_its_end(charlie, held):
    seen = charlie.vm(held)
    assert seen.keys() == {"id", "group", "state", "expires_at", "booked_by"}
    assert (seen["state"], seen["booked_by"], seen["expires_at"]) == ("held", None, None)
    assert "carol@" not in charlie.get("/vms").text


def test_a_hold_is_on_disk_with_its_end(bob, carol, waited_for, server):
    held = done(bob.cancel(waited_for))
    stored = server.stored_vm(waited_for)
    assert (stored["held_for"], stored["held_until"]) == ("carol@example.com", held["held_until"])


@pytest.mark.parametrize("act", ["renew", "cancel"])
def test_a_held_machine_is_not_booked(carol, held, act):
    assert refusal(getattr(carol, act)(held)) == (409, "not_booked")
