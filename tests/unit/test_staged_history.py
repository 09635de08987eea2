"""A data file and its history are replaced together: after a crash both are the new ones, or both the old ones."""

import sqlite3
from contextlib import closing

import pytest

from loadzone.reports import staged_file
from loadzone.reports.files import files_of, history_of
from loadzone.reports.staged_file import settle, stage_for
from support.disk import Failing


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data.json").write_bytes(b"old data")
    history_of(tmp_path / "data.json").write_bytes(b"old history")
    return tmp_path / "data.json"


def files(data):
    return {path.name: path.read_bytes() for path in data.parent.iterdir()}


def test_until_the_data_file_is_there_the_old_history_is(data):
    stage_for(history_of(data), b"new data").write_bytes(b"new history")
    settle(history_of(data), data)
    assert files(data) == {"data.json": b"old data", "data.json.history.sqlite": b"old history"}


def test_once_the_data_file_is_there_the_new_history_is(data):
    stage_for(history_of(data), b"new data").write_bytes(b"new history")
    data.write_bytes(b"new data")
    settle(history_of(data), data)
    assert files(data) == {"data.json": b"new data", "data.json.history.sqlite": b"new history"}


def test_several_that_were_left_are_settled(data):
    for content in (b"a", b"b", b"old data"):
        stage_for(history_of(data), content).write_bytes(content)
    stage_for(history_of(data), b"old data").with_name("data.json.history.sqlite.for-x.part").write_bytes(b"half")
    settle(history_of(data), data)
    assert files(data) == {"data.json": b"old data", "data.json.history.sqlite": b"old data"}


def test_a_first_data_file_may_bring_its_history(tmp_path):
    data = tmp_path / "data.json"
    stage_for(history_of(data), b"new data").write_bytes(b"new history")
    settle(history_of(data), data)
    assert files(data) == {}
    settle(history_of(data), data)


def test_what_fails_in_between_is_done_by_the_next_one(data, monkeypatch):
    stage_for(history_of(data), b"new data").write_bytes(b"new history")
    data.write_bytes(b"new data")
    with monkeypatch.context() as patch:
        patch.setattr(staged_file, "os", Failing("replace"))
        with pytest.raises(OSError, match="injected"):
            settle(history_of(data), data)
    settle(history_of(data), data)
    assert files(data)["data.json.history.sqlite"] == b"new history"


def test_the_log_of_the_old_one_does_not_damage_the_new_one(data):
    """It would be read into it."""
    history = history_of(data)
    history.unlink()
    old = sqlite3.connect(history, isolation_level=None)
    old.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE old(x)")
    contents = {path: path.read_bytes() for path in files_of(history)}
    old.close()
    for path, content in contents.items():
        path.write_bytes(content)  # as a killed process leaves them
    staged = stage_for(history, data.read_bytes())
    with closing(sqlite3.connect(staged)) as new:
        new.executescript("CREATE TABLE new(x)")
    settle(history, data)
    with closing(sqlite3.connect(history)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("new",)]
