"""On a full disk changes are answered 503 and leave no trace in memory or on disk. With room again they work.

As root the tests mount a real disk of 256 kB. Otherwise they use the kernel's limit on the size of files.
"""

from contextlib import nullcontext

import pytest

from support.answers import done, refusal
from support.inventory import inventory, machine
from support.listener import Listener
from support.server import data_file
from support.small_disk import SmallDisk, SmallFiles, small_disk


@pytest.fixture(params=["disk", "files"])
def disk(request, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder) if request.param == "disk" else nullcontext(SmallFiles(folder)) as disk:
        yield disk


@pytest.fixture
def server(disk, start):
    machines = inventory([machine(f"vm-{n}") for n in range(5)])
    return start(LOADZONE_DATA=str(data_file(disk.folder, machines)))


def test_changes_are_refused_on_a_full_disk_and_work_again_afterwards(disk, server, bob, carol):
    file = disk.folder / "data.json"
    done(bob.book("vm-0"))
    before, on_disk = carol.state(), file.read_bytes()
    listener = Listener(carol)
    disk.fill(server)
    assert refusal(bob.book("vm-1")) == (503, "cannot_save")
    assert refusal(bob.cancel("vm-0")) == (503, "cannot_save")
    assert carol.state() == before
    assert file.read_bytes() == on_disk
    assert carol.get("/healthz").status_code == 503
    disk.free(server)
    assert carol.get("/healthz").status_code == 200
    done(bob.book("vm-1"))
    done(carol.book("vm-2"))
    after = carol.state()
    assert after["revision"] == before["revision"] + 2
    listener.wait_for_change(after["revision"])
    listener.close()
    assert [change["revision"] for change in listener.changes()] == [after["revision"] - 1, after["revision"]]
    assert sorted(record["vm_id"] for record in bob.history()) == ["vm-0", "vm-1"]
    assert "Traceback" not in server.log


def test_a_change_refused_on_a_full_disk_is_not_there_after_a_restart(disk, server, bob):
    done(bob.book("vm-0"))
    disk.fill(server)
    assert refusal(bob.book("vm-1")) == (503, "cannot_save")
    server.kill()
    disk.free(server) if isinstance(disk, SmallDisk) else None
    server.start()
    assert (bob.vm("vm-0")["state"], bob.vm("vm-1")["state"]) == ("booked", "free")


def test_reading_works_on_a_full_disk(disk, server, bob, charlie):
    disk.fill(server)
    assert charlie.get("/vms").status_code == 200
    assert charlie.get("/").status_code == 200
    assert bob.is_signed_in()
    disk.free(server)


def test_a_booking_that_ends_on_a_full_disk_is_ended_once_there_is_room(disk, server, bob):
    done(bob.book("vm-0", 4 / 3600))
    disk.fill(server)
    server.wait_for_log(r"(?i)(no space|cannot|could not|full|too large)")
    disk.free(server)
    done(bob.book("vm-1"))
    with Listener(bob) as listener:
        if bob.vm("vm-0")["state"] != "free":
            listener.wait_for("notification", timeout=70, kind="expired", vm_id="vm-0")
    assert bob.actions("vm-0") == ["book", "release"]
