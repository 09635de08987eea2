"""Notifications to people in queues and to holders for whose machines others wait: each to that person only."""

import pytest

from support.answers import done, is_russian
from support.inventory import moment
from support.listener import Listener
from support.people import Person

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
def short_hold_server(medium, tmp_path_factory):
    """A server that holds a machine for 1.2 seconds."""
    with medium.running(tmp_path_factory.mktemp("short-hold"), LOADZONE_HOLD_MINUTES="0.02") as server:
        yield server


@pytest.fixture
def waited_for(bob, carol, vm):
    """A machine that bob has booked and carol waits for."""
    done(bob.book(vm))
    done(carol.join(vm, 2))
    return vm


def personal_kinds(listener: Listener) -> list[str]:
    """Return the kinds of personal notifications received so far."""
    return [sent["kind"] for sent in listener.notifications() if sent["kind"] in PERSONAL]


def wait_for_all_sent(alice: Person, *listeners: Listener) -> None:
    """Wait until everything sent so far has arrived: alice adds a machine, of which everybody is notified."""
    mark = f"mark-{alice.state()['revision']}"
    done(alice.add_vm(mark), 201)
    for listener in listeners:
        listener.wait_for("notification", kind="vm_added", vm_id=mark)


def test_the_next_in_the_queue_is_notified_of_the_hold(alice, bob, carol, waited_for, listen):
    carol_listener, bob_listener, alice_listener = listen(carol), listen(bob), listen(alice)
    until = done(bob.cancel(waited_for))["held_until"]
    sent = carol_listener.wait_for("notification", kind="held")
    assert (sent["vm_id"], sent["until"]) == (waited_for, until)
    assert waited_for in sent["msg"]
    wait_for_all_sent(alice, carol_listener, bob_listener, alice_listener)
    assert (personal_kinds(carol_listener), personal_kinds(bob_listener), personal_kinds(alice_listener)) == (
        ["held"],
        [],
        [],
    )


def test_the_change_comes_first_then_public_then_personal_notifications(bob, carol, waited_for, listen):
    listener = listen(carol)
    done(bob.cancel(waited_for))
    listener.wait_for("notification", kind="held")
    assert [(event, data.get("kind")) for event, data in listener.received] == [
        ("change", None),
        ("notification", "released"),
        ("notification", "held"),
    ]
    [shown] = listener.changes()[0]["vms"]
    assert (shown["state"], shown["held_for"]) == ("held", "carol@example.com")


def test_the_holder_is_notified_once_that_somebody_waits(alice, bob, carol, newcomer, vm, listen):
    done(bob.book(vm))
    bob_listener, carol_listener = listen(bob), listen(carol)
    done(carol.join(vm))
    sent = bob_listener.wait_for("notification", kind="waited_for")
    assert (sent["vm_id"], sent["by"]) == (vm, "carol@example.com")
    assert "carol@example.com" in sent["msg"]
    done(newcomer.join(vm))
    done(carol.join(vm, 3))
    wait_for_all_sent(alice, bob_listener, carol_listener)
    assert (personal_kinds(bob_listener), personal_kinds(carol_listener)) == (["waited_for"], [])


def test_the_holder_of_a_new_booking_is_notified_again(alice, bob, carol, newcomer, waited_for, listen):
    done(newcomer.join(waited_for))
    carol_listener = listen(carol)
    done(bob.cancel(waited_for))
    done(carol.book(waited_for))
    assert carol_listener.wait_for("notification", kind="waited_for")["by"] == newcomer.email


def test_every_holder_in_the_group_is_notified_that_somebody_waits(bob, alice, carol, make_vm, make_group, listen):
    one, other = make_vm(), make_vm()
    done(bob.book(one))
    done(alice.book(other))
    group = make_group(one, other)
    bob_listener, alice_listener = listen(bob), listen(alice)
    done(carol.join(group))
    assert bob_listener.wait_for("notification", kind="waited_for")["vm_id"] == one
    assert alice_listener.wait_for("notification", kind="waited_for")["vm_id"] == other


