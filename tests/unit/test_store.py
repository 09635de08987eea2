"""The store on a real file: changes are durable, in order and written together, or not made at all."""

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from loadzone.datafile.reader import BadFile
from loadzone.domain.records import Vm
from loadzone.lib import atomic_file
from loadzone.lib.atomic_file import FileInUse
from storage import CannotSave, JsonStore
from support.disk import Failing, FailingAt, RenamesAndFails, ShortWrites
from support.world import unit


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.json"


@pytest.fixture
def open_store(path):
    opened = []

    def open_one(starter=b"{}", **more):
        store = JsonStore(path, starter, **more)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()


def put(store, *vm_ids, description=""):
    with store.transaction(unit) as uow:
        for vm_id in vm_ids:
            uow.vms[vm_id] = Vm(vm_id, description=description)


def on_disk(path):
    return {vm["id"]: vm.get("description", "") for vm in json.loads(path.read_bytes())["vms"]}


def test_when_the_call_returns_the_change_is_in_the_file(store, path):
    put(store, "vm", description="here")
    assert on_disk(path) == {"vm": "here"}


def test_it_is_there_after_a_restart(store, open_store):
    put(store, "vm", description="here")
    store.close()
    assert open_store().snapshot.vms["vm"] == Vm("vm", description="here", version=1)


def test_an_exception_leaves_nothing_behind(store, path):
    def refused():
        with store.transaction(unit) as uow:
            uow.vms["vm"] = Vm("vm")
            raise KeyError("refused by the rule")

    with pytest.raises(KeyError):
        refused()
    assert (store.snapshot.vms, on_disk(path)) == ({}, {})
    put(store, "other")
    assert on_disk(path) == {"other": ""}


def test_a_snapshot_never_changes(store):
    put(store, "vm")
    before = store.snapshot
    put(store, "other")
    with store.transaction(unit) as uow:
        del uow.vms["vm"]
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


def test_changes_that_wait_for_the_disk_are_written_together(open_store):
    writing, go_on, writes = threading.Event(), threading.Event(), []

    def slow(write):
        writes.append(write)
        writing.set()
        assert go_on.wait(10)
        return write()

    store = open_store(run_blocking=slow)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(put, store, "first")
        assert writing.wait(10)
        others = [pool.submit(put, store, f"vm-{n}") for n in range(8)]
        wait_until(lambda: store._open is not None and len(store._open.touched.vms) == 8)
        assert store.snapshot.vms == {}, "nothing is shown before it is on disk"
        go_on.set()
        for done in [first, *others]:
            done.result(10)
    assert len(writes) == 2
    assert len(store.snapshot.vms) == 9


def test_a_failed_write_fails_the_changes_built_on_it_and_nothing_else(open_store, path):
    writing, fail = threading.Event(), threading.Event()

    def failing_once(write):
        if not fail.is_set():
            writing.set()
            assert fail.wait(10)
            raise OSError(28, "No space left on device")
        return write()

    store = open_store(run_blocking=failing_once)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(put, store, "first")
        assert writing.wait(10)
        second = pool.submit(put, store, "second")
        wait_until(lambda: store._open is not None and "second" in store._open.touched.vms)
        fail.set()
        for failed in (first, second):
            with pytest.raises(CannotSave):
                failed.result(10)
    assert (store.snapshot.vms, on_disk(path)) == ({}, {})
    put(store, "third")
    assert on_disk(path) == {"third": ""}


@pytest.fixture
def slow_disk(open_store):
    """Return a store whose writes wait for `go_on` and fail if `fails` is set, with the three events."""
    writing, go_on, fails = threading.Event(), threading.Event(), threading.Event()

    def slow(write):
        writing.set()
        assert go_on.wait(10)
        if fails.is_set():
            raise OSError(28, "No space left on device")
        return write()

    yield open_store(run_blocking=slow), writing, go_on, fails
    go_on.set()


def refuse(store):
    """Run a rule that refuses, and names what it has seen."""
    with store.transaction(unit) as uow:
        raise KeyError(*uow.vms)


def test_a_refusal_is_given_only_after_the_state_it_refers_to_is_on_disk(slow_disk):
    store, writing, go_on, _ = slow_disk
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(put, store, "first")
        assert writing.wait(10)
        second = pool.submit(put, store, "second")
        wait_until(lambda: store._open is not None and "second" in store._open.touched.vms)
        refused = pool.submit(refuse, store)
        assert not wait([refused], timeout=0.1).done
        go_on.set()
        with pytest.raises(KeyError, match="'first', 'second'"):
            refused.result(10)
        assert list(store.snapshot.vms) == ["first", "second"]
        for done in (first, second):
            done.result(10)


