"""The store over whatever it is kept in: changes are durable and in order, or not made at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from loadzone.domain.commit import CannotSave
from loadzone.domain.records import Vm
from support.durables import LosingTurns, Watched
from support.stores import write
from support.world import unit
from unit.stores import put, refuse


def test_when_the_call_returns_the_change_is_kept(store, place):
    put(store, "vm", description="here")
    assert place.kept == {"vm": "here"}


def test_it_is_there_after_a_restart(store, open_store):
    put(store, "vm", description="here")
    store.close()
    assert open_store().snapshot.vms["vm"] == Vm("vm", description="here", version=1, number=1)


def test_the_call_returns_what_the_work_returns(store):
    assert store.do(unit, lambda uow: len(uow.vms)) == 0
    put(store, "a", "b")
    assert store.do(unit, lambda uow: list(uow.vms)) == ["a", "b"]


def test_an_exception_leaves_nothing_behind(store, place):
    def refused(uow):
        uow.vms["vm"] = Vm("vm")
        raise KeyError("refused by the rule")

    with pytest.raises(KeyError):
        store.do(unit, refused)
    assert (store.snapshot.vms, place.kept) == ({}, {})
    put(store, "other")
    assert place.kept == {"other": ""}


def test_an_exception_while_the_unit_of_work_is_opened_keeps_nobody_waiting(store, place):
    def no_clock(state):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.do(no_clock, lambda uow: None)
    put(store, "vm")
    assert place.kept == {"vm": ""}


def test_a_snapshot_never_changes(store):
    put(store, "vm")
    before = store.snapshot
    put(store, "other")
    write(store, remove=["vm"])
    assert list(before.vms) == ["vm"]
    assert list(store.snapshot.vms) == ["other"]


def test_subscribers_get_commits_in_order_with_what_they_touched(store):
    commits = []
    store.subscribe(commits.append)
    put(store, "a")
    put(store, "b", "c")
    assert [(list(c.touched.vms), c.after.revision) for c in commits] == [(["a"], 1), (["b", "c"], 2)]
    assert commits[1].before is commits[0].after


def test_the_revision_counts_what_can_be_seen_and_survives_a_restart(open_store):
    store = open_store(shown=lambda vm: vm.id)
    put(store, "vm")
    put(store, "vm", description="not shown")
    assert store.snapshot.revision == 1
    store.close()
    assert open_store().snapshot.revision == 1


def test_a_refusal_makes_no_commit(store, place):
    put(store, "vm")
    commits = []
    store.subscribe(commits.append)
    for _ in range(2):
        with pytest.raises(KeyError, match="vm"):
            refuse(store)
    assert commits == []
    put(store, "other")
    assert (place.kept, len(commits)) == ({"vm": "", "other": ""}, 1)


def test_an_error_while_encoding_is_raised_and_the_change_undone(store, place):
    with pytest.raises(TypeError):
        put(store, "vm", description=object())
    put(store, "other")
    assert place.kept == {"other": ""}


def test_an_error_while_a_batch_is_examined_keeps_nobody_waiting(open_store):
    def shown(record):
        raise ZeroDivisionError

    store = open_store(shown=shown)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            put(store, "vm")
    assert store.snapshot.vms == {}


def test_a_subscriber_that_fails_does_not_make_the_change_fail(store, place, caplog):
    store.subscribe(lambda commit: 1 / 0)
    received = []
    store.subscribe(received.append)
    put(store, "vm")
    assert place.kept == {"vm": ""}
    assert len(received) == 1
    assert "ZeroDivisionError" in caplog.text


def test_what_changes_nothing_is_not_written(open_store):
    puts = []
    store = open_store(wrap=lambda durable: Watched(durable, puts.append))
    store.do(unit, lambda uow: None)
    assert puts == []
    put(store, "vm")
    assert len(puts) == 1


def test_a_write_that_fails_is_said_and_changes_nothing(open_store, place, caplog):
    def fail(commit):
        raise CannotSave(why="the disk is full")

    wrapped = []
    store = open_store(wrap=lambda durable: wrapped.append(Watched(durable, fail)) or wrapped[0])
    for _ in range(2):
        with pytest.raises(CannotSave):
            put(store, "vm")
    assert (store.snapshot.vms, place.kept, store.is_failing) == ({}, {}, True)
    assert caplog.text.count("the disk is full") == 1, "it is logged once"
    wrapped[0].before = lambda commit: None
    put(store, "vm")
    assert (place.kept, store.is_failing) == ({"vm": ""}, False)


def test_a_change_whose_turn_is_lost_is_run_again_on_the_latest_state(open_store, place):
    wrapped, runs = [], []
    store = open_store(wrap=lambda durable: wrapped.append(LosingTurns(durable)) or wrapped[0])
    commits = []
    store.subscribe(commits.append)
    wrapped[0].lost = 2

    def work(uow):
        runs.append(None)
        uow.vms["vm"] = Vm("vm", description=f"{len(runs)}")
        return len(runs)

    answer = store.do(unit, work)
    assert place.kept == {"vm": f"{answer}"}
    assert (len(commits), store.snapshot.revision) == (1, 1)


def test_a_closed_store_changes_nothing_any_more(store, place):
    store.close()
    with pytest.raises(CannotSave):
        put(store, "late")
    assert place.kept == {}


def test_the_starter_is_used_only_once(open_store, place):
    starter = b'{"vms": [{"id": "starter"}]}'
    store = open_store(starter)
    assert place.kept == {"starter": ""}
    write(store, remove=["starter"])
    store.close()
    assert open_store(starter).snapshot.vms == {}


def test_many_at_once_lose_nothing(store, place):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: put(store, f"vm-{n}"), range(300)))
    assert len(place.kept) == 300


def test_check_finds_a_store_that_can_write(store):
    store.check()
    put(store, "vm")
    store.check()
