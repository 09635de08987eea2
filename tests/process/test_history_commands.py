"""The data commands and the history beside the data file: found broken, restored, copied; completely or not at all."""

import json
import os
import time

import pytest

from process.data_files import BEFORE, ids
from support.data_commands import backups_of, run, start_command
from support.histories import change, damage, history_of, make_history, numbers_in, reasons_in
from support.server import data_file


@pytest.fixture
def history(data):
    """A history of three lines beside the data file."""
    return make_history(history_of(data), [1, 2, 3])


@pytest.fixture
def kept(data):
    """The folder of backups, with a history of two lines in it."""
    folder = data.with_name("data.json.backups")
    folder.mkdir()
    make_history(folder / "2026-11-20.history.sqlite", [1, 2])
    change(folder / "2026-11-20.history.sqlite", "PRAGMA journal_mode = DELETE")
    return folder


# check


def test_check_tells_how_much_there_is(data, history):
    ended = run(data, "check")
    assert (ended.code, ended.out.splitlines()[1]) == (
        0,
        f"the history in {history} is valid: lines: 3, 2026-11-24 to 2026-11-24",
    )
    assert run(data, "check", history).out.splitlines() == ended.out.splitlines()[1:]
    assert sorted(path.name for path in data.parent.iterdir() if "sqlite" in path.name) == [history.name]


def test_check_finds_what_is_wrong_with_the_history(data, history):
    change(history, "UPDATE lines SET number = 9 WHERE id = 2")
    assert "line 3: is out of order" in run(data, "check").out
    change(history, "UPDATE history_version SET version_num = '9999'")
    assert "its history is of version 9999, and this LoadZone knows version" in run(data, "check").out
    history.write_bytes(b"something else" * 1000)
    assert "file is not a database" in run(data, "check").out
    ended = run(data, "check")
    assert (ended.code, ended.err) == (1, f"Error: {history} cannot be used\n")


def test_check_finds_damaged_pages(data):
    history = make_history(history_of(data), range(1, 2000))
    damage(history)
    ended = run(data, "check")
    assert (ended.code, ended.err) == (1, f"Error: {history} cannot be used\n")


def test_check_finds_lines_that_are_there_twice(data, history):
    """The table refuses them, so a file that has them was made by another one."""
    change(
        history,
        "CREATE TABLE other AS SELECT * FROM lines; DROP TABLE lines; ALTER TABLE other RENAME TO lines;"
        "INSERT INTO lines SELECT * FROM lines WHERE id = 2",
    )
    assert "line 2: is there twice" in run(data, "check").out


# backups, restore


def test_backups_of_the_history_are_listed_with_the_others(data, history, kept):
    (kept / "2026-11-21.history.sqlite").write_bytes(b"broken")
    (kept / "2026-11-20T13Z.json").write_bytes(data.read_bytes())
    assert run(data, "backups").out.splitlines() == [
        "2026-11-20.history.sqlite  lines: 2, 2026-11-24 to 2026-11-24",
        "2026-11-20T13Z.json  machines: 2, booked: 1, waiting: 0, groups: 1, people: 1",
        "2026-11-21.history.sqlite  cannot be used",
    ]


def test_a_backup_of_the_history_replaces_that_alone(data, history, kept):
    before = data.read_bytes()
    ended = run(data, "restore", "2026-11-20.history.sqlite", answer="y\n")
    assert ended.code == 0, ended.all
    assert "history now:    lines: 3" in ended.out
    assert "history backup: lines: 2, 2026-11-24 to 2026-11-24, 2026-11-20.history.sqlite" in ended.out
    assert (numbers_in(history), data.read_bytes()) == ([1, 2], before)
    assert history.stat().st_mode & 0o777 == 0o600
    [name] = [name for name in backups_of(data) if "before-restore" in name]
    assert numbers_in(kept / name) == [1, 2, 3]
    assert run(data, "restore", name, "--yes").code == 0
    assert numbers_in(history) == [1, 2, 3]


def test_a_restore_of_the_data_leaves_the_history_unless_told_otherwise(data, history, kept):
    (kept / "2026-11-21T13Z.json").write_text(json.dumps(BEFORE | {"vms": [{"id": "c"}], "groups": []}))
    assert run(data, "restore", "2026-11-21T13Z.json", "--yes").code == 0
    assert (ids(data), numbers_in(history)) == (["c"], [1, 2, 3])
    ended = run(data, "restore", "2026-11-21T13Z.json", "--history", "--yes")
    assert ended.code == 0, ended.all
    assert (ids(data), numbers_in(history)) == (["c"], [1, 2])


