"""While the history's database cannot be used, bookings go on, lines wait, and are caught up with afterwards."""

import os
import resource
import sqlite3
import subprocess
from contextlib import closing, contextmanager

import pytest

from support.answers import done
from support.data_commands import run
from support.inventory import inventory, machine
from support.kept_history import acts, history_file, kept, waiting
from support.people import Person
from support.server import data_file
from support.small_disk import SmallDisk, small_disk
from support.waiting import eventually

MACHINES = [f"vm-{number}" for number in range(30)]
FAILS, WORKS = "the history cannot be written", "the history can be written to .* again"


@pytest.fixture
def server(start):
    return start(inventory([machine(vm_id) for vm_id in MACHINES]))


def book(person, *vm_ids):
    for vm_id in vm_ids:
        done(person.book(vm_id))


def trouble(server):
    """Return what the health check says of the history."""
    answer = Person(server).get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    return answer.json().get("history")


def is_caught_up(server, *vm_ids):
    eventually(lambda: acts(kept(server), "booked") == list(vm_ids))
    eventually(lambda: trouble(server) is None)
    server.wait_for_log(WORKS)
    assert server.log.count(FAILS) == 1
    assert "Traceback" not in server.log


@contextmanager
def locked(server):
    with closing(sqlite3.connect(history_file(server), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_another_process_locks_the_history(server, bob):
    book(bob, "vm-0")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0"])
    with locked(server):
        book(bob, "vm-1", "vm-2")
        server.wait_for_log(FAILS)
        assert trouble(server)["waiting"] >= 2
        book(bob, "vm-3")
        assert acts(waiting(server), "booked")[-3:] == ["vm-1", "vm-2", "vm-3"]
    is_caught_up(server, "vm-0", "vm-1", "vm-2", "vm-3")


def put_in_place(server, content):
    """Replace the history's file by this content, as an operator does beside a running server: with another file."""
    path = history_file(server)
    other = path.with_name("other")
    other.write_bytes(content)
    for name in (f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    other.replace(path)


@pytest.mark.parametrize("broken", ["garbage", "truncated"])
def test_a_broken_history_is_caught_up_with_once_it_is_whole_again(server, bob, broken):
    book(bob, "vm-0")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0"])
    server.stop()
    whole = history_file(server).read_bytes()
    half = whole[: len(whole) // 2 + 100]
    put_in_place(server, b"no database at all\n" * 1000 if broken == "garbage" else half)
    server.start()
    server.wait_for_log(FAILS)
    book(bob, "vm-1", "vm-2")
    assert trouble(server)["waiting"] >= 2
    put_in_place(server, whole)
    is_caught_up(server, "vm-0", "vm-1", "vm-2")


def test_files_that_may_not_grow_hold_up_no_booking(server, bob):
    """As on a full disk on which the data file still finds room."""
    book(bob, "vm-0")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0"])
    limit = 12_288  # bytes
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (limit, hard))
    names = [f"vm-{number}" for number in range(1, 8)]
    book(bob, *names)
    server.wait_for_log(FAILS)
    assert trouble(server)
    assert server.data.stat().st_size < limit
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
    is_caught_up(server, "vm-0", *names)


@pytest.fixture
def mounted(tmp_path):
    """Return a folder that is a file system of its own, and can be made read-only."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=False, capture_output=True).returncode:
        yield folder, lambda mode: folder.chmod(0o500 if mode == "ro" else 0o700)
        return
    yield folder, lambda mode: subprocess.run(["mount", "-o", f"remount,{mode}", str(folder)], check=True)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_history_that_may_only_be_read_holds_up_no_booking(mounted, start, tmp_path):
    folder, remount = mounted
    path = data_file(tmp_path, inventory([machine(vm_id) for vm_id in MACHINES]))
    os.symlink(folder / "history", path.with_name("data.json.history.sqlite"))
    server = start(LOADZONE_DATA=str(path))
    bob = Person(server).sign_in()
    book(bob, "vm-0")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0"])
    server.stop()  # an open file would keep the file system from being made read-only
    remount("ro")
    server.start()
    server.wait_for_log(FAILS)
    book(bob, "vm-1")
    assert trouble(server)["waiting"] >= 1
    remount("rw")
    is_caught_up(server, "vm-0", "vm-1")


def test_a_history_that_was_deleted_begins_anew(server, bob):
    book(bob, "vm-0")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0"])
    for path in history_file(server).parent.glob("*.history.sqlite*"):
        path.unlink()
    book(bob, "vm-1")
    eventually(lambda: acts(kept(server), "booked")[-1:] == ["vm-1"])
    assert trouble(server) is None


def test_the_history_leaves_room_on_the_disk_for_bookings(tmp_path, start):
    with small_disk(folder := make(tmp_path / "disk"), "4m") as disk:
        path = data_file(folder, inventory([machine(vm_id) for vm_id in MACHINES]))
        server = start(LOADZONE_DATA=str(path))
        bob = Person(server).sign_in()
        book(bob, "vm-0")
        if isinstance(disk, SmallDisk):
            server.wait_for_log(FAILS + ".*are free on the disk")
            assert sorted(path.name for path in folder.glob("*.sqlite*")) == []
        server.end()


def make(folder):
    folder.mkdir()
    return folder


def test_after_an_older_file_was_put_there_by_hand_all_acts_are_kept(server, bob):
    book(bob, "vm-0")
    older = server.data.read_bytes()
    book(bob, "vm-1", "vm-2")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0", "vm-1", "vm-2"])
    server.kill()
    server.data.write_bytes(older)
    server.start()
    book(bob, "vm-3", "vm-1")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0", "vm-1", "vm-2", "vm-3", "vm-1"])
    found = kept(server)
    assert [line["action"] for line in found].count("data_restored") == 1
    assert [line["id"] for line in found] == sorted({line["id"] for line in found})


def test_the_history_of_another_data_file_keeps_its_lines_and_gets_all_new_ones(server, bob, start, tmp_path):
    book(bob, "vm-0", "vm-1")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0", "vm-1"])
    server.stop()
    server.store(inventory([machine(vm_id) for vm_id in MACHINES]))
    server.start()
    book(Person(server).sign_in(), "vm-2")
    eventually(lambda: acts(kept(server), "booked") == ["vm-0", "vm-1", "vm-2"])
    numbers = [vm["number"] for vm in server.stored()["vms"]]
    assert len(set(numbers)) == len(MACHINES)


def test_commands_and_other_programs_may_look_at_it_while_the_server_runs(server, bob):
    """Each is the last to close the file that it knows of; SQLite would then delete what the server goes on with."""
    for number in range(4):
        booked = [f"vm-{each}" for each in range(number + 1)]
        book(bob, booked[-1])
        eventually(lambda booked=booked: acts(kept(server), "booked") == booked)
        if number % 2:
            assert run(server.data, "check").code == 0
        else:
            with closing(sqlite3.connect(history_file(server), isolation_level=None)) as other:
                other.execute("SELECT count(*) FROM lines").fetchall()
        done(bob.get("/history"))
        done(bob.get("/usage"))
    server.stop()
    assert acts(kept(server), "booked") == booked
