"""The event `change` contains what one commit changed. It comes in the order of commits, before their notifications."""

import threading

import pytest

from support.answers import done
from support.inventory import from_now, inventory, machine, moment
from support.people import Person
from support.waiting import soonest


def test_a_change_contains_the_machine_as_the_list_shows_it(bob, carol, vm, listen):
    listener = listen(carol)
    done(bob.book(vm, note="tests"))
    state = carol.state()
    change = listener.wait_for_change(state["revision"])
    assert change["vms"] == [carol.vm(vm)]
    assert change["removed"] == []


def test_the_change_comes_before_the_notification(bob, carol, vm, listen):
    listener = listen(carol)
    done(bob.book(vm))
    listener.wait_for("notification", kind="booked", vm_id=vm)
    assert [event for event, _ in listener.received] == ["change", "notification"]


def test_a_rename_removes_the_old_name_and_brings_the_new_one_at_once(alice, carol, make_vm, make_group, listen):
    vm = make_vm()
    group = make_group(vm)
    listener = listen(carol)
    done(alice.edit_vm(vm, id=f"{vm}-new"))
    change = listener.wait_for_change(carol.state()["revision"])
    assert (change["vms"], change["removed"]) == ([carol.vm(f"{vm}-new")], [vm])
    assert next(one["vm_ids"] for one in change["groups"] if one["id"] == group) == [f"{vm}-new"]
    told = listener.wait_for("notification", kind="vm_renamed")
    assert (told["was"], told["vm_id"]) == (vm, f"{vm}-new")
    assert told["msg"] == f"alice@example.com renamed {vm} to {vm}-new"


def test_applying_all_kinds_of_changes_gives_the_list(alice, bob, carol, make_vm, make_group, listen):
    listener = listen(carol)
    board = {"vms": {vm["id"]: vm for vm in carol.state()["vms"]}, "groups": carol.groups()}
    start = carol.state()["revision"]
    one, other = make_vm(description="x"), make_vm()
    group = make_group(one)
    done(alice.add_to_group(group, [other]))
    done(bob.book(one))
    done(bob.renew(one))
    done(alice.edit_vm(one, tags=["new"]))
    done(alice.edit_vm(other, id=f"{other}-new"))
    done(alice.take_from_group(other))
    done(alice.cancel(one, reason="needed"))
    done(alice.delete_vm(other))
    done(alice.delete_group(group))
    end = carol.state()
    listener.wait_for_change(end["revision"])
    assert [change["revision"] for change in listener.changes()] == list(range(start + 1, end["revision"] + 1))
    for change in listener.changes():
        board["vms"] |= {vm["id"]: vm for vm in change["vms"]}
        for vm_id in change["removed"]:
            del board["vms"][vm_id]
        board["groups"] = change.get("groups", board["groups"])
    assert board["vms"] == {vm["id"]: vm for vm in end["vms"]}
    assert board["groups"] == end["groups"]


def test_revisions_arrive_in_order(carol, server, make_vm, listen):
    people = [Person(server).sign_in() for _ in range(8)]
    machines = [make_vm() for _ in people]
    listener = listen(carol)
    start = carol.state()["revision"]

    def work(person, vm):
        for _ in range(10):
            done(person.book(vm))
            done(person.cancel(vm))

    threads = [threading.Thread(target=work, args=pair) for pair in zip(people, machines, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = carol.state()["revision"]
    listener.wait_for_change(end)
    assert [change["revision"] for change in listener.changes()] == list(range(start + 1, end + 1))
    assert all(carol.vm(vm)["state"] == "free" for vm in machines)


def test_a_stranger_receives_masked_changes_without_addresses(alice, bob, charlie, make_vm, listen):
    listener = listen(charlie)
    vm = make_vm(description="secret", external_ip="192.0.2.9", tags=["hush"])
    done(bob.book(vm, note="secret"))
    done(bob.renew(vm))
    done(alice.cancel(vm, reason="because of bob@example.com"))
    done(bob.book(vm))
    state = charlie.state()
    change = listener.wait_for_change(state["revision"])
    assert change["vms"] == [charlie.vm(vm)]
    assert change["vms"][0]["booked_by"] == "b…@example.com"
    received = str(listener.received)
    for secret in ("bob@", "alice@", "secret", "192.0.2.9", "hush"):
        assert secret not in received
    assert listener.notifications() == [], "only signed-in people get notifications"


def test_a_refused_call_sends_no_change(alice, bob, carol, make_vm, listen):
    taken, after = make_vm(), make_vm()
    done(carol.book(taken))
    listener = listen(carol)
    bob.book(taken)
    bob.cancel(taken)
    bob.renew("no-such-machine")
    done(bob.book(after))
    listener.wait_for("notification", vm_id=after)
    assert [[vm["id"] for vm in change["vms"]] for change in listener.changes()] == [[after]]


def test_a_change_of_more_than_200_machines_is_sent_as_all(start, listen):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(201)]))
    alice = Person(server, "alice@example.com").sign_in()
    member, stranger = listen(alice), listen(Person(server))
    done(alice.make_group("Many", [f"vm-{n:03}" for n in range(201)]), 201)
    revision = alice.state()["revision"]
    assert member.wait_for_change(revision) == {"revision": revision, "all": True}
    assert stranger.wait_for_change(revision) == {"revision": revision, "all": True}


def test_a_change_of_200_machines_contains_each(start, listen):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(200)]))
    alice = Person(server, "alice@example.com").sign_in()
    listener = listen(alice)
    done(alice.make_group("Many", [f"vm-{n:03}" for n in range(200)]), 201)
    change = listener.wait_for_change(alice.state()["revision"])
    assert len(change["vms"]) == 200
    assert [group["name"] for group in change["groups"]] == ["Many"]


def test_the_end_of_a_booking_is_sent_when_it_ends(start, listen):
    server = start(inventory([machine(f"vm-{n}") for n in range(10)]))
    bob = Person(server, "bob@example.com").sign_in()
    listener = listen(bob)

    def lateness(vm: str) -> float:
        ends = moment(done(bob.book(vm, 0.5 / 3600))["expires_at"])
        listener.wait_for("notification", kind="expired", vm_id=vm)
        return (from_now() - ends).total_seconds()

    assert soonest(lateness(f"vm-{n}") for n in range(10)) < 0.5
    assert listener.wait_for_change(bob.state()["revision"])["vms"][0]["state"] == "free"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_changes_arrive_over_either_transport(bob, carol, vm, transport, listen):
    listener = listen(carol, transports=(transport,))
    done(bob.book(vm))
    listener.wait_for_change(carol.state()["revision"])
