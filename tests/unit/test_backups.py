"""Backups: which are made, which are kept, and that a failing backup does no harm."""

import logging
import stat
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from app import create_app
from loadzone.config import Config
from loadzone.datafile import backups
from loadzone.datafile.backups import BEFORE_ACTIONS_KEPT, DAYS_KEPT, HOURS_KEPT, backups_of_file, names_to_delete
from loadzone.lib import atomic_file
from loadzone.rules import people
from support.disk import Failing
from support.waiting import eventually

MIDNIGHT = datetime(2026, 11, 24, tzinfo=timezone.utc)
LATER = "2099-01-01T00-00-00"


def name(moment):
    return f"{moment:%Y-%m-%dT%HZ}.json"


class DataFile:
    """A data file with its backups, and a clock that stands still until it is moved."""

    def __init__(self, folder):
        self.now = MIDNIGHT
        self.file = folder / "data.json"
        self.backups = backups_of_file(self.file, lambda: self.now)
        self.write("first")

    def write(self, text):
        self.file.write_text(text)

    def kept(self):
        return {path.name: path.read_text() for path in sorted(self.backups.folder.iterdir())}


@pytest.fixture
def data(tmp_path):
    return DataFile(tmp_path)


# Which are kept


def test_of_hourly_backups_the_last_24_and_the_last_of_each_of_14_days_are_kept():
    hours = [MIDNIGHT + timedelta(hours=n) for n in range(28 * 24)]
    names = {name(hour) for hour in hours}
    lasts_of_days = [name(hour) for hour in hours if hour.hour == 23]
    assert names - names_to_delete(names, LATER) == {*map(name, hours[-24:]), *lasts_of_days[-14:]}


def test_the_latest_of_today_counts_as_the_last_of_its_day():
    names = [f"2026-11-{day:02}T{hour:02}Z.json" for day in (1, 2) for hour in range(24)] + ["2026-11-03T07Z.json"]
    assert set(names) - names_to_delete(names, LATER) == {"2026-11-01T23Z.json", *names[-24:]}


def test_weeks_without_backups_remove_none():
    rare = [name(MIDNIGHT + timedelta(days=30 * n)) for n in range(14)]
    assert names_to_delete(rare, LATER) == set()


def test_the_newest_ten_made_before_an_action_are_kept_beside_the_hourly_ones():
    before = [f"2026-11-24T12-00-{second:02}Z-before-start.json" for second in range(15)]
    hours = [name(MIDNIGHT + timedelta(hours=n)) for n in range(24)]
    assert names_to_delete(before + hours, LATER) == set(before[:5])


@pytest.mark.parametrize(
    "foreign", ["data.json", "2026-11-24T12Z.json.gz", "old-2026-11-24T12Z.json", ".unfinished.tmp"]
)
def test_a_file_not_named_like_a_backup_is_left_alone(foreign):
    assert foreign not in names_to_delete(
        [foreign] + [name(MIDNIGHT + timedelta(hours=n)) for n in range(100 * 24)], LATER
    )


@given(st.sets(st.integers(0, 24 * 60)))
def test_their_number_is_bounded_and_the_newest_is_kept(hours):
    names = {name(MIDNIGHT + timedelta(hours=n)) for n in hours}
    kept = names - names_to_delete(names, LATER)
    assert len(kept) <= HOURS_KEPT + DAYS_KEPT
    assert not names or max(names) in kept
    assert names_to_delete(kept, LATER) == set()


# Which are made


def test_the_backup_of_an_hour_is_the_last_state_seen_in_it(data):
    data.backups.refresh()
    data.write("second")
    data.now += timedelta(minutes=55)
    data.backups.refresh()
    data.write("third")
    data.now += timedelta(minutes=5)
    data.backups.refresh()
    assert data.kept() == {"2026-11-24T00Z.json": "second", "2026-11-24T01Z.json": "third"}


def test_nothing_is_written_if_nothing_changed(data, monkeypatch):
    data.backups.refresh()
    data.now += timedelta(hours=3)
    monkeypatch.setattr(atomic_file, "os", Failing("open"))
    data.backups.refresh()
    data.backups.try_save_before("start")
    assert data.kept() == {"2026-11-24T00Z.json": "first"}


def test_hours_are_utc(data):
    data.now = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    data.backups.refresh()
    assert list(data.kept()) == ["2026-11-23T22Z.json"]


def test_the_backup_made_before_a_start_outlasts_the_hour(data):
    data.backups.refresh()
    data.now += timedelta(minutes=10, seconds=3)
    data.backups.try_save_before("start")
    data.write("what the new version made of it")
    data.backups.refresh()
    assert data.kept() == {
        "2026-11-24T00-10-03Z-before-start.json": "first",
        "2026-11-24T00Z.json": "what the new version made of it",
    }


def test_repeated_starts_keep_the_same_content_once(data):
    for _ in range(3):
        data.backups.try_save_before("start")
        data.now += timedelta(hours=2)
    assert list(data.kept()) == ["2026-11-24T00-00-00Z-before-start.json"]


