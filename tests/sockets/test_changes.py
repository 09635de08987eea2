"""`change`: what one commit changed, in the order of commits, before anything else of that commit."""

import threading

import pytest

from support.answers import done
from support.inventory import from_now, inventory, machine, moment
from support.people import Person


def test_a_booking_is_told_as_the_list_would_show_it(bob, carol, vm, listen):
    ear = listen(carol)
    done(bob.book(vm, note="tests"))
    state = carol.state()
    change = ear.wait_for_change(state["revision"])
    assert change["vms"] == [carol.vm(vm)]
    assert change["removed"] == []


def test_the_change_comes_before_the_notification(bob, carol, vm, listen):
    ear = listen(carol)
    done(bob.book(vm))
    ear.wait_for("notification", kind="booked", vm_id=vm)
    assert [event for event, _ in ear.heard] == ["change", "notification"]


def test_every_kind_of_change_applied_one_by_one_gives_the_list(alice, bob, carol, make_vm, make_group, listen):
    ear = listen(carol)
    known = {"vms": {vm["id"]: vm for vm in carol.state()["vms"]}, "groups": carol.groups()}
    start = carol.state()["revision"]
    one, other = make_vm(description="x"), make_vm()
    group = make_group(one)
    done(alice.add_to_group(group, [other]))
    done(bob.book(one))
    done(bob.renew(one))
    done(alice.edit_vm(one, tags=["new"]))
    done(alice.take_from_group(other))
    done(alice.cancel(one, reason="needed"))
    done(alice.delete_vm(other))
    done(alice.delete_group(group))
    now = carol.state()
    ear.wait_for_change(now["revision"])
    assert [change["revision"] for change in ear.changes()] == list(range(start + 1, now["revision"] + 1))
    for change in ear.changes():
        known["vms"] |= {vm["id"]: vm for vm in change["vms"]}
        for gone in change["removed"]:
            del known["vms"][gone]
        known["groups"] = change.get("groups", known["groups"])
    assert known["vms"] == {vm["id"]: vm for vm in now["vms"]}
    assert known["groups"] == now["groups"]


def test_revisions_arrive_in_order_whoever_is_quick(carol, server, make_vm, listen):
    people = [Person(server).sign_in() for _ in range(8)]
    machines = [make_vm() for _ in people]
    ear = listen(carol)
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
    ear.wait_for_change(end)
    assert [change["revision"] for change in ear.changes()] == list(range(start + 1, end + 1))
    assert all(carol.vm(vm)["state"] == "free" for vm in machines)


def test_a_stranger_hears_it_masked_and_never_an_address(alice, bob, charlie, make_vm, listen):
    ear = listen(charlie)
    vm = make_vm(description="secret", external_ip="192.0.2.9", tags=["hush"])
    done(bob.book(vm, note="secret"))
    done(bob.renew(vm))
    done(alice.cancel(vm, reason="because of bob@example.com"))
    done(bob.book(vm))
    state = charlie.state()
    change = ear.wait_for_change(state["revision"])
    assert change["vms"] == [charlie.vm(vm)]
    assert change["vms"][0]["booked_by"] == "b…@example.com"
    heard = str(ear.heard)
    for secret in ("bob@", "alice@", "secret", "192.0.2.9", "hush"):
        assert secret not in heard
    assert ear.notifications() == [], "what happens is told to those who signed in"


def test_a_refused_change_is_not_told(alice, bob, carol, make_vm, listen):
    taken, after = make_vm(), make_vm()
    done(carol.book(taken))
    ear = listen(carol)
    bob.book(taken)
    bob.cancel(taken)
    bob.renew("no-such-machine")
    done(bob.book(after))
    ear.wait_for("notification", vm_id=after)
    assert [[vm["id"] for vm in change["vms"]] for change in ear.changes()] == [[after]]


def test_more_than_200_machines_are_told_as_all(start, listen):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(201)]))
    alice = Person(server, "alice@example.com").sign_in()
    member, stranger = listen(alice), listen(Person(server))
    done(alice.make_group("Many", [f"vm-{n:03}" for n in range(201)]), 201)
    revision = alice.state()["revision"]
    assert member.wait_for_change(revision) == {"revision": revision, "all": True}
    assert stranger.wait_for_change(revision) == {"revision": revision, "all": True}


def test_200_machines_are_told_one_by_one(start, listen):
    server = start(inventory([machine(f"vm-{n:03}") for n in range(200)]))
    alice = Person(server, "alice@example.com").sign_in()
    ear = listen(alice)
    done(alice.make_group("Many", [f"vm-{n:03}" for n in range(200)]), 201)
    change = ear.wait_for_change(alice.state()["revision"])
    assert len(change["vms"]) == 200
    assert [group["name"] for group in change["groups"]] == ["Many"]


def test_a_booking_that_ends_is_told_when_it_ends(start, listen):
    server = start(inventory([machine("vm")]))
    bob = Person(server, "bob@example.com").sign_in()
    ear = listen(bob)
    ends = moment(done(bob.book("vm", 1 / 3600))["expires_at"])
    ear.wait_for("notification", kind="expired", vm_id="vm")
    assert 0 <= (from_now() - ends).total_seconds() < 0.5
    assert ear.wait_for_change(bob.state()["revision"])["vms"][0]["state"] == "free"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_over_either_transport(bob, carol, vm, transport, listen):
    ear = listen(carol, transports=(transport,))
    done(bob.book(vm))
    ear.wait_for_change(carol.state()["revision"])
