"""A deletion can be undone after a restart too, and one by a command of the operator."""

import json
from datetime import timedelta

import pytest

from support.answers import done, refusal
from support.data_commands import run
from support.inventory import inventory, machine, moment, stamp
from support.people import Person

GROUP = {"id": 1, "name": "perf", "vm_ids": ["vm-0", "vm-1"]}


@pytest.fixture
def board(start):
    """A server with two machines in a group, an admin, and two other people."""
    server = start(inventory([machine(f"vm-{n}") | {"group": 1, "rack": n} for n in range(2)], [GROUP]))
    people = [Person(server, email).sign_in() for email in ("alice@example.com", None, None)]
    return server, *people


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_was_deleted_before_a_restart_comes_back_after_it(board, end):
    server, alice, ann, ben = board
    done(ann.book("vm-0", 4, note="soak"))
    done(alice.book("vm-1", 2))
    done(ben.join("vm-0"))
    done(ben.join(1))
    before = alice.state()
    done(alice.post("/delete-vm", {"vm_ids": ["vm-0", "vm-1"], "force": True}))
    done(alice.delete_group(1))
    getattr(server, end)()
    server.start()
    assert (alice.state()["vms"], alice.state()["groups"]) == ([], [])
    done(alice.undelete("vm-0", "vm-1"))
    done(alice.undelete(group_id=1))
    after = alice.state()
    assert without_versions(after["groups"]) == without_versions(before["groups"])
    assert by_id(without_versions(after["vms"])) == by_id(without_versions(before["vms"]))
    assert [vm["rack"] for vm in server.stored()["vms"]] == [0, 1]
    assert server.stored().get("deleted") is None


def test_after_ten_minutes_it_is_forgotten_at_the_start(board):
    server, alice, *_ = board
    done(alice.delete_vm("vm-0"))
    server.stop()
    stored = server.stored()
    for kept in stored["deleted"]:
        kept["at"] = stamp(moment(kept["at"]) - timedelta(minutes=10))
    server.data.write_text(json.dumps(stored), encoding="utf-8")
    server.start()
    assert refusal(alice.undelete("vm-0")) == (404, "not_deleted")
    assert "deleted" not in server.stored()


def test_a_deletion_by_an_import_is_undone_by_an_admin(board, tmp_path):
    server, alice, *_ = board
    server.stop()
    names = tmp_path / "machines.csv"
    names.write_text("id\nvm-1\n", encoding="utf-8")
    run(server.data, "import", str(names), "--prune", "--yes")
    assert "is valid: machines: 1" in run(server.data, "check").out
    server.start()
    [vm] = done(alice.undelete("vm-0"))["vms"]
    assert (vm["id"], vm["group"]) == ("vm-0", 1)


def by_id(vms):
    return {vm["id"]: vm for vm in vms}


def without_versions(records):
    return [record | {"version": 0} for record in records]
