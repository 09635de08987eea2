"""Letters to people in queues, and to holders for whose machines others wait."""

import pytest

from support.answers import done, is_russian
from support.inventory import from_now, inventory, machine
from support.people import Person
from support.smtp import both_parts_contain


@pytest.fixture
def waited_for(bob, reader, vm):
    """A machine that bob has booked and the reader waits for."""
    done(bob.book(vm))
    done(reader.join(vm, 2))
    return vm


def test_the_letter_about_a_hold_has_two_links(bob, reader, waited_for, smtp):
    done(bob.cancel(waited_for))
    letter = smtp.wait_for_letter(reader.email, f"{waited_for} is held for you until")
    assert both_parts_contain(letter, waited_for, "Book it", "Pass on")
    assert len(set(letter.links)) == 2
    assert all(token in letter.html for token in letter.links)


def test_the_holder_gets_one_letter_that_somebody_waits(alice, reader, bob, carol, vm, smtp):
    done(reader.book(vm))
    done(bob.join(vm))
    done(carol.join(vm))
    letter = smtp.wait_for_letter(reader.email, vm)
    assert both_parts_contain(letter, vm, "bob@example.com", "cannot be renewed")
    done(alice.cancel(vm, reason="sentinel"))
    assert "sentinel" in smtp.wait_for_letter(reader.email, vm, count=2).text


def test_an_automatic_booking_sends_a_letter(bob, reader, vm, smtp):
    done(bob.book(vm))
    done(reader.join(vm, 2, auto=True))
    done(bob.cancel(vm))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, f"{vm} was booked for you until"), vm, "as you asked")


def test_a_lapsed_hold_sends_a_letter(smtp, start):
    server = start(inventory([machine("vm")]), LOADZONE_HOLD_MINUTES="0.05", **smtp.settings)
    late, later, alice = (Person(server, f"{name}@example.com").sign_in() for name in ("too-late", "later", "alice"))
    done(alice.book("vm"))
    done(late.join("vm"))
    done(later.join("vm"))
    done(alice.cancel("vm"))
    assert both_parts_contain(smtp.wait_for_letter(late.email, "your turn is over"), "vm")
    assert smtp.wait_for_letter(later.email, "is held for you").links
    smtp.wait_for_letter(later.email, "your turn is over")
    assert len(smtp.letters_to(late.email)) == 2


def test_a_hold_that_lapsed_while_the_server_was_down_sends_a_letter(smtp, start):
    hold = {"held_for": "slept@example.com", "held_until": from_now(minutes=-5).isoformat(), "held_hours": 1}
    start(inventory([machine("vm", **hold, held_since=from_now(hours=-1).isoformat())]), **smtp.settings)
    smtp.wait_for_letter("slept@example.com", "your turn is over")


def test_the_end_of_a_silent_jobs_booking_sends_a_letter(reader, vm, smtp):
    done(reader.book(vm, heartbeat_minutes=1 / 60))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, vm), vm, "did not report")


def test_the_holder_gets_a_letter_about_maintenance_with_the_reason(alice, reader, vm, smtp):
    done(reader.book(vm))
    done(alice.edit_vm(vm, maintenance="the <b>disk</b> & the fan"))
    letter = smtp.wait_for_letter(reader.email, vm)
    assert "the <b>disk</b> & the fan" in letter.text
    assert "the &lt;b&gt;disk&lt;/b&gt; &amp; the fan" in letter.html
    assert both_parts_contain(letter, vm, "alice@example.com", "Your booking stays until")


@pytest.mark.parametrize("held", [False, True])
def test_people_who_wait_get_a_letter_about_maintenance(alice, bob, reader, waited_for, smtp, held):
    if held:
        done(bob.cancel(waited_for))
    done(alice.edit_vm(waited_for, maintenance="disk swap"))
    letter = smtp.wait_for_letter(reader.email, f"{waited_for} is out of service")
    assert both_parts_contain(letter, "disk swap", "You keep your place in the queue")


