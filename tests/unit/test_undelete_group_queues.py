"""Undoing a deletion: places in the queue of a group that ended because too few machines were left."""

import pytest

from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.loss import Loss
from loadzone.rules import groups
from loadzone.rules.queue import join
from support.world import ALICE, BOB
from unit.deletions import back, group_back, letters, remove


@pytest.fixture
def patient(full):
    """Bob waits for all three machines of the group, Alice behind him for one of them."""
    full.later(minutes=1)
    full.do(join, actor=BOB, group_id=1, hours=1, count=3)
    full.later(minutes=1)
    full.do(join, actor=ALICE, group_id=1, hours=1)
    return full


def waiters(world):
    return [(waiter.email, waiter.count) for waiter in world.state.groups[1].queue]


def test_who_waits_for_more_machines_than_a_deletion_left_waits_again_at_the_old_place(patient):
    before = patient.state.groups[1].queue
    remove(patient, "a", "b")
    assert waiters(patient) == [(ALICE, 1)]
    assert back(patient, "a", "b") == []
    assert patient.state.groups[1].queue == before
    assert letters(patient, BOB) == []


def test_the_file_keeps_the_places_that_ended_with_a_machine(patient):
    remove(patient, "a")
    [kept] = patient.state.deleted.values()
    assert [waiter.email for waiter in kept.waiters] == [BOB]
    encoder = StateEncoder()
    encoder.mark_all(patient.state)
    patient.state, _ = read_state(encoder.encode(patient.state))
    assert [*patient.state.deleted.values()] == [kept]
    assert back(patient, "a") == []
    assert waiters(patient) == [(BOB, 3), (ALICE, 1)]


def test_with_a_part_of_the_machines_the_place_stays_away(patient):
    remove(patient, "a", "b")
    assert back(patient, "b") == [Loss("place", BOB, "too_few", group_id=1)]
    assert waiters(patient) == [(ALICE, 1)]


def test_who_has_joined_the_queue_of_the_group_again_keeps_the_new_place(patient):
    remove(patient, "a")
    patient.do(join, actor=BOB, group_id=1, hours=1, count=2)
    assert back(patient, "a") == [Loss("place", BOB, "elsewhere", group_id=1)]
    assert waiters(patient) == [(ALICE, 1), (BOB, 2)]


def test_a_place_that_ended_with_a_machine_comes_back_with_the_group_too(patient):
    remove(patient, "a")
    patient.do(groups.delete, actor=ALICE, group_id=1)
    back(patient, "a")
    _, _, losses = group_back(patient)
    assert losses == []
    assert waiters(patient) == [(BOB, 3), (ALICE, 1)]