def test_two_within_a_second_are_both_kept(data):
    data.backups.save_before("import")
    data.write("second")
    data.backups.save_before("import")
    assert list(data.kept().values()) == ["first", "second"]


def test_only_the_owner_can_read_them(data):
    data.file.chmod(0o644)
    data.backups.refresh()
    assert stat.S_IMODE(data.backups.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in data.backups.folder.iterdir()} == {0o600}


def test_an_edit_in_place_does_not_change_the_backup(data):
    data.backups.refresh()
    with data.file.open("r+") as file:
        file.write("typo!")
    assert data.kept() == {"2026-11-24T00Z.json": "first"}


def test_superfluous_ones_are_removed_when_one_is_made(data):
    for hour in range(40):
        data.now = MIDNIGHT + timedelta(hours=hour)
        data.write(f"state {hour}")
        data.backups.refresh()
    assert data.kept() == {
        "2026-11-24T23Z.json": "state 23",
        **{name(MIDNIGHT + timedelta(hours=hour)): f"state {hour}" for hour in range(16, 40)},
    }


def test_backups_go_on_after_the_clock_was_set_back(data):
    for hour in range(48):
        data.now = MIDNIGHT + timedelta(hours=hour)
        data.write(f"state {hour}")
        data.backups.refresh()
        data.backups.save_before("restore")
    data.now -= timedelta(days=1)
    for hour in range(30):
        data.write(f"new state {hour}")
        data.backups.save_before("import")
        data.write(f"newer state {hour}")
        data.backups.refresh()
        assert {f"new state {hour}", f"newer state {hour}"} <= set(data.kept().values())
        data.now += timedelta(hours=1)
    assert len(data.backups.names()) <= HOURS_KEPT + DAYS_KEPT + BEFORE_ACTIONS_KEPT


def test_after_the_clock_was_set_back_old_content_does_not_count_as_the_newest(data):
    data.backups.refresh()
    data.now -= timedelta(days=1)
    data.write("second")
    data.backups.refresh()
    data.write("first")
    data.backups.refresh()
    assert data.kept() == {"2026-11-23T00Z.json": "first", "2026-11-24T00Z.json": "first"}


# When they cannot be made


@pytest.mark.parametrize("step", ["open", "writev", "fsync", "replace"])
def test_a_failing_disk_leaves_no_half_backup_and_is_logged_once(data, monkeypatch, caplog, step):
    caplog.set_level(logging.INFO)
    data.backups.refresh()
    data.write("second")
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing(step))
        for _ in range(3):
            data.backups.refresh()
    kept = data.kept()
    assert {text for backup, text in kept.items() if backup.endswith("Z.json")} <= {"first", "second"}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(data.file) in caplog.text
    data.write("third")
    data.backups.refresh()
    assert data.kept() == {"2026-11-24T00Z.json": "third"}
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_an_unfinished_backup_of_a_crash_is_written_over(data):
    data.backups.folder.mkdir()
    (data.backups.folder / ".unfinished.tmp").write_text("hal")
    data.backups.refresh()
    assert data.kept() == {"2026-11-24T00Z.json": "first"}


def test_none_is_made_that_would_take_the_space_for_saving_changes(data, monkeypatch, caplog):
    data.write("x" * 100)
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda path: backups.shutil._ntuple_diskusage(1000, 701, 299))
    data.backups.refresh()
    assert data.kept() == {}
    assert "too little room" in caplog.text


def test_the_last_ten_made_before_an_action_are_kept(data):
    for n in range(BEFORE_ACTIONS_KEPT + 3):
        data.write(f"state {n}")
        data.backups.try_save_before("restore")
        data.now += timedelta(seconds=1)
    assert list(data.kept().values()) == [f"state {n}" for n in range(3, BEFORE_ACTIONS_KEPT + 3)]


def test_only_a_regular_file_is_a_backup(data):
    data.write("one")
    data.backups.refresh()
    (data.backups.folder / "2026-11-01T00Z.json").mkdir()
    (data.backups.folder / "2026-11-01T01Z.json").symlink_to("nowhere")
    data.write("two")
    data.backups.refresh()
    [name] = data.backups.names()
    assert (data.backups.folder / name).read_text() == "two"


# In the running application


def test_the_server_refreshes_them_every_five_minutes(tmp_path):
    config = Config(data=tmp_path / "data.json", secret_key="a key of a decent length")
    application = create_app(config).extensions["application"]
    application.start()
    try:
        timers = application.scheduler._timers
        [interval] = [one for one in timers._intervals if one.work == application.backups.refresh]
        assert interval.seconds == 5 * 60
        application.services.bus.run(people.sign_in, email="ann@example.com", session="s")
        interval.due = 0
        timers.wakeup()
        eventually(
            lambda: any("ann@example.com" in path.read_text() for path in application.backups.folder.glob("*Z.json")),
            timeout=60,
        )
    finally:
        application.stop()
