"""The lines of the history that wait: they leave once they are moved, and at most so many wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.datafile.json_file import JsonFile
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.history_line import WAS, HistoryLine
from loadzone.domain.records import Vm
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import beginning, groups, moving
from storage import DurableStore
from support.stores import write
from support.work import lines_run
from support.world import ALICE, NOON, World, unit


@pytest.fixture
def world():
    world = World()
    world.state.history.clear()
    return world


def make_groups(world, count):
    for _ in range(count):
        world.later(seconds=1)
        world.do(groups.create, actor=ALICE, name=f"Group {len(world.state.groups)}")


def fill(world, count):
    """Let so many lines wait."""
    for number in range(1, count + 1):
        world.state.history[number] = HistoryLine(number, 1, NOON, "booked", ALICE)
    world.state.last_number = count


def actions(world):
    return [line.action for line in world.state.history.values()]


def test_lines_that_were_moved_leave_with_the_next_act(world):
    make_groups(world, 3)
    [first, second, third] = world.state.history
    world.moved = second
    make_groups(world, 1)
    assert next(iter(world.state.history)) == third
    assert len(world.state.history) == 2
    assert first < second < third


def test_what_changes_nothing_lets_nothing_go(world):
    make_groups(world, 2)
    before = dict(world.state.history)
    world.moved = max(before)
    world.do(lambda uow: None)
    assert world.state.history == before


def test_the_line_that_brings_a_pseudonym_stays_where_too_many_wait(world):
    """Without it the older lines would keep the name for good."""
    fill(world, moving.MOST)
    world.state.history[2] = replace(world.state.history[2], rest={WAS: "bob@example.com"})
    make_groups(world, 1)
    assert next(iter(world.state.history)) == 2


def test_where_too_many_wait_the_oldest_make_room_for_a_line_that_says_so(world, monkeypatch):
    monkeypatch.setattr(moving, "MOST", 10)
    monkeypatch.setattr(moving, "AT_ONCE", 4)
    make_groups(world, 10)
    make_groups(world, 1)
    [gap] = [line for line in world.state.history.values() if line.action == "history_gap"]
    assert (gap.booking, gap.until) == (NOON + timedelta(seconds=1), NOON + timedelta(seconds=4))
    assert gap.changed == {"lines": [None, 4]}
    assert len(world.state.history) == 6 + 2


def test_a_gap_that_makes_room_itself_is_part_of_the_next(world, monkeypatch):
    monkeypatch.setattr(moving, "MOST", 6)
    monkeypatch.setattr(moving, "AT_ONCE", 5)
    make_groups(world, 40)
    assert len(world.state.history) <= 7
    gaps = [line for line in world.state.history.values() if line.action == "history_gap"]
    lost = sum(line.changed["lines"][1] for line in gaps)
    assert lost + len(world.state.history) - len(gaps) == 40
    assert gaps[0].booking == NOON + timedelta(seconds=1)


def test_moved_lines_are_not_taken_for_lost(world, monkeypatch):
    monkeypatch.setattr(moving, "MOST", 10)
    make_groups(world, 10)
    world.moved = list(world.state.history)[4]
    make_groups(world, 1)
    assert "history_gap" not in actions(world)


def test_a_hundred_thousand_lines_wait_and_no_more(world):
    fill(world, moving.MOST)
    make_groups(world, 1)
    assert len(world.state.history) == moving.MOST - moving.AT_ONCE + 2
    assert "history_gap" in actions(world)


def test_an_act_costs_the_same_however_many_lines_wait(world):
    def work(waiting):
        fill(world, waiting)
        uow = UnitOfWork(world.state, NOON, world.limits)
        groups.create(uow, ALICE, f"Group {waiting}")
        return lines_run(lambda: moving.let_go(uow))

    assert work(2_000) == work(90_000)


def test_a_waiting_line_is_encoded_once(world):
    make_groups(world, 300)
    encoder = StateEncoder()
    encoder.mark_all(world.state)
    encoder.chunks(world.state)
    text = next(iter(world.state.history.values())).text
    encoder.mark_all(world.state)
    encoder.chunks(world.state)
    assert next(iter(world.state.history.values())).text is text


def test_numbers_and_epoch_go_on_after_those_that_the_history_knows(world):
    epoch = world.state.epoch
    world.do(moving.go_on_after, number=5_000, epoch=epoch + 10**15)
    assert world.state.epoch == epoch + 10**15 + 1
    [line] = world.state.history.values()
    assert (line.action, line.id, line.epoch) == ("data_restored", 5_001, world.state.epoch)


def test_where_the_history_knows_nothing_newer_all_stays(world):
    before = world.state.copy()
    world.do(moving.go_on_after, number=world.state.last_number, epoch=10**15)
    assert world.state == before


def test_each_start_on_a_data_file_begins_an_epoch_even_where_the_clock_was_set_back(tmp_path):
    path, epochs = tmp_path / "data.json", []
    for moment in (NOON, NOON, NOON - timedelta(days=1), NOON + timedelta(days=1)):
        store = DurableStore(JsonFile(path, clock=lambda moment=moment: moment))
        store.do(unit, beginning.begin)
        write(store, Vm(f"vm-{len(epochs)}"))
        epochs.append(store.snapshot.epoch)
        store.close()
    noon, day = int(NOON.timestamp() * 1000), 24 * 3600 * 1000
    assert epochs == [noon, noon + 1, noon + 2, noon + day]