@pytest.mark.parametrize("waiting", [False, True], ids=["being written", "to be written next"])
def test_a_refusal_becomes_cannot_save_if_the_state_it_refers_to_cannot_be_saved(slow_disk, waiting):
    store, writing, go_on, fails = slow_disk
    fails.set()
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(put, store, "first")]
        assert writing.wait(10)
        if waiting:
            calls.append(pool.submit(put, store, "second"))
            wait_until(lambda: store._open is not None and "second" in store._open.touched.vms)
        calls.append(pool.submit(refuse, store))
        wait_until(lambda: store._open is not None)
        go_on.set()
        for failed in calls:
            with pytest.raises(CannotSave):
                failed.result(10)


def test_a_refusal_about_state_on_disk_waits_for_nothing(store, path):
    put(store, "vm")
    commits = []
    store.subscribe(commits.append)
    for _ in range(2):
        with pytest.raises(KeyError, match="vm"):
            refuse(store)
    assert commits == []
    put(store, "other")
    assert (on_disk(path), len(commits)) == ({"vm": "", "other": ""}, 1)


def test_a_refusal_is_given_on_a_full_disk_too(store, monkeypatch):
    put(store, "vm")
    monkeypatch.setattr(atomic_file, "os", Failing("writev"))
    with pytest.raises(KeyError):
        refuse(store)


def test_a_refusal_is_given_even_if_its_state_may_not_outlive_a_power_cut(slow_disk, monkeypatch):
    store, writing, go_on, _ = slow_disk
    monkeypatch.setattr(atomic_file, "os", Failing("fsync", after=1))
    with ThreadPoolExecutor(2) as pool:
        pool.submit(put, store, "first")
        assert writing.wait(10)
        refused = pool.submit(refuse, store)
        wait_until(lambda: store._open is not None)
        go_on.set()
        with pytest.raises(KeyError, match="first"):
            refused.result(10)


def test_an_error_while_encoding_is_raised_and_the_change_undone(store, path):
    with pytest.raises(TypeError):
        put(store, "vm", description=object())
    put(store, "other")
    assert on_disk(path) == {"other": ""}


def test_a_subscriber_that_fails_does_not_make_the_change_fail(store, path, caplog):
    store.subscribe(lambda commit: 1 / 0)
    received = []
    store.subscribe(received.append)
    put(store, "vm")
    assert on_disk(path) == {"vm": ""}
    assert len(received) == 1
    assert "ZeroDivisionError" in caplog.text


STEPS = ["open", "writev", "fsync", "close", "replace"]


@pytest.mark.parametrize("step", STEPS)
def test_at_whatever_step_a_write_fails_the_old_state_stands_and_the_next_write_works(store, path, monkeypatch, step):
    put(store, "old")
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing(step))
        with pytest.raises(CannotSave) as caught:
            put(store, "new")
        assert not caught.value.unsure
    assert (list(store.snapshot.vms), on_disk(path)) == (["old"], {"old": ""})
    put(store, "next")
    assert on_disk(path) == {"old": "", "next": ""}
    assert sorted(p.name for p in path.parent.iterdir()) == ["data.json", "data.json.lock"]


def test_whichever_call_of_a_write_fails_the_old_or_the_new_stands_and_the_next_write_works(store, path, monkeypatch):
    failed = []
    for number in range(100):
        old, new = f"old {number:300}", f"new {number:300}"
        put(store, "vm", description=old)
        with monkeypatch.context() as patch:
            patch.setattr(atomic_file, "os", disk := FailingAt(number))
            error = error_of_the_disk(store, "vm", description=new)
        if not disk.failed:
            break
        failed.append(disk.failed)
        assert store.snapshot.vms["vm"].description == (new if error.unsure else old)
        assert on_disk(path) == {"vm": store.snapshot.vms["vm"].description}
        assert sorted(p.name for p in path.parent.iterdir()) == ["data.json", "data.json.lock"]
    assert error is None, "every call has been tried"
    assert failed.count("write") > 2
    assert set(failed) == {"stat", "open", "writev", "write", "fsync", "close", "replace"}


