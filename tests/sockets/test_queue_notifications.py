"""What those who wait, and those who are waited for, are told: each of it to that person alone."""

import pytest

from support.answers import done, is_russian
from support.inventory import moment
from support.listener import Listener
from support.people import Person
from support.server import running

PERSONAL = {
    "held",
    "hold_lapsed",
    "hold_taken",
    "auto_booked",
    "waited_for",
    "queue_removed",
    "queue_gone",
    "waiting_maintenance",
}


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory):
    """Holds a machine for a second and a bit."""
    with running(tmp_path_factory.mktemp("hasty"), LOADZONE_HOLD_MINUTES="0.02") as server:
        yield server


@pytest.fixture
def waiting(bob, carol, vm):
    """A machine that bob has and carol waits for."""
    done(bob.book(vm))
    done(carol.join(vm, 2))
    return vm


def told(ear: Listener) -> list[str]:
    """The kinds that it was told of, what is not for everybody alone."""
    return [heard["kind"] for heard in ear.notifications() if heard["kind"] in PERSONAL]


def end_of_it(alice: Person, *ears: Listener) -> None:
    """Until whatever was told before has been heard: something that everybody hears comes last."""
    mark = f"mark-{alice.state()['revision']}"
    done(alice.add_vm(mark), 201)
    for ear in ears:
        ear.wait_for("notification", kind="vm_added", vm_id=mark)


def test_who_is_next_hears_that_it_is_held(alice, bob, carol, waiting, listen):
    hers, his, admins = listen(carol), listen(bob), listen(alice)
    until = done(bob.cancel(waiting))["held_until"]
    heard = hers.wait_for("notification", kind="held")
    assert (heard["vm_id"], heard["until"]) == (waiting, until)
    assert waiting in heard["msg"]
    end_of_it(alice, hers, his, admins)
    assert (told(hers), told(his), told(admins)) == (["held"], [], [])


def test_change_then_what_all_hear_then_what_one_hears(bob, carol, waiting, listen):
    ear = listen(carol)
    done(bob.cancel(waiting))
    ear.wait_for("notification", kind="held")
    assert [(event, data.get("kind")) for event, data in ear.heard] == [
        ("change", None),
        ("notification", "released"),
        ("notification", "held"),
    ]
    [shown] = ear.changes()[0]["vms"]
    assert (shown["state"], shown["held_for"]) == ("held", "carol@example.com")


def test_the_holder_hears_once_that_somebody_waits(alice, bob, carol, newcomer, vm, listen):
    done(bob.book(vm))
    his, hers = listen(bob), listen(carol)
    done(carol.join(vm))
    heard = his.wait_for("notification", kind="waited_for")
    assert (heard["vm_id"], heard["by"]) == (vm, "carol@example.com")
    assert "carol@example.com" in heard["msg"]
    done(newcomer.join(vm))
    done(carol.join(vm, 3))
    end_of_it(alice, his, hers)
    assert (told(his), told(hers)) == (["waited_for"], [])


def test_once_a_booking(alice, bob, carol, newcomer, waiting, listen):
    done(newcomer.join(waiting))
    hers = listen(carol)
    done(bob.cancel(waiting))
    done(carol.book(waiting))
    assert hers.wait_for("notification", kind="waited_for")["by"] == newcomer.email


def test_every_holder_of_the_group_hears_it(bob, alice, carol, make_vm, make_group, listen):
    one, other = make_vm(), make_vm()
    done(bob.book(one))
    done(alice.book(other))
    group = make_group(one, other)
    his, admins = listen(bob), listen(alice)
    done(carol.join(group))
    assert his.wait_for("notification", kind="waited_for")["vm_id"] == one
    assert admins.wait_for("notification", kind="waited_for")["vm_id"] == other


def test_who_did_not_come_hears_it_and_so_does_the_next(hasty_server, listen):
    alice, ann, ben = (Person(hasty_server, email).sign_in() for email in ("alice@example.com", None, None))
    done(alice.add_vm("vm"), 201)
    done(alice.book("vm"))
    done(ann.join("vm"))
    done(ben.join("vm"))
    hers, his = listen(ann), listen(ben)
    until = done(alice.cancel("vm"))["held_until"]
    heard = hers.wait_for("notification", timeout=10, kind="hold_lapsed")
    assert (heard["vm_id"], heard["until"]) == ("vm", until)
    assert moment(his.wait_for("notification", timeout=10, kind="held")["until"]) > moment(until)
    his.wait_for("notification", timeout=10, kind="hold_lapsed")
    end_of_it(alice, hers, his)
    assert (told(hers), told(his)) == (["held", "hold_lapsed"], ["held", "hold_lapsed"])


def test_who_passed_it_on_hears_nothing_more(alice, bob, carol, newcomer, waiting, listen):
    done(newcomer.join(waiting))
    done(bob.cancel(waiting))
    hers, theirs = listen(carol), listen(newcomer)
    done(carol.leave(waiting))
    theirs.wait_for("notification", kind="held", vm_id=waiting)
    end_of_it(alice, hers)
    assert told(hers) == []


def test_with_auto_one_hears_that_it_is_booked_and_so_does_everybody(alice, bob, carol, vm, listen):
    done(bob.book(vm))
    done(carol.join(vm, 2, auto=True))
    hers, his = listen(carol), listen(bob)
    until = done(bob.cancel(vm))["expires_at"]
    heard = hers.wait_for("notification", kind="auto_booked")
    assert (heard["vm_id"], heard["until"]) == (vm, until)
    assert his.wait_for("notification", kind="booked", vm_id=vm)["by"] == "carol@example.com"
    end_of_it(alice, hers, his)
    assert (told(hers), told(his)) == (["auto_booked"], [])


