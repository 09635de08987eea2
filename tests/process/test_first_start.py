"""The first start of a fresh clone: starter inventory, instance folder, and the permissions of its files."""

import json
import shutil
import stat

import pytest

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person
from support.server import ROOT, Server


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def clone(tmp_path):
    """A server in a copy of the repository, with no settings but the port, not started yet."""
    folder = tmp_path / "clone"
    ignored = shutil.ignore_patterns(".*", "instance", "tests", "__pycache__", "node_modules")
    shutil.copytree(ROOT, folder, ignore=ignored)
    server = Server(folder / "instance" / "data.json", root=folder, LOADZONE_DATA="", LOADZONE_SECRET_KEY="")
    yield server
    server.stop()


def test_the_data_file_is_made_from_the_starter(clone):
    ann = Person(clone.start()).sign_in()
    starter = json.loads((ROOT / "data.json").read_text(encoding="utf-8"))
    assert [vm["id"] for vm in ann.state()["vms"]] == [vm["id"] for vm in starter["vms"]]
    assert ann.groups() == [{**group, "queue": [], "version": 0} for group in starter["groups"]]
    assert ann.vm("server-01")["external_ip"] == starter["vms"][0]["external_ip"]


def test_the_starter_is_never_written(clone):
    before = (clone.root / "data.json").read_bytes()
    ann = Person(clone.start()).sign_in()
    done(ann.book("server-01"))
    clone.restart()
    assert (clone.root / "data.json").read_bytes() == before
    assert ann.vm("server-01")["state"] == "booked", "the starter is not read again"


def test_only_the_owner_can_read_the_instance_files(clone):
    ann = Person(clone.start()).sign_in()
    done(ann.book("server-01"))
    paths = list((clone.root / "instance").rglob("*"))
    assert clone.data in paths
    assert {path.name: mode(path) for path in paths if path.is_file()} == {
        path.name: 0o600 for path in paths if path.is_file()
    }


def test_the_secret_key_is_made_once(clone):
    ann = Person(clone.start()).sign_in()
    clone.restart()
    assert ann.is_signed_in()


def test_the_starter_is_an_inventory_of_a_dozen_machines_in_three_groups():
    starter = json.loads((ROOT / "data.json").read_text(encoding="utf-8"))
    assert len(starter["vms"]) == 12
    assert len(starter["groups"]) == 3
    assert starter["users"] == {}
    named = {(group["id"], vm_id) for group in starter["groups"] for vm_id in group["vm_ids"]}
    assert named == {(vm["group"], vm["id"]) for vm in starter["vms"] if vm["group"] is not None}
    assert all(vm["booked_by"] is None for vm in starter["vms"])


def test_a_file_of_the_settings_starts_empty_if_it_does_not_exist(start):
    server = start()
    ann = Person(server).sign_in()
    assert ann.state()["vms"] == ann.state()["groups"] == []
    assert mode(server.data) == 0o600


def test_a_file_that_others_can_read_becomes_private(start):
    server = start(inventory([machine("vm")]))
    server.data.chmod(0o644)
    done(Person(server).sign_in().book("vm"))
    assert mode(server.data) == 0o600
    paths = list(server.data.parent.rglob("*.json*"))
    assert {mode(path) for path in paths if path.is_file()} == {0o600}
    assert {mode(path) for path in paths if path.is_dir()} == {0o700}


def test_the_file_is_readable_text(start):
    server = start(inventory([machine("сервер-01", description="Восемь ядер")]))
    done(Person(server).sign_in().book("сервер-01", note="ночные тесты"))
    text = server.data.read_text(encoding="utf-8")
    assert "Восемь ядер" in text
    assert "ночные тесты" in text
    assert len(text.splitlines()) > 5