def error_of_the_disk(store, *vm_ids, **more):
    """Return the CannotSave that this change meets, or None."""
    try:
        put(store, *vm_ids, **more)
    except CannotSave as error:
        return error
    return None


def test_short_writes_are_continued(store, path, monkeypatch):
    monkeypatch.setattr(atomic_file, "os", ShortWrites())
    put(store, *(f"vm-{n}" for n in range(100)))
    assert len(on_disk(path)) == 100


@pytest.mark.parametrize("disk", [os, ShortWrites()])
def test_more_chunks_than_the_system_takes_in_one_call_are_written_in_order(tmp_path, monkeypatch, disk):
    monkeypatch.setattr(atomic_file, "os", disk)
    chunks = [b"%d," % number for number in range(2500)]
    file = atomic_file.DurableFile(tmp_path / "file")
    assert file.replace(chunks)
    file.close()
    assert (tmp_path / "file").read_bytes() == b"".join(chunks)


def test_a_folder_that_cannot_be_synced_leaves_the_new_state_in_force_and_is_reported(store, path, monkeypatch):
    commits = []
    store.subscribe(commits.append)
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("fsync", after=1))
        with pytest.raises(CannotSave) as caught:
            put(store, "new")
    assert caught.value.unsure
    assert (list(store.snapshot.vms), on_disk(path)) == (["new"], {"new": ""})
    assert len(commits) == 1, "the state in force is published"


def test_a_rename_that_reports_failure_but_happened_is_followed(store, path, monkeypatch):
    monkeypatch.setattr(atomic_file, "os", RenamesAndFails())
    with pytest.raises(CannotSave) as caught:
        put(store, "new")
    assert caught.value.unsure
    assert (list(store.snapshot.vms), on_disk(path)) == (["new"], {"new": ""})


def test_after_such_a_rename_the_new_state_is_assumed_if_the_file_cannot_be_read(store, path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", disk := RenamesAndFails())
        patch.setattr(store._file, "read", disk.fail)
        with pytest.raises(CannotSave) as caught:
            put(store, "new")
    assert caught.value.unsure
    assert (list(store.snapshot.vms), on_disk(path)) == (["new"], {"new": ""})


def test_check_says_whether_a_write_would_succeed(store, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("fsync"))
        with pytest.raises(CannotSave):
            store.check()
    store.check()


def test_a_failed_write_is_noticed_by_the_next_check_at_once(store, monkeypatch):
    put(store, "vm")
    monkeypatch.setattr(atomic_file, "os", Failing("fsync"))
    with pytest.raises(CannotSave):
        put(store, "other")
    with pytest.raises(CannotSave):
        store.check()


def test_a_folder_that_cannot_be_synced_is_noticed_too(store, monkeypatch, caplog):
    monkeypatch.setattr(atomic_file, "os", Failing("fsync", after=1))
    with pytest.raises(CannotSave):
        store.check()
    monkeypatch.setattr(atomic_file, "os", Failing("fsync", after=1))
    with pytest.raises(CannotSave):
        put(store, "vm")
    assert "folder" in caplog.text


def test_a_disk_that_stays_full_is_logged_once_and_so_is_its_end(store, monkeypatch, caplog):
    caplog.set_level("INFO")
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("writev"))
        for _ in range(3):
            with pytest.raises(CannotSave):
                put(store, "vm")
            with store.transaction(unit):
                pass  # changes nothing, so it logs nothing about the disk
    put(store, "vm")
    put(store, "other")
    assert [record.message.count("again") for record in caplog.records] == [0, 1]


def test_many_checks_at_once_share_a_few_tries(open_store):
    tries = []
    store = open_store(run_blocking=lambda work: tries.append(work) or work())
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: store.check(), range(100)))
    assert len(tries) < 10


def test_without_its_lock_file_the_store_does_not_write(store, path):
    put(store, "vm")
    path.with_name("data.json.lock").unlink()
    with pytest.raises(CannotSave):
        put(store, "other")
    assert on_disk(path) == {"vm": ""}


def test_only_the_owner_may_read_the_file(store, path):
    path.chmod(0o644)
    left_by_a_crash = path.with_name(".data.json.tmp")
    left_by_a_crash.write_bytes(b"half of it")
    left_by_a_crash.chmod(0o666)
    put(store, "vm")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("data.json.lock").stat().st_mode) == 0o600


