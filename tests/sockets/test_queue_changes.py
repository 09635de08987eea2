"""`change` says who waits and what is held: to members all, to strangers a group's queue, masked."""

from support.answers import done
from support.people import Person


def test_every_step_of_a_queue_applied_one_by_one_gives_the_list(alice, bob, carol, newcomer, make_vm, listen):
    one, other = make_vm(), make_vm()
    group = done(alice.make_group(f"Queue of {one}", [one, other]), 201)["id"]
    ear = listen(alice)
    known = {"vms": {vm["id"]: vm for vm in alice.state()["vms"]}, "groups": alice.groups()}
    start = alice.state()["revision"]
    done(bob.book_any(group, count=2))
    done(carol.join(one))
    done(newcomer.join(group, count=2))
    done(bob.cancel(one))
    done(alice.edit_vm(one, maintenance="disk swap"))
    done(bob.cancel(other))
    done(alice.edit_vm(one, maintenance=None))
    done(carol.book(one))
    done(carol.cancel(one))
    done(newcomer.leave(group))
    done(alice.delete_group(group))
    now = alice.state()
    ear.wait_for_change(now["revision"])
    assert [change["revision"] for change in ear.changes()] == list(range(start + 1, now["revision"] + 1))
    for change in ear.changes():
        known["vms"] |= {vm["id"]: vm for vm in change["vms"]}
        known["groups"] = change.get("groups", known["groups"])
    assert known["vms"] == {vm["id"]: vm for vm in now["vms"]}
    assert known["groups"] == now["groups"]


def test_a_stranger_hears_a_groups_queue_masked_and_no_machines(alice, bob, charlie, make_vm, make_group, listen):
    vm = make_vm()
    group = make_group(vm)
    done(bob.book(vm, heartbeat_minutes=10))
    ear = listen(charlie)
    waiter = Person(alice.server, "waiter@example.com").sign_in()
    done(waiter.join(vm))
    done(waiter.join(group))
    done(bob.cancel(vm))
    done(alice.edit_vm(vm, maintenance="secret reason"))
    state = charlie.state()
    ear.wait_for_change(state["revision"])
    shown = [vm for change in ear.changes() for vm in change["vms"]]
    assert shown
    assert all(vm.keys() == {"id", "group", "state", "expires_at", "booked_by"} for vm in shown)
    assert {"held", "maintenance"} <= {vm["state"] for vm in shown}
    queues = [found["queue"] for change in ear.changes() for found in change.get("groups", ()) if found["id"] == group]
    assert ["w…@example.com"] in [[waiting["email"] for waiting in queue] for queue in queues]
    for secret in ("waiter@", "bob@", "secret reason"):
        assert secret not in str(ear.heard)
    assert ear.notifications() == []


def test_who_only_joined_changed_one_machine(alice, bob, carol, vm, listen):
    done(bob.book(vm))
    ear = listen(alice)
    done(carol.join(vm))
    change = ear.wait_for_change(alice.state()["revision"])
    assert change["vms"] == [alice.vm(vm)]
    assert "groups" not in change


def test_who_joined_a_group_changed_the_groups(alice, bob, carol, vm, make_group, listen):
    done(bob.book(vm))
    group = make_group(vm)
    ear = listen(alice)
    done(carol.join(group))
    change = ear.wait_for_change(alice.state()["revision"])
    assert change["vms"] == []
    assert change["groups"] == alice.groups()
