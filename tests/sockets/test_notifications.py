"""The event `notification` is a sentence in the reader's language, sent to the people whom it concerns."""

import pytest

from support.answers import done, is_russian
from support.inventory import inventory, machine
from support.people import Person
from support.waiting import eventually


def test_everybody_signed_in_is_notified_of_changes(alice, bob, carol, make_vm, make_group, listen):
    listener = listen(carol)
    vm = make_vm()
    group = make_group(vm)
    done(bob.book(vm))
    done(bob.renew(vm))
    done(bob.cancel(vm))
    done(bob.book(vm))
    done(alice.cancel(vm, reason="the disk is full"))
    done(alice.edit_vm(vm, description="repaired"))
    done(alice.delete_group(group))
    done(alice.delete_vm(vm))
    listener.wait_for("notification", kind="vm_deleted", vm_id=vm)
    received = [(sent["kind"], sent.get("vm_id"), sent.get("by")) for sent in listener.notifications()]
    by_alice, by_bob = "alice@example.com", "bob@example.com"
    assert received == [
        ("vm_added", vm, by_alice),
        ("group_added", None, by_alice),
        ("booked", vm, by_bob),
        ("renewed", vm, by_bob),
        ("released", vm, by_bob),
        ("booked", vm, by_bob),
        ("force_released", vm, by_alice),
        ("vm_edited", vm, by_alice),
        ("group_deleted", None, by_alice),
        ("vm_deleted", vm, by_alice),
    ]
    assert all(vm in sent["msg"] for sent in listener.notifications() if sent.get("vm_id"))
    assert listener.notifications("group_added")[0]["group_id"] == group


def test_the_holder_is_notified_why_a_booking_was_ended(alice, bob, vm, listen):
    done(bob.book(vm))
    listener = listen(bob)
    done(alice.cancel(vm, reason="the disk is full"))
    assert "the disk is full" in listener.wait_for("notification", kind="force_released")["msg"]


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False), ("de", False)])
def test_notifications_are_in_the_language_the_socket_asks_for(bob, server, vm, listen, language, russian):
    listener = listen(Person(server, language=language).sign_in())
    done(bob.book(vm))
    assert is_russian(listener.wait_for("notification", vm_id=vm)["msg"]) is russian


def test_the_persons_choice_overrides_the_language_of_the_socket(bob, newcomer, vm, listen):
    newcomer.choose_language("ru")
    listener = listen(newcomer)
    done(bob.book(vm))
    assert is_russian(listener.wait_for("notification", vm_id=vm)["msg"])


def test_two_windows_get_notifications_in_two_languages(bob, server, vm, listen):
    russian, english = (listen(Person(server, language=language).sign_in()) for language in ("ru", "en"))
    done(bob.book(vm))
    assert is_russian(russian.wait_for("notification", vm_id=vm)["msg"])
    assert not is_russian(english.wait_for("notification", vm_id=vm)["msg"])


def test_more_than_five_of_a_kind_are_one_notification(alice, newcomer, carol, make_vm, listen):
    machines = [make_vm() for _ in range(6)]
    for vm in machines:
        done(newcomer.book(vm))
    listener = listen(carol)
    done(alice.remove_user(newcomer.email))
    last = make_vm()
    listener.wait_for("notification", kind="vm_added", vm_id=last)
    sentences = [sent["msg"] for sent in listener.notifications() if sent["kind"] != "vm_added"]
    [sentence] = [msg for msg in sentences if "6" in msg]
    assert not any(vm in msg.split() for msg in sentences for vm in machines)
    assert "machines" in sentence


def test_five_of_a_kind_are_a_notification_each(alice, newcomer, carol, make_vm, listen):
    machines = [make_vm() for _ in range(5)]
    for vm in machines:
        done(newcomer.book(vm))
    listener = listen(carol)
    done(alice.remove_user(newcomer.email))
    last = make_vm()
    listener.wait_for("notification", kind="vm_added", vm_id=last)
    assert {sent.get("vm_id") for sent in listener.notifications()} >= set(machines)


def test_a_notification_of_several_machines_has_the_right_plural(start, listen):
    plurals = {6: "6 машин", 21: "21 машина", 22: "22 машины", 111: "111 машин"}
    together = {count: [f"vm-{count}-{n}" for n in range(count)] for count in plurals}
    server = start(inventory([machine(vm_id) for vm_ids in together.values() for vm_id in vm_ids]))
    bob = Person(server, "bob@example.com").sign_in()
    russian, english = (listen(Person(server, language=language).sign_in()) for language in ("ru", "en"))
    for number, vm_ids in enumerate(together.values(), 1):  # each set ends at a time of its own
        done(bob.post("/book", {"vm_ids": vm_ids, "hours": 0.5 / 3600}))
        for listener in (russian, english):
            eventually(lambda listener=listener, number=number: len(listener.notifications("expired")) == number)
    for listener, sentences in (russian, plurals.values()), (english, [f"{count} machines" for count in plurals]):
        for sentence, sent in zip(sentences, listener.notifications("expired"), strict=True):
            assert sentence in sent["msg"]


def test_a_reminder_is_sent_to_the_holder_only(start, listen):
    server = start(inventory([machine("vm")]), LOADZONE_REMIND_MINUTES="5")
    alice, bob = Person(server, "alice@example.com").sign_in(), Person(server, "bob@example.com").sign_in()
    bob_listener, alice_listener = listen(bob), listen(alice)
    done(bob.book("vm", 301 / 3600))
    reminder = bob_listener.wait_for("notification", kind="reminder")
    assert reminder["vm_id"] == "vm"
    assert "vm" in reminder["msg"]
    done(alice.add_vm("other"), 201)
    alice_listener.wait_for("notification", kind="vm_added")
    assert alice_listener.notifications("reminder") == []


def test_a_change_of_role_is_sent_to_that_person_only(alice, bob, newcomer, vm, listen):
    newcomer_listener, bob_listener = listen(newcomer), listen(bob)
    done(alice.give_role(newcomer.email, "admin"))
    newcomer_listener.wait_for("notification", kind="role_changed")
    done(bob.book(vm))
    bob_listener.wait_for("notification", vm_id=vm)
    assert bob_listener.notifications("role_changed") == []
    done(alice.give_role(newcomer.email, "user"))


def test_an_undone_deletion_is_told_to_everybody_and_to_those_who_wait_again(
    alice, bob, carol, newcomer, vm, make_group, listen
):
    group = make_group(vm)
    done(bob.book(vm))
    done(newcomer.join(vm))
    watching, waiting = listen(carol), listen(newcomer)
    done(alice.delete_vm(vm, force=True))
    watching.wait_for("notification", kind="vm_deleted", vm_id=vm)
    done(alice.undelete(vm))
    assert waiting.wait_for("notification", kind="queue_back", vm_id=vm)["msg"] == (
        f"{vm} is back, and you are in its queue again"
    )
    assert watching.wait_for("notification", kind="vm_undeleted", vm_id=vm)["msg"] == (
        f"alice@example.com undid the deletion of {vm}"
    )
    change = watching.wait_for_change(alice.state()["revision"])
    assert (change["vms"], change["removed"]) == ([alice.vm(vm)], [])
    assert vm in next(one for one in change["groups"] if one["id"] == group)["vm_ids"]
    done(alice.delete_group(group))
    done(alice.undelete(group_id=group))
    watching.wait_for("notification", kind="group_undeleted", group_id=group)
    assert watching.notifications("queue_back") == []
