"""The mover: each line of the history is moved once, whatever fails; it leaves with a later commit."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from loadzone.config import Config
from loadzone.domain.command_bus import CommandBus
from loadzone.domain.commit import Commit, Touched
from loadzone.domain.history_line import HistoryLine
from loadzone.reports import mover as mover_module
from loadzone.reports.engines import sqlite_engine
from loadzone.reports.history_database import HistoryAway, HistoryDatabase
from loadzone.reports.mover import Mover
from loadzone.reports.moving_health import Waiting
from loadzone.reports.tables import lines
from loadzone.rules import beginning, groups, people
from loadzone.rules.finish import finish
from support.leading import Leading
from support.stores import json_store
from support.world import ALICE, NOON


class Kept(HistoryDatabase):
    """A history in SQLite. It fails with `trouble`, and after it has kept the lines with `late_trouble`."""

    def __init__(self, path):
        super().__init__(sqlite_engine(path), "history.sqlite")
        self.trouble = self.late_trouble = ""

    def append(self, new):
        if self.trouble:
            raise HistoryAway(self.trouble)
        greatest = super().append(new)
        if self.late_trouble:
            raise HistoryAway(self.late_trouble)
        return greatest

    def greatest(self):
        if self.trouble:
            raise HistoryAway(self.trouble)
        return super().greatest()

    @property
    def rows(self):
        return self.read(lambda connection: connection.execute(select(lines).order_by(lines.c.id)).all())

    @property
    def names(self):
        return [row.group for row in self.rows if row.group]


class Site:
    """A data file, its bus and its mover. `act(name)` makes a line."""

    def __init__(self, path, kept, leads=True):
        self.store = json_store(path)
        self.kept = kept
        self.leading = Leading(leads)
        self.seconds, self.now = 0.0, NOON
        self.bus = CommandBus(
            self.store,
            lambda: self.now,
            Config(admins=(ALICE,)),
            finish,
            lambda events, now: (),
            moved=lambda: self.mover.moved,
        )
        self.mover = Mover(kept, self.store, self.bus, lambda: self.now, self.leading, lambda: self.seconds)
        self.bus.run(beginning.begin)
        self.bus.run(people.sign_in, email=ALICE, session="session")

    def act(self, *names):
        for name in names:
            self.bus.run(groups.create, actor=ALICE, name=name)

    @property
    def waiting(self):
        return [line.group for line in self.store.snapshot.history.values() if line.group]


@pytest.fixture
def open_site(tmp_path):
    opened = []

    def open_one(kept, **options):
        opened.append(Site(tmp_path / "data.json", kept, **options))
        return opened[-1]

    yield open_one
    for site in opened:
        site.store.close()


@pytest.fixture
def kept(tmp_path):
    kept = Kept(tmp_path / "history.sqlite")
    yield kept
    kept.close()


@pytest.fixture
def site(open_site, kept):
    return open_site(kept)


def test_a_line_waits_in_the_commit_it_tells_of_is_moved_and_leaves_with_the_next(site):
    site.act("one")
    assert (site.waiting, site.kept.names) == (["one"], [])
    site.mover.move()
    assert (site.waiting, site.kept.names) == (["one"], ["one"])
    site.act("two")
    assert (site.waiting, site.kept.names) == (["two"], ["one"])


def test_after_a_crash_between_moving_and_leaving_a_line_is_not_moved_again(site, open_site):
    site.act("one")
    site.mover.move()
    site.store.close()
    again = open_site(site.kept)
    assert again.waiting == ["one"]
    again.mover.move()
    again.act("two")
    assert (again.waiting, again.kept.names) == (["two"], ["one"])


def test_lines_wait_while_the_history_cannot_be_kept_and_are_moved_later(site, caplog):
    caplog.set_level("INFO", "loadzone.history")
    site.act("one")
    site.mover.move()
    site.kept.trouble = "database is locked"
    site.act("two")
    site.mover.move()
    site.act("three")
    site.mover.move()
    assert (site.waiting, site.kept.names) == (["two", "three"], ["one"])
    assert site.mover.trouble == Waiting(NOON, 2)
    site.kept.trouble = ""
    site.mover.move()
    assert site.kept.names == ["one", "two", "three"]
    assert site.mover.trouble is None
    said = [record.getMessage() for record in caplog.records if record.name == "loadzone.history"]
    assert ["database is locked" in line for line in said] == [True, False]
    assert "again" in said[1]


def test_a_line_whose_moving_nobody_knows_of_is_moved_once(site):
    site.act("one")
    site.kept.late_trouble = "the connection was lost"
    site.mover.move()
    site.act("two")
    assert site.waiting == ["one", "two"]
    site.kept.late_trouble = ""
    site.mover.move()
    assert site.kept.names == ["one", "two"]


def test_pauses_between_tries_grow_up_to_ten_seconds_and_end_with_success(site):
    site.act("one")
    site.kept.trouble = "away"
    pauses = [site.mover.move() or site.mover._pause for _ in range(6)]
    assert pauses == [1, 2, 4, 8, 10, 10]
    site.kept.trouble = ""
    site.mover.move()
    assert site.mover._pause == 0


def test_a_process_that_does_not_lead_moves_nothing_and_lets_go_of_what_the_leader_moved(open_site, kept):
    site = open_site(kept, leads=False)
    site.act("one")
    site.mover.move()
    assert site.kept.names == []
    site.leading.begin()
    site.mover.move()
    assert site.kept.names == ["one"]


def test_a_leader_that_lags_behind_moves_nothing_twice(open_site, site):
    site.act("one", "two")
    first = dict(site.store.snapshot.history)
    site.mover.move()
    site.kept.append(list(first.values()))
    assert site.kept.names == ["one", "two"]


def test_many_moved_lines_leave_with_a_commit_of_their_own(site, monkeypatch):
    monkeypatch.setattr(mover_module, "LET_GO_AT", 4)
    site.act("one")
    site.mover.move()
    assert site.waiting == ["one"]
    site.act("two", "three", "four", "five")
    site.mover.move()
    assert site.store.snapshot.history == {}


def test_moved_lines_leave_by_themselves_when_nothing_else_happens(site):
    site.act("one")
    site.mover.move()
    site.seconds += mover_module.LET_GO_AFTER - 1
    site.mover.move()
    assert site.waiting == ["one"]
    site.seconds += 1
    site.mover.move()
    assert site.store.snapshot.history == {}


def test_after_an_older_file_was_restored_numbers_and_epoch_go_on(site, open_site, tmp_path):
    file = tmp_path / "data.json"
    older = file.read_bytes()
    site.act("lost", "lost too")
    site.mover.move()
    last, epoch = site.store.snapshot.last_number, site.store.snapshot.epoch
    site.store.close()
    file.write_bytes(older)
    again = open_site(site.kept)
    again.mover.start()
    again.mover.stop()
    again.act("new")
    line = list(again.store.snapshot.history.values())[-1]
    assert line.id > last
    assert line.epoch > epoch
    again.mover.move()
    assert again.kept.names == ["lost", "lost too", "new"]
    assert [line.action for line in again.kept.rows].count("data_restored") == 1


def test_numbers_are_not_set_higher_where_nothing_was_restored(site, open_site):
    site.act("one")
    site.mover.move()
    site.store.close()
    again = open_site(site.kept)
    last = again.store.snapshot.last_number
    again.mover.start()
    again.mover.stop()
    assert again.store.snapshot.last_number == last
    assert "data_restored" not in [line.action for line in again.kept.rows]


def test_a_restored_file_is_noticed_as_soon_as_the_history_can_be_reached(site, open_site, tmp_path):
    file = tmp_path / "data.json"
    older = file.read_bytes()
    site.act("lost", "lost too", "lost again")
    site.mover.move()
    last = site.store.snapshot.last_number
    site.store.close()
    file.write_bytes(older)
    site.kept.trouble = "away"
    again = open_site(site.kept)
    again.mover.move()
    again.act("one")
    site.kept.trouble = ""
    again.mover.move()
    again.act("two")
    again.mover.move()
    assert again.kept.names == ["lost", "lost too", "lost again", "one", "two"]
    assert again.store.snapshot.last_number > last


def test_a_process_that_does_not_lead_tells_when_lines_wait_for_long(open_site, kept):
    site = open_site(kept, leads=False)
    site.act("one")
    waiting = len(site.store.snapshot.history)
    assert site.mover.trouble is None
    site.now += mover_module.LONG + timedelta(seconds=1)
    assert site.mover.trouble == Waiting(NOON, waiting)


def test_after_commits_were_lost_new_lines_with_old_numbers_are_moved(site):
    site.act("one", "two")
    site.mover.move()
    before = site.store.snapshot
    after = before.copy()
    after.history.clear()
    site.store._publish(Commit(before, after, Touched(), (), visible=True, anew=True))
    assert site.mover.moved == 0


def test_a_key_that_comes_again_for_another_act_hides_none(kept):
    first = HistoryLine(1, 7, NOON, "booked", ALICE)
    other = HistoryLine(1, 7, NOON + timedelta(seconds=1), "released", ALICE)
    for _ in range(2):
        kept.append([first])
        kept.append([other])
    assert [(row.id, row.epoch, row.number, row.action) for row in kept.rows] == [
        (1, 7, 1, "booked"),
        (2, 8, 1, "released"),
    ]


def test_the_id_is_the_number_or_one_more_than_the_greatest(kept):
    kept.append([HistoryLine(number, 1, NOON, "booked") for number in (3, 5)])
    assert kept.append([HistoryLine(number, 2, NOON, "booked") for number in (4, 9)]) == 9
    assert [row.id for row in kept.rows] == [3, 5, 6, 9]


def test_lines_leave_while_many_more_are_moved(site, monkeypatch):
    monkeypatch.setattr(mover_module, "AT_ONCE", 2)
    monkeypatch.setattr(mover_module, "LET_GO_AT", 2)
    left = []
    append = site.kept.append
    monkeypatch.setattr(site.kept, "append", lambda new: left.append(len(site.store.snapshot.history)) or append(new))
    site.act(*(f"group {number}" for number in range(8)))
    waiting = len(site.store.snapshot.history)
    site.mover.move()
    assert left == list(range(waiting, 0, -2))
