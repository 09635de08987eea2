"""Backups of the history's SQLite file: while it is written, which are kept, and that a failing one does no harm."""

import logging
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from loadzone.reports import history_backups, online_copy
from loadzone.reports.history_backups import KEPT, HistoryBackups, names_to_delete
from loadzone.reports.online_copy import BrokenDatabase, copy_online

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def make(path, rows=1):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE lines(id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO lines(text) VALUES (?)", (("x" * 1000,) for _ in range(rows)))
        connection.execute("COMMIT")
    return path


def count(path):
    with closing(sqlite3.connect(path)) as connection:
        [[number]] = connection.execute("SELECT count(*) FROM lines")
        return number


class History:
    """A history file with its backups, and a clock that stands still until it is moved."""

    def __init__(self, folder):
        self.now, self.seconds = NOON, 0.0
        self.file = make(folder / "data.json.history.sqlite")
        self.backups = HistoryBackups(self.file, folder / "kept", lambda: self.now, steady=lambda: self.seconds)

    def later(self, **amount):
        self.now += timedelta(**amount)
        self.seconds += timedelta(**amount).total_seconds()

    def damage(self):
        content = bytearray(self.file.read_bytes())
        content[4096:8192] = b"\xff" * 4096
        self.file.write_bytes(content)


@pytest.fixture
def history(tmp_path):
    return History(tmp_path)


def test_there_is_one_a_day_and_three_stay(history):
    for _ in range(6):
        history.backups.refresh()
        history.backups.refresh()
        history.later(hours=24)
    assert history.backups.names() == [f"2026-11-{day}.history.sqlite" for day in (27, 28, 29)]
    history.later(days=40)
    history.backups.refresh()
    assert history.backups.names()[-1] == "2027-01-09.history.sqlite"


def test_a_backup_is_one_file_for_its_owner_alone(history):
    history.backups.refresh()
    [kept] = history.backups.folder.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert count(kept) == 1
    assert [path.name for path in history.backups.folder.iterdir()] == [kept.name], "reading it makes no files"


def test_what_is_only_in_the_log_of_the_database_is_in_the_backup(history):
    with closing(sqlite3.connect(history.file, isolation_level=None)) as connection:
        connection.execute("INSERT INTO lines(text) VALUES ('new')")
        history.backups.refresh()
        [kept] = history.backups.folder.iterdir()
        assert count(kept) == 2


def test_writers_go_on_during_a_backup_and_it_is_of_one_moment(tmp_path, monkeypatch):
    source, seen = make(tmp_path / "history.sqlite", rows=4000), []
    with closing(sqlite3.connect(source, isolation_level=None, timeout=0, check_same_thread=False)) as writer:

        def write(_seconds):
            seen.append(writer.execute("INSERT INTO lines(text) VALUES ('new')").rowcount)

        monkeypatch.setattr(online_copy, "sleep_in_thread", write)
        copy_online(source, tmp_path / "copy")
    assert len(seen) >= 4, "a line after each step, and the copy did not begin anew"
    assert (count(source), count(tmp_path / "copy")) == (4000 + len(seen), 4000)


def test_the_newest_three_of_each_kind_stay():
    days = [f"2026-11-{day}.history.sqlite" for day in range(10, 20)]
    before = [f"2026-11-{day}T10-00-00Z-before-restore.history.sqlite" for day in range(10, 20)]
    foreign = ["data.json.history.sqlite", "2026-11-01T10Z.json", "2026-11-01.history.sqlite.gz"]
    kept = {*days, *before, *foreign} - names_to_delete([*days, *before, *foreign], "2026-11-20")
    assert kept == {*days[-KEPT:], *before[-KEPT:], *foreign}


def test_names_from_the_future_do_not_displace_those_of_today():
    past, future = [f"2026-11-{day}.history.sqlite" for day in (1, 2, 3)], ["2036-01-01.history.sqlite"] * 3
    assert names_to_delete(past + future, "2026-11-04") == set()


def test_a_damaged_history_displaces_no_good_backup_and_is_told_once(history, caplog):
    caplog.set_level(logging.INFO, "loadzone.backups")
    history.backups.refresh()
    good = history.file.read_bytes()
    history.damage()
    for _ in range(4):
        history.later(days=1)
        history.backups.refresh()
    assert [path.name for path in history.backups.folder.iterdir()] == ["2026-11-24.history.sqlite"]
    [told] = [record.getMessage() for record in caplog.records]
    assert told.startswith(f"no backup of {history.file} could be made: ")
    assert told.endswith(". Bookings go on")
    history.file.write_bytes(good)
    history.later(minutes=59)
    history.backups.refresh()
    assert "can be made again" not in caplog.text, "a copy may be long, so it is not tried every minute"
    history.later(minutes=1)
    history.backups.refresh()
    assert "can be made again" in caplog.text


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "text").write_text("not a database" * 1000)
    with pytest.raises(BrokenDatabase, match="not a database"):
        copy_online(tmp_path / "text", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_without_a_history_none_is_made_and_nothing_is_told(tmp_path, caplog):
    HistoryBackups(tmp_path / "none", tmp_path / "kept", lambda: NOON).refresh()
    assert (list(tmp_path.iterdir()), caplog.text) == ([], "")


def test_none_is_made_if_it_would_fill_the_disk(history, monkeypatch, caplog):
    size = history.file.stat().st_size
    usage = shutil.disk_usage(history.file.parent)
    monkeypatch.setattr(history_backups.shutil, "disk_usage", lambda _: usage._replace(free=2 * size - 1))
    history.backups.refresh()
    assert list(history.backups.folder.iterdir()) == []
    assert "too little room" in caplog.text


def test_what_a_killed_process_left_is_replaced(history):
    history.backups.folder.mkdir()
    (history.backups.folder / ".unfinished.history.tmp").write_bytes(b"half")
    history.backups.refresh()
    assert [path.name for path in history.backups.folder.iterdir()] == ["2026-11-24.history.sqlite"]


def test_a_folder_that_cannot_be_used_is_told(history, caplog):
    history.backups.folder.write_text("a file")
    history.backups.refresh()
    assert "File exists" in caplog.text


def test_a_backup_does_not_stop_the_calling_thread_for_long(history):
    """It runs where `run_blocking` says."""
    threads = []

    def elsewhere(call):
        results = []
        thread = threading.Thread(target=lambda: results.append(call()))
        thread.start()
        thread.join()
        threads.append(thread)
        return results[0]

    HistoryBackups(history.file, history.backups.folder, lambda: NOON, elsewhere).refresh()
    assert len(threads) == 1
    assert len(history.backups.names()) == 1
