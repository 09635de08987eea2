"""`notification`: a sentence for people, in the reader's language, to those whom it concerns."""

import pytest

from support.answers import done, is_russian
from support.inventory import inventory, machine
from support.people import Person
from support.waiting import eventually


def test_everybody_signed_in_hears_what_happens(alice, bob, carol, make_vm, make_group, listen):
    ear = listen(carol)
    vm = make_vm()
    group = make_group(vm)
    done(bob.book(vm))
    done(bob.renew(vm))
    done(bob.cancel(vm))
    done(bob.book(vm))
    done(alice.cancel(vm, reason="the disk is full"))
    done(alice.edit_vm(vm, description="mended"))
    done(alice.delete_group(group))
    done(alice.delete_vm(vm))
    ear.wait_for("notification", kind="vm_deleted", vm_id=vm)
    told = [(heard["kind"], heard.get("vm_id"), heard.get("by")) for heard in ear.notifications()]
    by_alice, by_bob = "alice@example.com", "bob@example.com"
    assert told == [
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
    assert all(vm in heard["msg"] for heard in ear.notifications() if heard.get("vm_id"))
    assert ear.notifications("group_added")[0]["group_id"] == group


def test_the_holder_hears_why_it_was_taken(alice, bob, vm, listen):
    done(bob.book(vm))
    ear = listen(bob)
    done(alice.cancel(vm, reason="the disk is full"))
    assert "the disk is full" in ear.wait_for("notification", kind="force_released")["msg"]


@pytest.mark.parametrize(("wish", "russian"), [("ru", True), ("en", False), ("de", False)])
def test_in_the_language_the_socket_asks_for(bob, server, vm, listen, wish, russian):
    ear = listen(Person(server, language=wish).sign_in())
    done(bob.book(vm))
    assert is_russian(ear.wait_for("notification", vm_id=vm)["msg"]) is russian


def test_ones_own_choice_goes_before(bob, newcomer, vm, listen):
    newcomer.choose_language("ru")
    ear = listen(newcomer)
    done(bob.book(vm))
    assert is_russian(ear.wait_for("notification", vm_id=vm)["msg"])


def test_two_windows_in_two_languages(bob, server, vm, listen):
    russian, english = (listen(Person(server, language=wish).sign_in()) for wish in ("ru", "en"))
    done(bob.book(vm))
    assert is_russian(russian.wait_for("notification", vm_id=vm)["msg"])
    assert not is_russian(english.wait_for("notification", vm_id=vm)["msg"])


def test_more_than_five_of_a_kind_are_told_in_one_sentence(alice, newcomer, carol, make_vm, listen):
    machines = [make_vm() for _ in range(6)]
    for vm in machines:
        done(newcomer.book(vm))
    ear = listen(carol)
    done(alice.remove_user(newcomer.email))
    last = make_vm()
    ear.wait_for("notification", kind="vm_added", vm_id=last)
    told = [heard["msg"] for heard in ear.notifications() if heard["kind"] != "vm_added"]
    [sentence] = [msg for msg in told if "6" in msg]
    assert not any(vm in msg.split() for msg in told for vm in machines)
    assert "machines" in sentence


def test_five_of_a_kind_are_told_one_by_one(alice, newcomer, carol, make_vm, listen):
    machines = [make_vm() for _ in range(5)]
    for vm in machines:
        done(newcomer.book(vm))
    ear = listen(carol)
    done(alice.remove_user(newcomer.email))
    last = make_vm()
    ear.wait_for("notification", kind="vm_added", vm_id=last)
    assert {heard.get("vm_id") for heard in ear.notifications()} >= set(machines)


def test_with_the_right_plural(start, listen):
    plurals = {6: "6 машин", 21: "21 машина", 22: "22 машины", 111: "111 машин"}
    together = {count: [f"vm-{count}-{n}" for n in range(count)] for count in plurals}
    server = start(inventory([machine(vm_id) for vm_ids in together.values() for vm_id in vm_ids]))
    bob = Person(server, "bob@example.com").sign_in()
    russian, english = (listen(Person(server, language=wish).sign_in()) for wish in ("ru", "en"))
    for number, vm_ids in enumerate(together.values(), 1):  # those end at different times
        done(bob.post("/book", {"vm_ids": vm_ids, "hours": number / 3600}))
    for ear, sentences in (russian, plurals.values()), (english, [f"{count} machines" for count in plurals]):
        eventually(lambda ear=ear: len(ear.notifications("expired")) == len(plurals))
        for sentence, heard in zip(sentences, ear.notifications("expired"), strict=True):
            assert sentence in heard["msg"]


def test_a_reminder_is_for_the_holder_alone(start, listen):
    server = start(inventory([machine("vm")]), LOADZONE_REMIND_MINUTES="5")
    alice, bob = Person(server, "alice@example.com").sign_in(), Person(server, "bob@example.com").sign_in()
    his, hers = listen(bob), listen(alice)
    done(bob.book("vm", 301 / 3600))
    reminder = his.wait_for("notification", timeout=8, kind="reminder")
    assert reminder["vm_id"] == "vm"
    assert "vm" in reminder["msg"]
    done(alice.add_vm("other"), 201)
    hers.wait_for("notification", kind="vm_added")
    assert hers.notifications("reminder") == []


def test_a_change_of_role_is_told_to_that_person_alone(alice, bob, newcomer, vm, listen):
    his, theirs = listen(newcomer), listen(bob)
    done(alice.give_role(newcomer.email, "admin"))
    his.wait_for("notification", kind="role_changed")
    done(bob.book(vm))
    theirs.wait_for("notification", vm_id=vm)
    assert theirs.notifications("role_changed") == []
    done(alice.give_role(newcomer.email, "user"))