def test_a_hold_taken_by_an_admin_sends_a_letter(alice, bob, reader, waited_for, smtp):
    done(bob.cancel(waited_for))
    done(alice.book(waited_for, force=True))
    letter = smtp.wait_for_letter(reader.email, f"{waited_for}: an admin took the machine back")
    assert both_parts_contain(letter, "alice@example.com", "your place in the queue again")


def test_being_taken_out_of_a_queue_sends_a_letter(alice, bob, reader, waited_for, make_group, smtp):
    group = make_group(waited_for)
    name = alice.group(group)["name"]
    done(alice.leave(waited_for, email=reader.email))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, waited_for), "alice@example.com")
    done(reader.join(group))
    done(alice.leave(group, email=reader.email))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, name), "alice@example.com")


def test_deleting_a_machine_or_a_group_sends_letters_to_its_queue(alice, bob, reader, waited_for, make_group, smtp):
    group = make_group(waited_for)
    name = alice.group(group)["name"]
    done(reader.join(group))
    done(alice.delete_group(group))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, name), name)
    done(alice.delete_vm(waited_for, force=True))
    assert both_parts_contain(smtp.wait_for_letter(reader.email, waited_for), waited_for)


@pytest.mark.parametrize("auto", [False, True])
def test_joining_at_a_free_machine_sends_no_letter(alice, reader, make_vm, smtp, auto):
    free, other = make_vm(), make_vm()
    assert done(reader.join(free, auto=auto))["position"] == 0
    done(reader.book(other))
    done(alice.cancel(other, reason="sentinel"))
    assert "sentinel" in smtp.wait_for_letter(reader.email).text


def test_a_job_that_waits_gets_no_letter(alice, bob, reader, make_vm, smtp):
    waited_for, other = make_vm(), make_vm()
    done(bob.book(waited_for))
    done(reader.join(waited_for, auto=True, heartbeat_minutes=10))
    assert done(bob.cancel(waited_for))["booked_by"] == reader.email
    done(reader.book(other))
    done(alice.cancel(other, reason="sentinel"))
    assert "sentinel" in smtp.wait_for_letter(reader.email).text


def test_a_person_who_leaves_a_queue_gets_no_letter(alice, bob, reader, waited_for, smtp):
    done(reader.leave(waited_for))
    done(reader.join(waited_for))
    done(alice.leave(waited_for, email=reader.email))
    smtp.wait_for_letter(reader.email, waited_for)
    assert len(smtp.letters_to(reader.email)) == 1


def test_an_admin_gets_no_letter_about_maintenance_of_the_own_machine(alice, reader, make_vm, smtp):
    own, other = make_vm(), make_vm()
    done(alice.book(own))
    done(alice.edit_vm(own, maintenance="mine"))
    done(reader.book(other))
    done(alice.edit_vm(other, maintenance="sentinel"))
    smtp.wait_for_letter(reader.email, other)
    assert smtp.letters_to("alice@example.com", own) == []


@pytest.mark.parametrize(("language", "russian"), [("ru", True), ("en", False)])
def test_all_letters_are_in_the_readers_language(alice, bob, server, make_vm, smtp, language, russian):
    reader = Person(server, language=language).sign_in()
    held, auto, silent, removed, deleted, maintained, taken, waited = vms = [make_vm() for _ in range(8)]
    for vm in (held, auto, removed, deleted):
        done(bob.book(vm))
        done(reader.join(vm, 1, auto=vm == auto))
    done(bob.cancel(held))
    done(bob.cancel(auto))
    done(reader.book(silent, heartbeat_minutes=1 / 60))
    done(alice.leave(removed, email=reader.email))
    done(alice.delete_vm(deleted, force=True))
    done(reader.book(maintained))
    done(alice.edit_vm(maintained, maintenance="x"))
    done(reader.join(taken))
    done(alice.book(taken, force=True))
    done(reader.book(waited))
    done(bob.join(waited))
    for vm in vms:
        letter = smtp.wait_for_letter(reader.email, vm)
        assert is_russian(letter.subject) is is_russian(letter.text) is is_russian(letter.html) is russian, vm
        assert "{" not in letter.subject + letter.text
        assert "None" not in letter.text
