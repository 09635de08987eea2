"""Backups of the running server: made before its first change, never in the way of a booking."""

import json

from support.answers import done
from support.inventory import from_now, inventory, machine
from support.people import Person


def backups(server):
    folder = server.data.with_name("data.json.backups")
    return {path.name: json.loads(path.read_bytes()) for path in folder.glob("*.json")} if folder.is_dir() else {}


def test_what_the_file_said_before_the_start_is_kept(start):
    server = start(inventory([machine("vm", "bob@example.com", from_now(hours=-1))], written_by="hand"))
    assert server.stored_vm("vm")["booked_by"] is None
    [(name, kept)] = backups(server).items()
    assert name.endswith("Z-before-start.json")
    assert kept["vms"][0]["booked_by"] == "bob@example.com"
    assert kept["written_by"] == "hand"


def test_starts_again_and_again_keep_one_of_each_state(start):
    server = start(inventory([machine("vm")]))
    for _ in range(2):
        server.restart()
    assert len(backups(server)) == 1


def test_where_none_can_be_made_bookings_go_on_and_the_log_says_so(start, tmp_path):
    (tmp_path / "data.json.backups").write_text("a file stands in the way")
    server = start(inventory([machine("vm")]))
    done(Person(server, "bob@example.com").sign_in().book("vm"))
    assert server.stored_vm("vm")["booked_by"] == "bob@example.com"
    server.wait_for_log(r"WARNING no backup of .*data\.json could be made: .*\. Bookings go on")
    assert "Traceback" not in server.log
