"""Undoing a deletion: who gets a letter, and whose letter is taken back."""

from dataclasses import replace

from loadzone.rules.booking import book
from support.world import ALICE, BOB, CHARLIE
from unit.deletions import back, letters, remove, sent
from unit.queues import queued


def test_an_undo_at_once_takes_back_the_letters(taken):
    queued(taken, BOB, vm_id="vm")
    remove(taken)
    assert letters(taken) == [("deleted", CHARLIE), ("queue_gone", BOB)]
    taken.later(seconds=8)
    back(taken)
    assert letters(taken) == []
    assert taken.kinds() == ["vm_undeleted", "queue_back"]


def test_whoever_got_a_letter_gets_another(taken):
    queued(taken, BOB, vm_id="vm")
    remove(taken)
    sent(taken)
    back(taken)
    assert letters(taken) == [("undeleted", CHARLIE), ("queue_back", BOB)]


def test_a_letter_that_may_be_on_its_way_is_followed_by_another(taken):
    remove(taken)
    taken.later(seconds=9.5)
    back(taken)
    assert letters(taken) == [("undeleted", CHARLIE)]


def test_of_a_letter_about_several_machines_the_others_stay(world):
    world.add("a", "b", "c")
    for vm_id in "abc":
        world.do(book, actor=BOB, vm_id=vm_id, hours=1)
    remove(world, "a", "b", "c")
    back(world, "b")
    [letter] = world.state.letters.values()
    assert [topic["vm_id"] for topic in letter.topics] == ["a", "c"]


def test_a_booking_that_does_not_come_back_keeps_its_letter(taken):
    remove(taken)
    taken.limits = replace(taken.limits, max_machines=0)
    back(taken)
    assert letters(taken) == [("deleted", CHARLIE)]


def test_no_letter_tells_an_admin_what_the_admin_did(world):
    world.do(book, actor=ALICE, vm_id="vm", hours=1)
    remove(world)
    sent(world)
    back(world)
    assert letters(world) == []