def test_a_lapsed_hold_notifies_its_person_and_the_next(short_hold_server, listen):
    alice, ann, ben = (Person(short_hold_server, email).sign_in() for email in ("alice@example.com", None, None))
    done(alice.add_vm("vm"), 201)
    done(alice.book("vm"))
    done(ann.join("vm"))
    done(ben.join("vm"))
    ann_listener, ben_listener = listen(ann), listen(ben)
    until = done(alice.cancel("vm"))["held_until"]
    sent = ann_listener.wait_for("notification", kind="hold_lapsed")
    assert (sent["vm_id"], sent["until"]) == ("vm", until)
    assert moment(ben_listener.wait_for("notification", kind="held")["until"]) > moment(until)
    ben_listener.wait_for("notification", kind="hold_lapsed")
    wait_for_all_sent(alice, ann_listener, ben_listener)
    assert (personal_kinds(ann_listener), personal_kinds(ben_listener)) == (
        ["held", "hold_lapsed"],
        ["held", "hold_lapsed"],
    )


def test_passing_on_a_hold_does_not_notify_the_person_who_did_it(alice, bob, carol, newcomer, waited_for, listen):
    done(newcomer.join(waited_for))
    done(bob.cancel(waited_for))
    carol_listener, newcomer_listener = listen(carol), listen(newcomer)
    done(carol.leave(waited_for))
    newcomer_listener.wait_for("notification", kind="held", vm_id=waited_for)
    wait_for_all_sent(alice, carol_listener)
    assert personal_kinds(carol_listener) == []


def test_an_automatic_booking_notifies_its_person_and_everybody(alice, bob, carol, vm, listen):
    done(bob.book(vm))
    done(carol.join(vm, 2, auto=True))
    carol_listener, bob_listener = listen(carol), listen(bob)
    until = done(bob.cancel(vm))["expires_at"]
    sent = carol_listener.wait_for("notification", kind="auto_booked")
    assert (sent["vm_id"], sent["until"]) == (vm, until)
    assert bob_listener.wait_for("notification", kind="booked", vm_id=vm)["by"] == "carol@example.com"
    wait_for_all_sent(alice, carol_listener, bob_listener)
    assert (personal_kinds(carol_listener), personal_kinds(bob_listener)) == (["auto_booked"], [])


def test_a_hold_taken_by_an_admin_notifies_its_person(alice, bob, carol, waited_for, listen):
    done(bob.cancel(waited_for))
    carol_listener, bob_listener = listen(carol), listen(bob)
    done(alice.book(waited_for, force=True))
    sent = carol_listener.wait_for("notification", kind="hold_taken")
    assert (sent["vm_id"], sent["by"]) == (waited_for, "alice@example.com")
    wait_for_all_sent(alice, carol_listener, bob_listener)
    assert (personal_kinds(carol_listener), personal_kinds(bob_listener)) == (["hold_taken"], [])


def test_a_person_taken_out_of_a_queue_is_notified_by_whom(alice, bob, carol, newcomer, vm, make_group, listen):
    done(bob.book(vm))
    group = make_group(vm)
    carol_listener, newcomer_listener = listen(carol), listen(newcomer)
    for place in (vm, group):
        done(carol.join(place))
        done(newcomer.join(place))
        done(alice.leave(place, email="carol@example.com"))
    assert carol_listener.wait_for("notification", kind="queue_removed", vm_id=vm)["by"] == "alice@example.com"
    name = alice.group(group)["name"]
    assert name in carol_listener.wait_for("notification", kind="queue_removed", group_id=group)["msg"]
    done(carol.join(vm))
    done(carol.leave(vm))
    wait_for_all_sent(alice, carol_listener, newcomer_listener)
    assert (personal_kinds(carol_listener), personal_kinds(newcomer_listener)) == (
        ["queue_removed", "queue_removed"],
        [],
    )


def test_deleting_a_machine_or_a_group_notifies_its_queue(alice, bob, carol, newcomer, waited_for, make_group, listen):
    group = make_group(waited_for)
    done(newcomer.join(group))
    carol_listener, newcomer_listener, bob_listener = listen(carol), listen(newcomer), listen(bob)
    done(alice.delete_group(group))
    newcomer_listener.wait_for("notification", kind="queue_gone", group_id=group)
    done(alice.delete_vm(waited_for, force=True))
    carol_listener.wait_for("notification", kind="queue_gone", vm_id=waited_for)
    wait_for_all_sent(alice, carol_listener, newcomer_listener, bob_listener)
    assert (personal_kinds(carol_listener), personal_kinds(newcomer_listener), personal_kinds(bob_listener)) == (
        ["queue_gone"],
        ["queue_gone"],
        [],
    )


