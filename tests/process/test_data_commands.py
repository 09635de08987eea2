"""`flask --app app data …` on real files: its output and refusals; a command happens completely or not at all."""

import json
import os
import time

import pytest

from process.data_files import BEFORE, files, ids, stored
from support.data_commands import backups_of, run, start_command
from support.inventory import inventory, machine
from support.people import Person
from support.server import data_file

SMALL_FILES_ONLY = ("prlimit", "--fsize=100")


# All commands


def test_the_help_names_all_commands(data):
    ended = run(data, "--help")
    assert ended.code == 0
    for command in ("check", "backups", "restore", "copy", "export", "import"):
        assert f"\n  {command} " in ended.out


def test_the_help_touches_no_file(tmp_path):
    assert run(tmp_path / "data.json", "--help").code == 0
    assert list(tmp_path.iterdir()) == []


def kept(data):
    """Return all that is kept except the history, which a running server moves from the file to its database."""
    others = {name: content for name, content in files(data.parent).items() if not name.startswith(data.name)}
    return others, backups_of(data), {key: value for key, value in stored(data).items() if key != "history"}


def test_while_the_server_runs_commands_can_read_but_not_change(start, backup, machines):
    server = start(BEFORE)
    before = kept(server.data)
    for words in (["check"], ["backups"], ["export", "--format", "csv"], ["import", machines, "--dry-run"]):
        assert run(server.data, *words).code == 0
    for words in (["restore", backup, "--yes"], ["import", machines, "--yes"]):
        ended = run(server.data, *words)
        assert (ended.code, "stop the server first" in ended.err) == (1, True)
    assert kept(server.data) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("words", [["restore", "yesterday.json", "--yes"], ["import", "machines.csv", "--yes"]])
def test_a_file_of_another_user_is_not_changed(data, backup, machines, words):
    os.chown(data, 65534, -1)
    before = files(data.parent)
    ended = run(data, words[0], data.parent / words[1], *words[2:])
    assert (ended.code, "run this as that user" in ended.err) == (1, True)
    assert files(data.parent) == before


# check


def test_check_reads_the_data_file_if_none_is_named(data, tmp_path):
    ended = run(data, "check")
    assert ended.out == f"{data} is valid: machines: 2, booked: 1, waiting: 0, groups: 1, people: 1\n"
    assert run(tmp_path / "none.json", "check").code == 1


def test_check_names_all_that_is_wrong(data, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"vms": [{"id": "a", "expires_at": "x"}, {"group": "One"}]}')
    ended = run(data, "check", bad)
    assert ended.code == 1
    assert ended.out.splitlines() == [
        "vms[0].expires_at: 'x' is not a time",
        "vms[1].id: is missing",
        "vms[1].group: a whole number is expected here",
    ]
    assert str(bad) in ended.err


def test_check_says_what_will_be_repaired(data, tmp_path):
    repairable = tmp_path / "repairable.json"
    repairable.write_text(json.dumps(inventory([machine("vm", group=9)], [{"id": 1, "name": "One", "vm_ids": ["x"]}])))
    ended = run(data, "check", repairable)
    assert ended.code == 0
    assert ended.out.count("will be repaired: ") == 2
    assert run(data, "restore", repairable, "--yes").err.count("warning: repaired: ") == 2


def test_control_characters_in_a_file_are_escaped(data, machines):
    data.write_text(json.dumps(inventory([machine("\x1b[2J")])))
    ended = run(data, "import", machines, "--prune", "--dry-run")
    assert "- \\x1b[2J\n" in ended.out
    assert "\x1b" not in ended.all


# restore


def test_restore_shows_asks_keeps_a_backup_and_replaces_the_file(data, backup):
    before = data.read_bytes()
    ended = run(data, "restore", backup, answer="y\n")
    assert ended.code == 0
    assert "now:    machines: 2, booked: 1" in ended.out
    assert "backup: machines: 1, booked: 0" in ended.out
    assert ids(data) == ["старая"]
    assert stored(data)["written_by"] == "hand"
    assert data.stat().st_mode & 0o777 == 0o600
    [(name, content)] = backups_of(data).items()
    assert name.endswith("Z-before-restore.json")
    assert content == before


def test_a_backup_can_be_read_from_standard_input(data, backup):
    content = backup.read_text()
    assert run(data, "check", "-", answer=content).code == 0
    assert run(data, "restore", "-", answer=content).code == 1
    assert ids(data) == ["a", "b"]
    assert run(data, "restore", "-", "--yes", answer=content).code == 0
    assert ids(data) == ["старая"]


