"""Waiting until a number has come."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from loadzone.lib.progress import Progress
from support.waiting import eventually


@pytest.fixture
def pool():
    with ThreadPoolExecutor(64) as pool:
        yield pool


def test_what_has_come_is_not_waited_for():
    assert [Progress(5).wait_for(number, 0) for number in (4, 5, 6)] == [True, True, False]


def test_each_is_woken_by_the_number_it_waits_for(pool):
    progress = Progress(0)
    waits = {number: [pool.submit(progress.wait_for, number, 30) for _ in range(3)] for number in (1, 2, 4)}
    eventually(lambda: waiting(progress) == {1: 3, 2: 3, 4: 3})
    progress.set(2)
    assert [wait.result(10) for wait in waits[1] + waits[2]] == [True] * 6
    assert waiting(progress) == {4: 3}
    progress.set(7)
    assert [wait.result(10) for wait in waits[4]] == [True] * 3


def test_nothing_is_kept_of_a_number_that_never_comes(pool):
    progress = Progress(0)
    long = pool.submit(progress.wait_for, 10**17, 30)
    eventually(lambda: waiting(progress) == {10**17: 1})
    assert not any(progress.wait_for(10**18 - number, 0.001) for number in range(100))
    assert waiting(progress) == {10**17: 1}
    progress.set(10**17)
    assert long.result(10)
    assert waiting(progress) == {}


def test_a_number_that_goes_back_is_waited_for_again():
    progress = Progress(9)
    progress.set(3)
    assert (progress.reached, progress.wait_for(9, 0), progress.wait_for(3, 0)) == (3, False, True)


def test_a_step_costs_nothing_for_those_it_does_not_wake(monkeypatch):
    """Count the numbers that are looked at: with as many waiters as sockets, commits must not get slower."""
    progress = Progress(0)
    for number in range(1000, 6000):
        progress._join(number)
    looked = []
    progress._waiting = Counting(progress._waiting, looked)
    for reached in range(1000):
        progress.set(reached)
    assert looked == []
    progress.set(1002)
    assert looked == [1000, 1001, 1002]


def test_a_step_and_the_end_of_the_patience_may_come_together():
    """Never lose a wake-up: a waiter that gives up at the very moment of the step either has it or is gone."""
    progress = Progress(0)

    def step(number):
        progress.set(number)

    for number in range(1, 300):
        thread = threading.Thread(target=step, args=(number,))
        thread.start()
        progress.wait_for(number, 0.0001)
        thread.join()
        assert progress.wait_for(number, 0)
    assert waiting(progress) == {}


class Counting(dict):
    def __init__(self, content, looked):
        super().__init__(content)
        self.looked = looked

    def pop(self, number):
        self.looked.append(number)
        return super().pop(number)


def waiting(progress):
    """Return how many wait for each number."""
    with progress._lock:
        assert sorted(progress._waiting) == progress._numbers
        return {number: waiting.callers for number, waiting in progress._waiting.items()}
