"""Files of another user are named, with their owner."""

import os
import pwd
from pathlib import Path

import pytest

import app
from loadzone.config import Config
from loadzone.datafile.backups import backups_of_file
from loadzone.lib import atomic_file
from loadzone.lib.owners import another_owner, user_name
from loadzone.startup import json_file_medium
from support.disk import Os
from support.world import NOON

NOBODY = 4_000_000  # no such user


@pytest.fixture
def as_another_user(monkeypatch):
    """Let this process look like one of a user whom the files do not belong to."""
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    return pwd.getpwuid(os.getuid()).pw_name


def refusing(monkeypatch, cls, method):
    def refuse(path, *arguments, **options):
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(cls, method, refuse)


def test_users_have_names_or_numbers():
    assert user_name(0) == "root"
    assert user_name(NOBODY) == "the user 4000000"


def test_a_file_of_this_user_has_no_other_owner(tmp_path):
    assert another_owner(tmp_path) is None
    assert another_owner(tmp_path / "not" / "there") is None


def test_a_file_that_is_not_there_belongs_to_the_owner_of_its_folder(tmp_path, as_another_user):
    assert another_owner(tmp_path / "not" / "there") == as_another_user


def test_a_data_file_of_another_user_stops_the_start_with_its_owner(tmp_path, monkeypatch, as_another_user):
    data = tmp_path / "data.json"
    data.write_text("{}")
    refusing(monkeypatch, Path, "chmod")
    with pytest.raises(app.CannotStart) as refused:
        app.create_app(Config(data=data, secret_key="a key for tests alone"))
    assert str(refused.value) == (
        f"{data} cannot be used: Operation not permitted; it belongs to {as_another_user},"
        " and LoadZone runs as the user 4000000"
    )


def test_a_secret_key_of_another_user_stops_the_start_with_its_owner(tmp_path, monkeypatch, as_another_user):
    (tmp_path / "secret_key").write_text("a key for tests alone, long enough")
    monkeypatch.setattr(json_file_medium, "INSTANCE", tmp_path)
    refusing(monkeypatch, Path, "chmod")
    with pytest.raises(app.CannotStart) as refused:
        app.create_app(Config(data=tmp_path / "data.json"))
    assert f"{tmp_path / 'secret_key'}; it belongs to {as_another_user}" in str(refused.value)


def test_a_secret_of_another_user_that_a_setting_names_stops_the_start_with_its_owner(
    tmp_path, monkeypatch, as_another_user
):
    secret = tmp_path / "smtp_pass"
    secret.write_text("secret")
    refusing(monkeypatch, Path, "read_text")
    monkeypatch.setenv("SMTP_PASS_FILE", str(secret))
    monkeypatch.setenv("LOADZONE_DATA", str(tmp_path / "data.json"))
    with pytest.raises(app.CannotStart) as refused:
        app.create_app()
    assert "SMTP_PASS_FILE" in str(refused.value)
    assert f"it belongs to {as_another_user}" in str(refused.value)


def test_root_is_told_whose_file_it_takes_over(tmp_path, caplog, as_another_user):
    data = tmp_path / "data.json"
    data.write_text("{}")
    application = app.create_app(Config(data=data, secret_key="a key for tests alone")).extensions["application"]
    application.store.close()
    assert f"{data} belongs to {as_another_user}; LoadZone runs as the user 4000000" in caplog.text


def test_a_folder_of_another_user_is_named_when_nothing_can_be_saved(tmp_path, monkeypatch, caplog, as_another_user):
    data = tmp_path / "data.json"
    data.write_text("{}")

    class Refusing(Os):
        def open(self, path, *_):
            raise PermissionError(13, "Permission denied", str(path))

    backups = backups_of_file(data, lambda: NOON)
    monkeypatch.setattr(atomic_file, "os", Refusing())
    backups.refresh()
    assert f"it belongs to {as_another_user}" in caplog.text
