"""Backups by the running server: made before its first change, and never an obstacle to a booking."""

import json

from support.answers import done
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
    server = start(inventory([machine("vm")]))
    for _ in range(2):
        server.restart()
    assert len(backups(server)) == 1


def test_bookings_go_on_if_no_backup_can_be_made_and_it_is_logged(start, tmp_path):
    (tmp_path / "data.json.backups").write_text("a file stands in the way")
    server = start(inventory([machine("vm")]))
    done(Person(server, "bob@example.com").sign_in().book("vm"))
    assert server.stored_vm("vm")["booked_by"] == "bob@example.com"
    server.wait_for_log(r"WARNING no backup of .*data\.json could be made: .*\. Bookings go on")
    assert "Traceback" not in server.log
