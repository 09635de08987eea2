"""Backups by the running server: made before its first change, and never an obstacle to a booking."""

import json

import pytest

from support.answers import done
from support.data_commands import run
from support.inventory import from_now, inventory, machine
from support.people import Person


def backups(server):
    folder = server.data.with_name("data.json.backups")
    return {path.name: json.loads(path.read_bytes()) for path in folder.glob("*.json")} if folder.is_dir() else {}


def test_the_file_from_before_the_start_is_kept(start):
    server = start(inventory([machine("vm", "bob@example.com", from_now(hours=-1))], written_by="hand"))
    assert server.stored_vm("vm")["booked_by"] is None
    [(name, backup)] = backups(server).items()
    assert name.endswith("Z-before-start.json")
    assert backup["vms"][0]["booked_by"] == "bob@example.com"
    assert backup["written_by"] == "hand"


def test_repeated_starts_keep_one_backup_of_the_same_state(start):
    server = start(inventory([machine("vm")], epoch=1))  # the history has begun, which would change the file
    for _ in range(2):
        server.restart()
    assert len(backups(server)) == 1


def test_the_folder_can_be_elsewhere(start, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    server = start(inventory([machine("vm")]), LOADZONE_BACKUPS=str(kept))
    assert [path.name.endswith("Z-before-start.json") for path in kept.glob("*.json")] == [True]
    assert backups(server) == {}
    [line] = run(server.data, "backups", LOADZONE_BACKUPS=str(kept)).out.splitlines()
    assert line.endswith("machines: 1, booked: 0, waiting: 0, groups: 0, people: 0")


def test_a_folder_that_is_not_there_ends_the_start_and_the_commands(start, tmp_path):
    missing = str(tmp_path / "typo")
    with pytest.raises(AssertionError, match=f"cannot start: LOADZONE_BACKUPS: {missing}: there is no such folder"):
        start(inventory([machine("vm")]), LOADZONE_BACKUPS=missing)
    ended = run(tmp_path / "data.json", "backups", LOADZONE_BACKUPS=missing)
    assert (ended.code, "there is no such folder" in ended.err) == (1, True)


def test_bookings_go_on_if_no_backup_can_be_made_and_it_is_logged(start, tmp_path):
    (tmp_path / "data.json.backups").write_text("a file stands in the way")
    server = start(inventory([machine("vm")]))
    done(Person(server, "bob@example.com").sign_in().book("vm"))
    assert server.stored_vm("vm")["booked_by"] == "bob@example.com"
    server.wait_for_log(r"WARNING no backup of .*data\.json could be made: .*\. Bookings go on")
    assert "Traceback" not in server.log
