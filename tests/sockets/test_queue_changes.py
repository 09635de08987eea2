"""The event `change` contains queues and holds: complete for members, only masked queues of groups for strangers."""

from support.answers import done
from support.people import Person


def test_applying_all_changes_of_a_queue_gives_the_list(alice, bob, carol, newcomer, make_vm, listen):
    one, other = make_vm(), make_vm()
    group = done(alice.make_group(f"Queue of {one}", [one, other]), 201)["id"]
    listener = listen(alice)
    board = {"vms": {vm["id"]: vm for vm in alice.state()["vms"]}, "groups": alice.groups()}
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
    end = alice.state()
    listener.wait_for_change(end["revision"])
    assert [change["revision"] for change in listener.changes()] == list(range(start + 1, end["revision"] + 1))
    for change in listener.changes():
        board["vms"] |= {vm["id"]: vm for vm in change["vms"]}
        board["groups"] = change.get("groups", board["groups"])
    assert board["vms"] == {vm["id"]: vm for vm in end["vms"]}
    assert board["groups"] == end["groups"]


def test_a_stranger_receives_masked_queues_of_groups_and_none_of_machines(
    alice, bob, charlie, make_vm, make_group, listen
):
    vm = make_vm()
    group = make_group(vm)
    done(bob.book(vm, heartbeat_minutes=10))
    listener = listen(charlie)
    waiter = Person(alice.server, "waiter@example.com").sign_in()
    done(waiter.join(vm))
    done(waiter.join(group))
    done(bob.cancel(vm))
    done(alice.edit_vm(vm, maintenance="secret reason"))
    state = charlie.state()
    listener.wait_for_change(state["revision"])
    shown = [vm for change in listener.changes() for vm in change["vms"]]
    assert shown
    assert all(vm.keys() == {"id", "group", "state", "expires_at", "booked_by"} for vm in shown)
    assert {"held", "maintenance"} <= {vm["state"] for vm in shown}
    queues = [
        found["queue"] for change in listener.changes() for found in change.get("groups", ()) if found["id"] == group
    ]
    assert ["w…@example.com"] in [[waiting["email"] for waiting in queue] for queue in queues]
    for secret in ("waiter@", "bob@", "secret reason"):
        assert secret not in str(listener.received)
    assert listener.notifications() == []


def test_joining_at_a_machine_changes_only_that_machine(alice, bob, carol, vm, listen):
    done(bob.book(vm))
    listener = listen(alice)
    done(carol.join(vm))
    change = listener.wait_for_change(alice.state()["revision"])
    assert change["vms"] == [alice.vm(vm)]
    assert "groups" not in change


def test_joining_at_a_group_changes_only_the_groups(alice, bob, carol, vm, make_group, listen):
    done(bob.book(vm))
    group = make_group(vm)
    listener = listen(alice)
    done(carol.join(group))
    change = listener.wait_for_change(alice.state()["revision"])
    assert change["vms"] == []
    assert change["groups"] == alice.groups()