def test_deleting_a_held_machine_notifies_its_person(alice, bob, carol, waited_for, listen):
    done(bob.cancel(waited_for))
    carol_listener = listen(carol)
    done(alice.delete_vm(waited_for))
    carol_listener.wait_for("notification", kind="queue_gone", vm_id=waited_for)


def test_maintenance_notifies_everybody_and_waiting_people_again(alice, bob, carol, waited_for, listen):
    carol_listener, bob_listener = listen(carol), listen(bob)
    done(alice.edit_vm(waited_for, maintenance="disk swap"))
    done(alice.edit_vm(waited_for, maintenance=None))
    for listener in (carol_listener, bob_listener):
        sent = listener.wait_for("notification", kind="maintenance_began", vm_id=waited_for)
        assert sent["by"] == "alice@example.com"
        assert "disk swap" in sent["msg"]
        listener.wait_for("notification", kind="maintenance_ended", vm_id=waited_for)
    assert "disk swap" in carol_listener.wait_for("notification", kind="waiting_maintenance", vm_id=waited_for)["msg"]
    assert (personal_kinds(carol_listener), personal_kinds(bob_listener)) == (["waiting_maintenance"], [])


def test_the_end_of_a_silent_jobs_booking_notifies_everybody_with_the_reason(bob, carol, vm, listen):
    listener = listen(carol)
    done(bob.book(vm, heartbeat_minutes=1 / 60))
    sent = listener.wait_for("notification", kind="silent", vm_id=vm)
    assert "bob@example.com" in sent["msg"]
    assert "did not report" in sent["msg"]


def test_a_heartbeat_notifies_nobody(alice, bob, vm, listen):
    done(bob.book(vm, heartbeat_minutes=10))
    bob_listener = listen(bob)
    for _ in range(3):
        done(bob.heartbeat(vm))
    wait_for_all_sent(alice, bob_listener)
    assert [event for event, _ in bob_listener.received] == ["change", "notification"], (
        "both are of the machine that was added"
    )


def test_the_notification_of_a_booking_by_a_token_has_its_name(newcomer, carol, vm, listen):
    listener = listen(carol)
    program = newcomer.program(done(newcomer.make_token("nightly-perf"), 201)["token"])
    done(program.book(vm))
    assert f"{newcomer.email} via nightly-perf" in listener.wait_for("notification", kind="booked", vm_id=vm)["msg"]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_personal_notifications_are_in_the_readers_language(alice, bob, server, make_vm, listen, language):
    reader = Person(server, language=language).sign_in()
    listener = listen(reader)
    held, auto, deleted, taken = (make_vm() for _ in range(4))
    for vm in (held, auto, deleted):
        done(bob.book(vm))
    done(reader.join(held))
    done(reader.join(auto, auto=True))
    done(reader.join(deleted))
    done(reader.join(taken))
    done(bob.cancel(held))
    done(bob.cancel(auto))
    done(alice.edit_vm(deleted, maintenance="x"))
    done(alice.leave(deleted, email=reader.email))
    done(reader.join(deleted))
    done(alice.delete_vm(deleted, force=True))
    done(alice.book(taken, force=True))
    done(bob.join(auto))
    done(bob.leave(auto))
    for kind in PERSONAL - {"hold_lapsed"}:
        assert is_russian(listener.wait_for("notification", kind=kind)["msg"]) is (language == "ru"), kind


def test_more_than_five_held_at_once_are_one_notification(alice, bob, carol, make_vm, make_group, listen):
    vms = [make_vm() for _ in range(6)]
    group = make_group(*vms)
    done(bob.book(vms[0]))
    listener = listen(carol)
    done(carol.join(group, count=6))
    done(bob.cancel(vms[0]))
    sent = listener.wait_for("notification", kind="held")
    assert "6 machines" in sent["msg"]
    wait_for_all_sent(alice, listener)
    assert personal_kinds(listener) == ["held"]