def test_whose_hold_an_admin_took_hears_who(alice, bob, carol, waiting, listen):
    done(bob.cancel(waiting))
    hers, his = listen(carol), listen(bob)
    done(alice.book(waiting, force=True))
    heard = hers.wait_for("notification", kind="hold_taken")
    assert (heard["vm_id"], heard["by"]) == (waiting, "alice@example.com")
    end_of_it(alice, hers, his)
    assert (told(hers), told(his)) == (["hold_taken"], [])


def test_who_was_taken_out_of_a_queue_hears_by_whom(alice, bob, carol, newcomer, vm, make_group, listen):
    done(bob.book(vm))
    group = make_group(vm)
    hers, theirs = listen(carol), listen(newcomer)
    for place in (vm, group):
        done(carol.join(place))
        done(newcomer.join(place))
        done(alice.leave(place, email="carol@example.com"))
    assert hers.wait_for("notification", kind="queue_removed", vm_id=vm)["by"] == "alice@example.com"
    name = alice.group(group)["name"]
    assert name in hers.wait_for("notification", kind="queue_removed", group_id=group)["msg"]
    done(carol.join(vm))
    done(carol.leave(vm))
    end_of_it(alice, hers, theirs)
    assert (told(hers), told(theirs)) == (["queue_removed", "queue_removed"], [])


def test_who_waits_for_what_is_deleted_hears_it(alice, bob, carol, newcomer, waiting, make_group, listen):
    group = make_group(waiting)
    done(newcomer.join(group))
    hers, theirs, his = listen(carol), listen(newcomer), listen(bob)
    done(alice.delete_group(group))
    theirs.wait_for("notification", kind="queue_gone", group_id=group)
    done(alice.delete_vm(waiting, force=True))
    hers.wait_for("notification", kind="queue_gone", vm_id=waiting)
    end_of_it(alice, hers, theirs, his)
    assert (told(hers), told(theirs), told(his)) == (["queue_gone"], ["queue_gone"], [])


def test_whose_held_machine_is_deleted_hears_it(alice, bob, carol, waiting, listen):
    done(bob.cancel(waiting))
    hers = listen(carol)
    done(alice.delete_vm(waiting))
    hers.wait_for("notification", kind="queue_gone", vm_id=waiting)


def test_maintenance_is_told_to_all_and_its_waiting_people_once_more(alice, bob, carol, waiting, listen):
    hers, his = listen(carol), listen(bob)
    done(alice.edit_vm(waiting, maintenance="disk swap"))
    done(alice.edit_vm(waiting, maintenance=None))
    for ear in (hers, his):
        heard = ear.wait_for("notification", kind="maintenance_began", vm_id=waiting)
        assert heard["by"] == "alice@example.com"
        assert "disk swap" in heard["msg"]
        ear.wait_for("notification", kind="maintenance_ended", vm_id=waiting)
    assert "disk swap" in hers.wait_for("notification", kind="waiting_maintenance", vm_id=waiting)["msg"]
    assert (told(hers), told(his)) == (["waiting_maintenance"], [])


def test_a_job_that_went_silent_is_told_to_all_with_why(bob, carol, vm, listen):
    ear = listen(carol)
    done(bob.book(vm, heartbeat_minutes=1 / 60))
    heard = ear.wait_for("notification", timeout=10, kind="silent", vm_id=vm)
    assert "bob@example.com" in heard["msg"]
    assert "did not report" in heard["msg"]


def test_a_sign_of_life_is_told_to_nobody(alice, bob, vm, listen):
    done(bob.book(vm, heartbeat_minutes=10))
    his = listen(bob)
    for _ in range(3):
        done(bob.heartbeat(vm))
    end_of_it(alice, his)
    assert [event for event, _ in his.heard] == ["change", "notification"], "those of the machine that was added"


def test_a_booking_by_a_token_is_told_with_its_name(newcomer, carol, vm, listen):
    ear = listen(carol)
    program = newcomer.program(done(newcomer.make_token("nightly-perf"), 201)["token"])
    done(program.book(vm))
    assert f"{newcomer.email} via nightly-perf" in ear.wait_for("notification", kind="booked", vm_id=vm)["msg"]


@pytest.mark.parametrize("wish", ["ru", "en"])
def test_in_the_language_of_each(alice, bob, server, make_vm, listen, wish):
    reader = Person(server, language=wish).sign_in()
    ear = listen(reader)
    held, auto, gone, taken = (make_vm() for _ in range(4))
    for vm in (held, auto, gone):
        done(bob.book(vm))
    done(reader.join(held))
    done(reader.join(auto, auto=True))
    done(reader.join(gone))
    done(reader.join(taken))
    done(bob.cancel(held))
    done(bob.cancel(auto))
    done(alice.edit_vm(gone, maintenance="x"))
    done(alice.leave(gone, email=reader.email))
    done(reader.join(gone))
    done(alice.delete_vm(gone, force=True))
    done(alice.book(taken, force=True))
    done(bob.join(auto))
    done(bob.leave(auto))
    for kind in PERSONAL - {"hold_lapsed"}:
        assert is_russian(ear.wait_for("notification", kind=kind)["msg"]) is (wish == "ru"), kind


def test_more_than_five_held_at_once_are_told_in_one_sentence(alice, bob, carol, make_vm, make_group, listen):
    vms = [make_vm() for _ in range(6)]
    group = make_group(*vms)
    done(bob.book(vms[0]))
    ear = listen(carol)
    done(carol.join(group, count=6))
    done(bob.cancel(vms[0]))
    heard = ear.wait_for("notification", kind="held")
    assert "6 machines" in heard["msg"]
    end_of_it(alice, ear)
    assert told(ear) == ["held"]
