"""Letters about a deletion wait, and an undo takes them back; whoever got one is told that the deletion was undone."""

import pytest

from support.answers import done
from support.people import Person
from support.server import ADMIN, LETTERS_WAIT
from support.smtp import both_parts_contain

FOREVER = "3600"  # seconds


@pytest.fixture
def patient(start, smtp):
    """A server on which letters about a deletion wait for an hour."""
    return start(program=LETTERS_WAIT, LETTERS_WAIT=FOREVER, **smtp.settings)


def booked_and_waited_for(server):
    """Return an admin, and the holder and the first waiter of a new machine."""
    alice, holder, waiter = (Person(server, email).sign_in() for email in (ADMIN, None, None))
    done(alice.add_vm("vm"), 201)
    done(holder.book("vm", hours=4))
    done(waiter.join("vm"))
    return alice, holder, waiter


def no_deletion_told(smtp, person) -> bool:
    subjects = [letter.subject for letter in smtp.letters_to(person.email)]
    return not any("deleted" in subject or "no longer" in subject for subject in subjects)


def test_an_undo_at_once_sends_no_letter(patient, smtp):
    alice, holder, waiter = booked_and_waited_for(patient)
    done(alice.delete_vm("vm", force=True))
    assert patient.outbox().count("'deleted'") >= 1
    done(alice.undelete("vm"))
    done(alice.cancel("vm", reason="a later letter"))
    smtp.wait_for_letter(holder.email, "an admin ended your booking")
    smtp.wait_for_letter(waiter.email, "held for you")
    assert no_deletion_told(smtp, holder)
    assert no_deletion_told(smtp, waiter)
    assert "queue_gone" not in patient.outbox()


def test_letters_that_wait_survive_a_crash(patient, smtp):
    alice, holder, waiter = booked_and_waited_for(patient)
    done(alice.delete_vm("vm", force=True))
    patient.kill()
    patient.settings["LETTERS_WAIT"] = "0"
    patient.start()
    smtp.wait_for_letter(holder.email, "vm: the machine was deleted")
    smtp.wait_for_letter(waiter.email, "no longer waiting for vm")


def test_an_undo_after_a_restart_takes_the_letters_back(patient, smtp):
    alice, holder, _ = booked_and_waited_for(patient)
    done(alice.delete_vm("vm", force=True))
    patient.restart()
    done(alice.undelete("vm"))
    assert alice.vm("vm")["booked_by"] == holder.email
    assert "queue_gone" not in patient.outbox()
    assert no_deletion_told(smtp, holder)


def test_whoever_got_a_letter_is_told_that_the_machine_is_back(alice, reader, newcomer, vm, smtp):
    done(newcomer.choose(language="ru"))
    done(reader.book(vm))
    done(newcomer.join(vm))
    done(alice.delete_vm(vm, force=True))
    smtp.wait_for_letter(reader.email, f"{vm}: the machine was deleted")
    smtp.wait_for_letter(newcomer.email, f"Вы больше не ждёте {vm}")
    done(alice.undelete(vm))
    letter = smtp.wait_for_letter(reader.email, f"{vm}: your booking goes on")
    assert both_parts_contain(letter, "alice@example.com undid the deletion", "Your booking goes on until")
    letter = smtp.wait_for_letter(newcomer.email, f"Вы снова ждёте {vm}")
    assert both_parts_contain(letter, "на прежнем месте")


def test_whoever_waited_for_a_group_is_told_that_it_is_back(alice, bob, reader, make_vm, make_group, smtp):
    vm = make_vm()
    done(bob.book(vm))
    group = make_group(vm)
    name = alice.group(group)["name"]
    done(reader.join(group))
    done(alice.delete_group(group))
    smtp.wait_for_letter(reader.email, f"You are no longer waiting for {name}")
    done(alice.undelete(group_id=group))
    letter = smtp.wait_for_letter(reader.email, f"You are waiting for {name} again")
    assert both_parts_contain(letter, name, "at your old place")
