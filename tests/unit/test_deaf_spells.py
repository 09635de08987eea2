"""What several nodes know of when jobs could be heard: what is noted is the time itself, and each knows its spells."""

from datetime import timedelta

import pytest

from loadzone.lib.deaf_spells import GAP_AT_MOST, KEPT_AT_MOST, DeafSpells
from support.world import NOON


class Node:
    """A node that looks once a second, and that the database answers unless it is away."""

    def __init__(self, started=0.0):
        self.seconds = self.answered = started
        self.is_deaf = False
        self.spells = DeafSpells(lambda: self.now, lambda: self.answered, lambda: self.is_deaf, lambda: self.seconds)

    @property
    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def run(self, seconds, is_answered=True):
        for _ in range(seconds):
            self.seconds += 1
            if is_answered:
                self.answered = self.seconds
            self.spells.look()

    def unheard(self, since):
        return self.spells.unheard(NOON + timedelta(seconds=since), self.now).total_seconds()


@pytest.fixture
def node():
    node = Node()
    node.run(100)
    return node


def test_a_node_that_runs_hears(node):
    assert (node.unheard(0), node.unheard(50), node.unheard(100)) == (0, 0, 0)
    assert node.spells.heard_at(node.now) == node.now


def test_what_was_noted_before_it_started_counts_from_then():
    node = Node(started=100.0)
    node.run(20)
    assert (node.unheard(90), node.unheard(-3600), node.unheard(110)) == (10, 3700, 0)


def test_time_without_the_database_does_not_count_from_its_last_answer_on(node):
    node.run(30, is_answered=False)
    assert (node.unheard(90), node.unheard(120)) == (30, 10), "while it lasts"
    node.run(20)
    assert (node.unheard(90), node.unheard(120), node.unheard(140)) == (31, 11, 0), "and ever after"


def test_a_pause_of_the_process_does_not_count(node):
    node.seconds += 3600
    assert node.unheard(90) == 3600, "at the first look after it, whoever asks"
    node.run(5)
    assert node.unheard(90) == 3601
    assert node.unheard(3702) == 0


def test_short_gaps_count(node):
    for _ in range(20):
        node.seconds += GAP_AT_MOST - 1
        node.run(1)
    assert node.unheard(0) == 0


def test_time_in_which_nothing_can_be_saved_does_not_count(node):
    node.is_deaf = True
    node.run(60)
    assert node.unheard(90) == 60
    node.is_deaf = False
    node.run(10)
    assert (node.unheard(90), node.unheard(165)) == (61, 0)


def test_of_many_spells_the_oldest_are_one(node):
    for _ in range(3 * KEPT_AT_MOST):
        node.run(3, is_answered=False)
        node.run(2)
    assert len(node.spells._spells) <= KEPT_AT_MOST
    assert node.unheard(node.seconds - 10) == 8
    assert node.unheard(0) > 3 * KEPT_AT_MOST * 4, "jobs get more time rather than less"


@pytest.mark.parametrize("is_answered", [True, False])
def test_it_agrees_with_another_node_about_what_both_have_heard(node, is_answered):
    """One that was away for a while gives jobs that reported to the other no less than their time."""
    other = Node()
    other.run(100)
    node.run(60, is_answered)
    other.run(60)
    noted = other.seconds - 5
    assert other.unheard(noted) == 0
    assert node.unheard(noted) == (0 if is_answered else 5)
