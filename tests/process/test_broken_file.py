"""A data file that is not valid stops the start with a message that names the place, and the file is not changed."""

import json
import re

import pytest

from app import CannotStart, create_app
from loadzone.config import Config
from support.data_commands import run
from support.inventory import inventory, machine
from support.server import Server

GOOD = json.dumps(inventory([machine("vm-1"), machine("vm-2")], [{"id": 1, "name": "One", "vm_ids": []}]), indent=1)
BROKEN = {
    "empty": ("", "empty|line 1|char|position"),
    "cut in the middle": (GOOD[: len(GOOD) // 2], r"line \d+"),
    "a comma missing": (GOOD.replace('"vm-1",', '"vm-1"'), r"line \d+"),
    "not JSON at all": ("vms: []", "line 1"),
    "not UTF-8": (b'{"vms": [], "groups": [], "users": {}, "x": "\xff"}', "(?i)utf-8|line 1"),
    "a list": ("[]", "object|shape|dict"),
    "machines that are not a list": ('{"vms": {}, "groups": [], "users": {}}', "vms"),
    "people that are a list": ('{"vms": [], "groups": [], "users": []}', "users"),
    "a machine without an id": (GOOD.replace('"id": "vm-2"', '"name": "vm-2"'), r"vms\S*1\S*"),
    "a machine that is text": ('{"vms": ["vm"], "groups": [], "users": {}}', r"vms\S*0"),
    "an invalid time": (GOOD.replace('"expires_at": null', '"expires_at": "tomorrow"'), r"vms\S*0\S*expires_at"),
    "an id that is a number": (GOOD.replace('"vm-2"', "2"), r"vms\S*1\S*id"),
    "two machines with one id": (GOOD.replace("vm-2", "vm-1"), "vm-1"),
    "two groups with one id": (
        json.dumps(inventory(groups=[{"id": 1, "name": name, "vm_ids": []} for name in ("a", "b")])),
        r"groups|\b1\b",
    ),
    "an invalid revision": ('{"vms": [], "revision": -1}', "revision"),
    "a revision that cannot be read exactly": ('{"vms": [], "revision": 1e30}', "revision"),
    "a heartbeat interval that is too long": (
        GOOD.replace('"id": "vm-1"', '"id": "vm-1", "heartbeat_minutes": 1e12'),
        r"vms\S*0\S*heartbeat_minutes",
    ),
    "a group without a name": ('{"vms": [], "groups": [{"id": 1, "vm_ids": []}], "users": {}}', r"groups\S*0\S*name"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_the_error_names_the_place_and_the_file_is_not_changed(tmp_path, kind):
    content, place = BROKEN[kind]
    file = tmp_path / "data.json"
    before = content if isinstance(content, bytes) else content.encode()
    file.write_bytes(before)
    with pytest.raises(CannotStart) as refused:
        create_app(Config(data=file, secret_key="a key for tests alone"))
    message = str(refused.value)
    assert str(file) in message
    assert re.search(place, message.replace(str(file), "")), message
    assert file.read_bytes() == before


def test_the_start_stops_with_a_message(tmp_path):
    file = tmp_path / "data.json"
    file.write_text(GOOD[: len(GOOD) // 2])
    assert_start_stops(file)
    assert file.read_text() == GOOD[: len(GOOD) // 2]


def test_a_folder_stops_the_start(tmp_path):
    assert_start_stops(tmp_path)


def assert_start_stops(data):
    server = Server(data)
    server.launch()
    code, output = server.ended()
    server.stop()
    assert code != 0
    assert str(data) in output
    assert "Traceback" not in output


@pytest.mark.parametrize("kind", BROKEN)
def test_the_check_command_names_the_place_too(tmp_path, kind):
    content, place = BROKEN[kind]
    file = tmp_path / "data.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = run(tmp_path / "another.json", "check", file)
    assert ended.code == 1
    assert re.search(place, ended.out), ended.out
