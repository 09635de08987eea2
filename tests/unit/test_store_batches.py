"""Changes that come while a commit is being written are written together, and stand or fall with what they build on."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from loadzone.domain.commit import CannotSave
from support.durables import Watched
from support.waiting import eventually
from unit.stores import in_open_batch, put, refuse


class Slow:
    """A disk on which each write waits for `go_on`, and then fails if `fails` is set."""

    def __init__(self):
        self.writing, self.go_on, self.fails = threading.Event(), threading.Event(), threading.Event()
        self.writes = 0

    def __call__(self, commit):
        self.writes += 1
        self.writing.set()
        assert self.go_on.wait(10)
        if self.fails.is_set():
            raise CannotSave(why="No space left on device")


@pytest.fixture
def slow():
    slow = Slow()
    yield slow
    slow.go_on.set()


@pytest.fixture
def slow_store(open_store, slow):
    return open_store(wrap=lambda durable: Watched(durable, slow))


@pytest.fixture
def pool():
    with ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture
def begin(slow_store, slow, pool):
    """Return a function that begins a change which is then being written, and others that wait for the next write."""

    def begin(first, *others):
        calls = [pool.submit(put, slow_store, first)]
        assert slow.writing.wait(10)
        calls += [pool.submit(put, slow_store, vm_id) for vm_id in others]
        eventually(lambda: in_open_batch(slow_store) == len(others))
        return calls

    return begin


def test_changes_that_wait_for_the_disk_are_written_together(slow_store, slow, begin):
    calls = begin("first", *(f"vm-{n}" for n in range(8)))
    assert slow_store.snapshot.vms == {}, "nothing is shown before it is on disk"
    slow.go_on.set()
    for call in calls:
        call.result(10)
    assert slow.writes == 2
    assert len(slow_store.snapshot.vms) == 9


def test_a_failed_write_fails_the_changes_built_on_it_and_nothing_else(slow_store, slow, begin, place):
    slow.fails.set()
    first, second = begin("first", "second")
    slow.go_on.set()
    for call in (first, second):
        with pytest.raises(CannotSave):
            call.result(10)
    assert (slow_store.snapshot.vms, place.kept) == ({}, {})
    slow.fails.clear()
    put(slow_store, "third")
    assert place.kept == {"third": ""}


def test_a_refusal_is_given_only_after_the_state_it_refers_to_is_on_disk(slow_store, slow, begin, pool):
    calls = begin("first", "second")
    refused = pool.submit(refuse, slow_store)
    assert not wait([refused], timeout=0.1).done
    slow.go_on.set()
    with pytest.raises(KeyError, match="'first', 'second'"):
        refused.result(10)
    assert list(slow_store.snapshot.vms) == ["first", "second"]
    for call in calls:
        call.result(10)


@pytest.mark.parametrize("others", [[], ["second"]], ids=["being written", "to be written next"])
def test_a_refusal_becomes_cannot_save_if_the_state_it_refers_to_cannot_be_saved(slow_store, slow, begin, pool, others):
    slow.fails.set()
    calls = begin("first", *others)
    if slow_store._durable.runs_early or others:  # rules in turn see nothing of what failed before
        calls.append(pool.submit(refuse, slow_store))
        eventually(lambda: slow_store._open is not None)
    slow.go_on.set()
    for failed in calls:
        with pytest.raises(CannotSave):
            failed.result(10)


def test_a_refusal_is_given_even_if_its_state_may_not_outlive_a_power_cut(open_store, pool):
    class Doubtful(Watched):
        def put(self, turn, commit):
            super().put(turn, commit)
            return CannotSave(unsure=True, why="the folder cannot be synced")

    slow = Slow()
    store = open_store(wrap=lambda durable: Doubtful(durable, slow))
    first = pool.submit(put, store, "first")
    assert slow.writing.wait(10)
    refused = pool.submit(refuse, store)
    eventually(lambda: store._open is not None)
    slow.go_on.set()
    with pytest.raises(KeyError, match="first"):
        refused.result(10)
    with pytest.raises(CannotSave) as caught:
        first.result(10)
    assert caught.value.unsure


def test_changes_written_together_return_only_after_subscribers_know_them(slow_store, slow, pool):
    known, late = set(), []

    def listen(commit):
        threading.Event().wait(0.02)  # time for calls that do not wait to be noticed
        known.update(commit.after.vms)

    def put_and_check(vm_id):
        put(slow_store, vm_id)
        if vm_id not in known:
            late.append(vm_id)

    slow_store.subscribe(listen)
    done = [pool.submit(put_and_check, f"vm-{number}") for number in range(8)]
    slow.go_on.set()
    for one in done:
        one.result(10)
    assert late == []


class Killed(BaseException):
    """The exception that a green thread meets when it is killed from outside."""


def test_a_leader_that_is_killed_keeps_nobody_waiting(store, pool, monkeypatch):
    write, followed = store._write_in_turn, threading.Event()

    def kill_the_first(batch):
        monkeypatch.setattr(store, "_write_in_turn", write)
        assert followed.wait(10)
        raise Killed

    monkeypatch.setattr(store, "_write_in_turn", kill_the_first)
    first = pool.submit(put, store, "first")
    eventually(lambda: store._open and store._open.has_writer)
    second = pool.submit(put, store, "second")
    eventually(lambda: in_open_batch(store) == 2)
    followed.set()
    with pytest.raises(Killed):
        first.result(10)
    second.result(10)
    assert list(store.snapshot.vms) == ["first", "second"]


def test_a_leader_killed_while_it_writes_fails_the_changes_built_on_it_and_nothing_else(open_store, place, pool):
    writing, kill = threading.Event(), threading.Event()

    def kill_the_first(commit):
        if not kill.is_set():
            writing.set()
            assert kill.wait(10)
            raise Killed

    store = open_store(wrap=lambda durable: Watched(durable, kill_the_first))
    first = pool.submit(put, store, "first")
    assert writing.wait(10)
    second = pool.submit(put, store, "second")
    eventually(lambda: store._open is not None)
    kill.set()
    with pytest.raises(Killed):
        first.result(10)
    if store._durable.runs_early:
        with pytest.raises(CannotSave):
            second.result(10)
    else:  # it was built on nothing
        second.result(10)
    put(store, "next")
    assert list(store.snapshot.vms) == list(place.kept)
    assert list(place.kept) == (["next"] if store._durable.runs_early else ["second", "next"])
