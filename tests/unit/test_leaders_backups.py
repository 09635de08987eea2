"""Backups of a state that several processes share: which are made, by whom, and of which moment."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from loadzone.datafile.leaders_backups import LOOK_SECONDS, LeadersBackups
from loadzone.domain.records import State, Vm
from support.leading import Leading

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


class Node:
    """A process with a state, and time that passes only when the test says so."""

    def __init__(self, folder):
        self.folder, self.now, self.leading = folder, NOON, Leading()
        self.change("first")
        self.backups = LeadersBackups(
            folder, "the database", lambda: self.now, self.leading, lambda: self.state, lambda: self.now.timestamp()
        )

    def change(self, vm_id):
        self.state = State({vm_id: Vm(vm_id)})

    def look(self, **later):
        self.now += timedelta(**later)
        self.backups.look()

    def kept(self):
        contents = {path.name: json.loads(path.read_bytes()) for path in sorted(self.folder.iterdir())}
        return {name: [vm["id"] for vm in content["vms"]] for name, content in contents.items()}


@pytest.fixture
def node(tmp_path):
    return Node(tmp_path)


BEFORE_START, HOUR = "2026-11-24T12-00-05Z-before-start.json", "2026-11-24T12Z.json"


def test_a_process_that_does_not_lead_makes_none(node):
    node.look(hours=1)
    assert node.kept() == {}


def test_when_it_begins_to_lead_the_state_from_before_its_own_changes_is_kept(node):
    node.leading.begin()
    node.change("what the new leader settles")
    node.look(seconds=LOOK_SECONDS)
    assert node.kept() == {BEFORE_START: ["first"], HOUR: ["what the new leader settles"]}


def test_one_that_leads_from_the_beginning_keeps_the_state_too(node):
    node.leading.leads = True
    node.look(seconds=LOOK_SECONDS)
    assert node.kept() == {BEFORE_START: ["first"], HOUR: ["first"]}


def test_the_backup_of_the_hour_is_refreshed_every_five_minutes(node):
    node.leading.begin()
    node.look(seconds=LOOK_SECONDS)
    node.change("second")
    node.look(seconds=299)
    assert "second" not in str(node.kept())
    node.look(seconds=1)
    assert node.kept()[HOUR] == ["second"]


def test_a_state_that_has_not_changed_is_not_encoded_again(node, monkeypatch):
    node.leading.begin()
    node.look(seconds=LOOK_SECONDS)
    before = node.kept()
    monkeypatch.setattr("loadzone.datafile.leaders_backups.slices", lambda state: pytest.fail("it was encoded"))
    node.look(hours=2)
    assert node.kept() == before


def test_one_that_leads_again_makes_no_second_backup_before_a_start(node):
    """Leaders that come and go would push out those that were made before a restore."""
    node.leading.begin()
    node.look(seconds=LOOK_SECONDS)
    node.leading.leads = False
    node.change("another leader's")
    node.look(hours=1)
    node.leading.begin()
    node.look(hours=1)
    later = {"2026-11-24T14Z.json": ["another leader's"]}
    assert node.kept() == {BEFORE_START: ["first"], HOUR: ["first"], **later}