def test_a_file_put_there_by_hand_is_made_private_at_the_start(open_store, path):
    path.write_text('{"vms": []}')
    path.chmod(0o644)
    open_store()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_symbolic_link_is_followed_and_stays_one(tmp_path, path):
    real = tmp_path / "elsewhere"
    real.mkdir()
    path.symlink_to(real / "real.json")
    store = JsonStore(path)
    put(store, "vm")
    store.close()
    assert path.is_symlink()
    assert on_disk(real / "real.json") == {"vm": ""}


def test_a_second_store_is_kept_out_until_the_first_is_closed(store, path, open_store):
    with pytest.raises(FileInUse):
        JsonStore(path)
    store.close()
    open_store()


def test_a_broken_file_is_left_as_it_is_and_not_kept_locked(path, open_store):
    path.write_bytes(b'{"vms": [')
    with pytest.raises(BadFile):
        JsonStore(path)
    assert path.read_bytes() == b'{"vms": ['
    path.write_bytes(b"{}")
    open_store()


def test_a_closed_store_changes_nothing_any_more(store, path):
    store.close()
    with pytest.raises(CannotSave):
        put(store, "late")
    assert on_disk(path) == {}


def test_the_starter_is_used_only_if_there_is_no_file(path, open_store):
    starter = b'{"vms": [{"id": "starter"}]}'
    store = open_store(starter)
    assert on_disk(path) == {"starter": ""}
    with store.transaction(unit) as uow:
        del uow.vms["starter"]
    store.close()
    assert open_store(starter).snapshot.vms == {}


def test_many_at_once_lose_nothing(open_store, path):
    store = open_store()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: put(store, f"vm-{n}"), range(300)))
    assert len(on_disk(path)) == 300


def wait_until(condition):
    """Wait until another thread makes the condition true."""
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("the condition did not become true")


def test_changes_written_together_return_only_after_subscribers_know_them(open_store):
    disk_is_free, known, late = threading.Event(), set(), []

    def wait_for_disk(write):
        disk_is_free.wait(10)
        return write()

    store = open_store(run_blocking=wait_for_disk)

    def listen(commit):
        threading.Event().wait(0.02)  # time for calls that do not wait to be noticed
        known.update(commit.after.vms)

    def put_and_check(vm_id):
        put(store, vm_id)
        if vm_id not in known:
            late.append(vm_id)

    store.subscribe(listen)
    with ThreadPoolExecutor(8) as people:
        done = [people.submit(put_and_check, f"vm-{number}") for number in range(8)]
        disk_is_free.set()
        for one in done:
            one.result(10)
    assert late == []


def test_an_error_while_a_batch_is_examined_keeps_nobody_waiting(open_store):
    def shown(record):
        raise ZeroDivisionError

    store = open_store(shown=shown)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            put(store, "vm")
    assert store.snapshot.vms == {}


class Killed(BaseException):
    """The exception that a green thread meets when it is killed from outside."""


def test_a_leader_that_is_killed_keeps_nobody_waiting(store, monkeypatch):
    write, followed = store._write_in_turn, threading.Event()

    def kill_the_first(batch):
        monkeypatch.setattr(store, "_write_in_turn", write)
        assert followed.wait(10)
        raise Killed

    monkeypatch.setattr(store, "_write_in_turn", kill_the_first)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(put, store, "first")
        wait_until(lambda: store._open and store._open.has_leader)
        second = people.submit(put, store, "second")
        wait_until(lambda: "second" in store._open.state.vms)
        followed.set()
        with pytest.raises(Killed):
            first.result(10)
        second.result(10)
    assert list(store.snapshot.vms) == ["first", "second"]


def test_a_leader_killed_while_it_writes_fails_the_changes_built_on_it_and_nothing_else(open_store, path):
    writing, kill = threading.Event(), threading.Event()

    def run_blocking(write):
        if not kill.is_set():
            writing.set()
            assert kill.wait(10)
            raise Killed
        return write()

    store = open_store(run_blocking=run_blocking)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(put, store, "first")
        assert writing.wait(10)
        second = people.submit(put, store, "built on the first")
        wait_until(lambda: store._open is not None)
        kill.set()
        with pytest.raises(Killed):
            first.result(10)
        with pytest.raises(CannotSave):
            second.result(10)
    put(store, "next")
    assert list(store.snapshot.vms) == list(on_disk(path)) == ["next"]