@pytest.mark.parametrize("name", ["2026-11-19T13Z.json", "yesterday.json"])
def test_without_a_backup_of_the_history_of_that_time_nothing_is_restored(data, history, kept, name):
    before = data.read_bytes()
    (kept / name).write_text(json.dumps({"vms": []}))
    ended = run(data, "restore", kept / name, "--history", "--yes")
    assert (ended.code, "no backup of the history is of the day of" in ended.err) == (1, True)
    assert (data.read_bytes(), numbers_in(history)) == (before, [1, 2, 3])


def test_a_broken_history_can_be_replaced_and_is_kept(data, history, kept):
    history.write_bytes(b"SQLite format 3\0broken")
    assert run(data, "restore", "2026-11-20.history.sqlite", "--yes").code == 0
    assert numbers_in(history) == [1, 2]
    assert b"SQLite format 3\0broken" in backups_of(data).values()


def test_a_broken_backup_of_the_history_is_not_restored(data, history, kept):
    (kept / "2026-11-21.history.sqlite").write_bytes(b"SQLite format 3\0broken")
    assert run(data, "restore", "2026-11-21.history.sqlite", "--yes").code == 1
    assert numbers_in(history) == [1, 2, 3]


# copy


def test_a_copy_takes_the_history_along(data, history, tmp_path):
    target = tmp_path / "copy" / "data.json"
    target.parent.mkdir()
    ended = run(data, "copy", data, target, answer="y\n")
    assert ended.code == 0, ended.all
    assert "history: lines: 3, 2026-11-24 to 2026-11-24; to: none" in ended.out
    assert numbers_in(history_of(target)) == [1, 2, 3]
    assert "both hold the same" in run(data, "copy", data, target, "--yes").out
    change(history_of(target), "UPDATE lines SET reason = 'other' WHERE id = 2")
    assert "read back and found the same" in run(data, "copy", data, target, "--yes").out
    assert reasons_in(history_of(target)) == ["reason 1", "reason 2", "reason 3"]
    [kept] = [name for name in backups_of(target) if name.endswith("before-copy.history.sqlite")]
    assert numbers_in(target.with_name("data.json.backups") / kept) == [1, 2, 3]


def test_from_data_without_a_history_that_of_the_target_stays(data, history, tmp_path):
    source = tmp_path / "source.json"
    source.write_text('{"vms": [{"id": "c"}]}')
    ended = run(data, "copy", source, data, "--yes")
    assert "history: from has none, so that of to stays: lines: 3" in ended.out
    assert (ids(data), numbers_in(history)) == (["c"], [1, 2, 3])


# Killed


def test_a_command_killed_at_any_moment_leaves_data_and_history_of_one_kind(tmp_path):
    data = data_file(tmp_path, BEFORE)
    source = tmp_path / "source" / "data.json"
    source.parent.mkdir()
    source.write_text(json.dumps({"vms": [{"id": "new"}]}))
    make_history(history_of(source), range(1, 6000))
    nothing_new = tmp_path / "nothing.csv"
    nothing_new.write_text("id\n")
    before = data.read_bytes()
    old = make_history(tmp_path / "old", [1, 2, 3])
    change(old, "PRAGMA journal_mode = DELETE")
    history = history_of(data)
    history.write_bytes(old.read_bytes())
    began = time.monotonic()
    assert run(data, "copy", source, data, "--yes").code == 0
    early, late = 0.0, time.monotonic() - began
    for _ in range(12):  # closer and closer to the moment of the change
        data.write_bytes(before)
        history.write_bytes(old.read_bytes())
        with open(os.devnull, "r+b") as nothing:
            process = start_command(data, "copy", source, data, "--yes", streams=(nothing.fileno(),) * 3)
        time.sleep((early + late) / 2)
        process.kill()
        process.wait()
        assert run(data, "import", nothing_new, "--yes").code == 0  # opens the files, as the next start does
        found = (ids(data), len(numbers_in(history)))
        assert found in ((["a", "b"], 3), (["new"], 5999))
        early, late = ((early + late) / 2, late) if found[1] == 3 else (early, (early + late) / 2)
        assert not list(tmp_path.glob("*.for-*"))
