"""Backups: which are made, which stay, and that nothing comes of it when they cannot be made."""

import logging
import stat
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from app import create_app
from loadzone.config import Config
from loadzone.datafile import backups
from loadzone.datafile.backups import BEFORE_ACTIONS_KEPT, DAYS_KEPT, HOURS_KEPT, Backups, names_to_delete
from loadzone.lib import atomic_file
from loadzone.rules import people
from support.disk import Failing
from support.waiting import eventually

MIDNIGHT = datetime(2026, 11, 24, tzinfo=timezone.utc)


def name(moment):
    return f"{moment:%Y-%m-%dT%HZ}.json"


class Place:
    def __init__(self, folder):
        self.now = MIDNIGHT
        self.file = folder / "data.json"
        self.backups = Backups(self.file, lambda: self.now)
        self.write("first")

    def write(self, text):
        self.file.write_text(text)

    def kept(self):
        return {path.name: path.read_text() for path in sorted(self.backups.folder.iterdir())}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


# Which stay


def test_of_an_hour_each_for_four_weeks_a_day_and_the_last_of_each_of_a_fortnight_stay():
    hours = [MIDNIGHT + timedelta(hours=n) for n in range(28 * 24)]
    names = {name(hour) for hour in hours}
    lasts_of_days = [name(hour) for hour in hours if hour.hour == 23]
    assert names - names_to_delete(names) == {*map(name, hours[-24:]), *lasts_of_days[-14:]}


def test_an_hour_of_today_is_the_days_last_until_a_later_one_comes():
    names = [f"2026-11-{day:02}T{hour:02}Z.json" for day in (1, 2) for hour in range(24)] + ["2026-11-03T07Z.json"]
    assert set(names) - names_to_delete(names) == {"2026-11-01T23Z.json", *names[-24:]}


def test_idle_weeks_take_none_away():
    rare = [name(MIDNIGHT + timedelta(days=30 * n)) for n in range(14)]
    assert names_to_delete(rare) == set()


def test_of_those_made_before_something_the_newest_ten_stay_and_displace_no_hour():
    before = [f"2026-11-24T12-00-{second:02}Z-before-start.json" for second in range(15)]
    hours = [name(MIDNIGHT + timedelta(hours=n)) for n in range(24)]
    assert names_to_delete(before + hours) == set(before[:5])


@pytest.mark.parametrize(
    "foreign", ["data.json", "2026-11-24T12Z.json.gz", "old-2026-11-24T12Z.json", ".unfinished.tmp"]
)
def test_what_is_not_named_like_a_backup_is_left_alone(foreign):
    assert foreign not in names_to_delete([foreign] + [name(MIDNIGHT + timedelta(hours=n)) for n in range(100 * 24)])


@given(st.sets(st.integers(0, 24 * 60)))
def test_whatever_there_is_it_stays_bounded_and_the_newest_stays(hours):
    names = {name(MIDNIGHT + timedelta(hours=n)) for n in hours}
    kept = names - names_to_delete(names)
    assert len(kept) <= HOURS_KEPT + DAYS_KEPT
    assert not names or max(names) in kept
    assert names_to_delete(kept) == set()


# Which are made


def test_the_backup_of_an_hour_is_the_last_state_seen_in_it(place):
    place.backups.refresh()
    place.write("second")
    place.now += timedelta(minutes=55)
    place.backups.refresh()
    place.write("third")
    place.now += timedelta(minutes=5)
    place.backups.refresh()
    assert place.kept() == {"2026-11-24T00Z.json": "second", "2026-11-24T01Z.json": "third"}


def test_where_nothing_changed_nothing_is_written(place, monkeypatch):
    place.backups.refresh()
    place.now += timedelta(hours=3)
    monkeypatch.setattr(atomic_file, "os", Failing("open"))
    place.backups.refresh()
    place.backups.try_save_before("start")
    assert place.kept() == {"2026-11-24T00Z.json": "first"}


def test_hours_are_utc(place):
    place.now = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    place.backups.refresh()
    assert list(place.kept()) == ["2026-11-23T22Z.json"]


def test_what_was_there_before_a_start_outlasts_the_hour(place):
    place.backups.refresh()
    place.now += timedelta(minutes=10, seconds=3)
    place.backups.try_save_before("start")
    place.write("what the new version made of it")
    place.backups.refresh()
    assert place.kept() == {
        "2026-11-24T00-10-03Z-before-start.json": "first",
        "2026-11-24T00Z.json": "what the new version made of it",
    }


