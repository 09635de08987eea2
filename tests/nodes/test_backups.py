"""Backups by the node that leads, in the form of the data file."""

import json

import pytest

from support.answers import done
from support.data_commands import run
from support.people import Person
from support.server import FREQUENT_SWEEPS, Server
from support.waiting import eventually


def test_the_node_that_leads_keeps_what_it_found(start_node, kept, tmp_path, database_url):
    server = start_node(LOADZONE_BACKUPS=str(kept))
    alice = Person(server, "alice@example.com").sign_in()
    done(alice.add_vm("vm"), 201)
    server.stop()
    for path in kept.iterdir():
        path.unlink()
    start_node(program=FREQUENT_SWEEPS, LOADZONE_BACKUPS=str(kept))
    eventually(lambda: list(kept.glob("*Z-before-start.json")), timeout=30)
    [backup] = kept.glob("*Z-before-start.json")
    assert [vm["id"] for vm in json.loads(backup.read_bytes())["vms"]] == ["vm"]
    listed = run("", "backups", LOADZONE_DATABASE_URL=database_url, LOADZONE_BACKUPS=str(kept))
    assert f"{backup.name}  machines: 1" in listed.out
    assert run("", "check", backup).out.startswith(f"{backup} is valid: machines: 1")
    as_file = Server(tmp_path / "data.json")
    as_file.data.write_bytes(backup.read_bytes())
    try:
        assert [vm["id"] for vm in Person(as_file.start()).state()["vms"]] == ["vm"]
    finally:
        as_file.end()


def test_without_a_folder_the_start_says_that_none_are_made(server):
    eventually(lambda: "LOADZONE_BACKUPS is not set: LoadZone makes no backups of the database" in server.log)


def test_a_folder_that_is_not_there_ends_the_start(start_node, tmp_path):
    with pytest.raises(AssertionError, match=r"cannot start: LOADZONE_BACKUPS: .*typo: there is no such folder"):
        start_node(LOADZONE_BACKUPS=str(tmp_path / "typo"))