def test_a_restore_raises_the_revision_so_that_open_pages_follow(data, backup):
    run(data, "restore", backup, "--yes")
    assert stored(data)["revision"] == 8


def test_a_restored_file_is_served_and_a_restore_can_be_undone(start, data, backup):
    run(data, "restore", backup, "--yes")
    server = start()
    alice = Person(server, "alice@example.com").sign_in()
    assert [vm["id"] for vm in alice.state()["vms"]] == ["старая"]
    server.stop()
    [name] = [name for name in backups_of(data) if name.endswith("before-restore.json")]
    assert run(data, "restore", name, "--yes").code == 0
    assert ids(data) == ["a", "b"]


def test_a_broken_file_can_be_replaced_by_a_backup(data, backup):
    data.write_text('{"vms": [}, "revision": 41}')
    assert run(data, "restore", backup, "--yes").code == 0
    assert (ids(data), stored(data)["revision"]) == (["старая"], 42)
    assert list(backups_of(data).values()) == [b'{"vms": [}, "revision": 41}']


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_nothing_changes_without_a_yes(data, backup, answer):
    before = data.read_bytes()
    assert run(data, "restore", backup, answer=answer).code == 1
    assert data.read_bytes() == before
    assert backups_of(data) == {}


@pytest.mark.parametrize("content", ["", '{"vms": {}}', None])
def test_an_invalid_backup_is_not_restored(data, backup, content):
    backup.unlink() if content is None else backup.write_text(content)
    before = data.read_bytes()
    assert run(data, "restore", backup, "--yes").code == 1
    assert data.read_bytes() == before
    assert backups_of(data) == {}


@pytest.mark.parametrize("name", ["../data.json", "..", "2026-11-24T12Z.json"])
def test_a_backups_name_cannot_lead_to_another_folder(data, backup, name):
    """A name that no backup has is the path of a file, as in the shell."""
    run(data, "restore", backup, "--yes")
    before = data.read_bytes()
    assert run(data, "restore", name, "--yes").code == 1
    assert data.read_bytes() == before


def test_backups_are_listed_with_their_content(data, backup):
    assert "there are no backups" in run(data, "backups").out
    run(data, "restore", backup, "--yes")
    [name] = backups_of(data)
    assert run(data, "backups").out == f"{name}  machines: 2, booked: 1, waiting: 0, groups: 1, people: 1\n"


@pytest.mark.parametrize("words", [["restore", "yesterday.json"], ["import", "machines.csv"]])
def test_on_a_full_disk_nothing_changes_and_the_error_says_so(data, backup, machines, words):
    before = files(data.parent)
    ended = run(data, words[0], data.parent / words[1], "--yes", wrap=SMALL_FILES_ONLY, PYTHONDONTWRITEBYTECODE="1")
    assert ended.code == 1
    assert f"{data} was not changed: File too large" in ended.err
    assert files(data.parent) == before


# Killed


@pytest.mark.parametrize("command", ["restore", "import"])
def test_a_command_killed_at_any_moment_has_happened_completely_or_not_at_all(tmp_path, command):
    data = data_file(tmp_path, BEFORE)
    many = tmp_path / "many.json"
    vms = [{"id": f"vm-{n}", "description": "x" * 400} for n in range(3000)]
    many.write_text(json.dumps({"vms": vms}))
    before = data.read_bytes()
    assert run(data, "check").code == 0  # from now on commands start at once
    began = time.monotonic()
    assert run(data, command, many, "--yes").code == 0
    duration, after = time.monotonic() - began, ids(data)
    early, late = 0.0, duration
    for _ in range(12):  # closer and closer to the moment of the change
        data.write_bytes(before)
        with open(os.devnull, "r+b") as nothing:
            process = start_command(data, command, many, "--yes", streams=(nothing.fileno(),) * 3)
        time.sleep((early + late) / 2)
        process.kill()
        process.wait()
        assert ids(data) in (["a", "b"], after)
        assert all(json.loads(content)["vms"] for name, content in backups_of(data).items() if name.endswith("Z.json"))
        early, late = ((early + late) / 2, late) if ids(data) == ["a", "b"] else (early, (early + late) / 2)
    assert run(data, command, many, "--yes").code == 0
    assert ids(data) == after
