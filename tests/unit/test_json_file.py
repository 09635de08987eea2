"""The store over the JSON file: whatever fails on the disk, the file holds the old state or the new."""

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from loadzone.datafile.reader import BadFile
from loadzone.domain.commit import CannotSave
from loadzone.lib import atomic_file
from loadzone.lib.atomic_file import FileInUse
from support.disk import Failing, FailingAt, RenamesAndFails, ShortWrites
from support.stores import json_store
from support.waiting import eventually
from support.world import unit
from unit.stores import put, refuse


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.json"


@pytest.fixture
def open_store(path):
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(closing(json_store(path, **options)))


@pytest.fixture
def store(open_store):
    return open_store()


def on_disk(path):
    return {vm["id"]: vm.get("description", "") for vm in json.loads(path.read_bytes())["vms"]}


def test_a_refusal_is_given_on_a_full_disk_too(store, monkeypatch):
    put(store, "vm")
    monkeypatch.setattr(atomic_file, "os", Failing("writev"))
    with pytest.raises(KeyError):
        refuse(store)


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


def test_an_edit_that_was_not_written_is_not_in_the_next_write(store, path, monkeypatch):
    put(store, "vm", "other", description="old")
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing("writev"))
        with pytest.raises(CannotSave):
            put(store, "vm", description="new")
    put(store, "other", description="next")
    assert on_disk(path) == {"vm": "old", "other": "next"}


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
        patch.setattr(store._durable._file, "read", disk.fail)
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
            store.do(unit, lambda uow: None)  # changes nothing, so it logs nothing about the disk
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
    store = json_store(path)
    put(store, "vm")
    store.close()
    assert path.is_symlink()
    assert on_disk(real / "real.json") == {"vm": ""}


def test_a_second_store_is_kept_out_until_the_first_is_closed(store, path, open_store):
    with pytest.raises(FileInUse):
        json_store(path)
    store.close()
    open_store()


def test_a_broken_file_is_left_as_it_is_and_not_kept_locked(path, open_store):
    path.write_bytes(b'{"vms": [')
    with pytest.raises(BadFile):
        json_store(path)
    assert path.read_bytes() == b'{"vms": ['
    path.write_bytes(b"{}")
    open_store()


class Killed(BaseException):
    """The exception that a green thread meets when it is killed from outside."""


@pytest.mark.parametrize("how", [Killed(), OSError(28, "No space left on device")], ids=["killed", "full"])
def test_what_a_write_that_was_cut_off_has_encoded_is_not_written_by_the_next(open_store, path, how):
    writing, go_on = threading.Event(), threading.Event()

    def cut_off_once(write):
        if go_on.is_set():
            return write()
        writing.set()
        assert go_on.wait(10)
        if isinstance(how, Killed):
            raise how
        return how

    store = open_store(run_blocking=cut_off_once)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(put, store, "first")
        assert writing.wait(10)
        second = people.submit(put, store, "built on the first")
        eventually(lambda: store._open is not None)
        go_on.set()
        with pytest.raises(Killed if isinstance(how, Killed) else CannotSave):
            first.result(10)
        with pytest.raises(CannotSave):
            second.result(10)
    put(store, "next")
    assert list(store.snapshot.vms) == list(on_disk(path)) == ["next"]