def test_a_start_that_meets_what_is_kept_already_keeps_it_once(place):
    for _ in range(3):
        place.backups.try_save_before("start")
        place.now += timedelta(hours=2)
    assert list(place.kept()) == ["2026-11-24T00-00-00Z-before-start.json"]


def test_two_within_a_second_are_both_kept(place):
    place.backups.save_before("import")
    place.write("second")
    place.backups.save_before("import")
    assert list(place.kept().values()) == ["first", "second"]


def test_they_are_for_the_owner_alone(place):
    place.file.chmod(0o644)
    place.backups.refresh()
    assert stat.S_IMODE(place.backups.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.backups.folder.iterdir()} == {0o600}


def test_what_an_editor_writes_in_place_is_not_written_into_the_backup(place):
    place.backups.refresh()
    with place.file.open("r+") as file:
        file.write("typo!")
    assert place.kept() == {"2026-11-24T00Z.json": "first"}


def test_too_many_go_when_one_comes(place):
    for hour in range(40):
        place.now = MIDNIGHT + timedelta(hours=hour)
        place.write(f"state {hour}")
        place.backups.refresh()
    assert place.kept() == {
        "2026-11-24T23Z.json": "state 23",
        **{name(MIDNIGHT + timedelta(hours=hour)): f"state {hour}" for hour in range(16, 40)},
    }


# When they cannot be made


@pytest.mark.parametrize("step", ["open", "writev", "fsync", "replace"])
def test_a_disk_that_fails_leaves_no_half_backup_and_is_said_once(place, monkeypatch, caplog, step):
    caplog.set_level(logging.INFO)
    place.backups.refresh()
    place.write("second")
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "os", Failing(step))
        for _ in range(3):
            place.backups.refresh()
    kept = place.kept()
    assert {text for backup, text in kept.items() if backup.endswith("Z.json")} <= {"first", "second"}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(place.file) in caplog.text
    place.write("third")
    place.backups.refresh()
    assert place.kept() == {"2026-11-24T00Z.json": "third"}
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_what_a_crash_left_unfinished_is_written_over(place):
    place.backups.folder.mkdir()
    (place.backups.folder / ".unfinished.tmp").write_text("hal")
    place.backups.refresh()
    assert place.kept() == {"2026-11-24T00Z.json": "first"}


def test_it_does_not_take_the_room_in_which_changes_are_saved(place, monkeypatch, caplog):
    place.write("x" * 100)
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda path: backups.shutil._ntuple_diskusage(1000, 701, 299))
    place.backups.refresh()
    assert place.kept() == {}
    assert "too little room" in caplog.text


def test_there_is_room_for_ten_of_those_made_before_something(place):
    for n in range(BEFORE_ACTIONS_KEPT + 3):
        place.write(f"state {n}")
        place.backups.try_save_before("restore")
        place.now += timedelta(seconds=1)
    assert list(place.kept().values()) == [f"state {n}" for n in range(3, BEFORE_ACTIONS_KEPT + 3)]


def test_what_is_no_file_is_no_backup_whatever_its_name(place):
    place.write("one")
    place.backups.refresh()
    (place.backups.folder / "2026-11-01T00Z.json").mkdir()
    (place.backups.folder / "2026-11-01T01Z.json").symlink_to("nowhere")
    place.write("two")
    place.backups.refresh()
    [name] = place.backups.names()
    assert (place.backups.folder / name).read_text() == "two"


# In the whole


def test_the_server_refreshes_them_every_five_minutes(tmp_path):
    config = Config(data=tmp_path / "data.json", secret_key="a key of a decent length")
    application = create_app(config).extensions["application"]
    application.start()
    try:
        [job] = [job for job in application.scheduler._timers.get_jobs() if job.name.startswith("Backups")]
        assert job.trigger.interval == timedelta(minutes=5)
        application.services.bus.run(people.sign_in, email="ann@example.com", session="s")
        job.modify(next_run_time=datetime.now(timezone.utc))
        eventually(
            lambda: any("ann@example.com" in path.read_text() for path in application.backups.folder.glob("*Z.json"))
        )
    finally:
        application.stop()
