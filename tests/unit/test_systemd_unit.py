"""The systemd unit, alone and with the drop-in for several nodes: the settings that LoadZone gets from it."""

import re

import pytest

from loadzone.config import Config
from support.server import ROOT

SECRETS = {"secret_key": "k" * 32, "database_url": "postgresql://loadzone:x@db.example.com/loadzone"}


@pytest.fixture
def config_of(tmp_path):
    """Return a function that gives the settings of a service with these files, the later ones over the earlier."""

    def config(*names: str) -> Config:
        text = "\n".join((ROOT / "deploy" / name).read_text(encoding="utf-8") for name in names)
        for name in re.findall(r"^LoadCredential=(\w+):/etc/loadzone/\1$", text, re.MULTILINE):
            (tmp_path / name).write_text(SECRETS[name], encoding="utf-8")
        settings = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
        return Config.from_env({name: value.replace("%d", str(tmp_path)) for name, value in settings.items()})

    return config


def values(name: str, *files: str) -> list[str]:
    """Return what a service with these files has under this name; an empty value takes back those before it."""
    found: list[str] = []
    for file in files:
        for value in re.findall(rf"^{name}=(.*)$", (ROOT / "deploy" / file).read_text(encoding="utf-8"), re.MULTILINE):
            found = [*found, *value.split()] if value else []
    return found


def test_the_unit_keeps_the_state_in_a_file(config_of):
    config = config_of("loadzone.service")
    assert str(config.data) == "/var/lib/loadzone/data.json"
    assert config.database_url is None
    assert config.secret_key == SECRETS["secret_key"]
    assert values("RestartPreventExitStatus", "loadzone.service") == ["2"]


def test_the_unit_of_a_node_keeps_it_in_the_database_with_secrets_that_it_can_read(config_of):
    """/etc/loadzone is closed to the service's user: what it reads there comes as a credential."""
    config = config_of("loadzone.service", "loadzone-nodes.conf")
    assert config.data is None
    assert config.database_url == SECRETS["database_url"]
    assert config.secret_key == SECRETS["secret_key"]


def test_the_unit_of_a_node_makes_backups_where_it_may_write(config_of):
    config = config_of("loadzone.service", "loadzone-nodes.conf")
    folders = values("StateDirectory", "loadzone.service", "loadzone-nodes.conf")
    assert str(config.backups) in [f"/var/lib/{folder}" for folder in folders]


def test_a_node_is_started_again_when_the_database_was_away_at_its_start():
    assert values("RestartPreventExitStatus", "loadzone.service", "loadzone-nodes.conf") == []
