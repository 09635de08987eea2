"""The history begins with what people's own histories still know: their own times, in order, each act once."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from loadzone.domain.commit import CannotSave
from loadzone.domain.people import Entry
from loadzone.domain.records import Booking
from loadzone.domain.unit_of_work import UnitOfWork
from loadzone.rules import beginning, booking, groups, hand_over, history, queue
from loadzone.rules.finish import finish
from support.disk import Failing
from support.stores import json_store, write
from support.world import ALICE, BOB, CHARLIE, NOON, World
from unit.acts import shown


@pytest.fixture
def older():
    """Return a world whose state is that of a version without history lines."""
    world = World()
    world.add("a", "b")
    world.do(booking.book, actor=BOB, vm_id="a", hours=1)
    world.later(minutes=1)
    world.do(booking.book, actor=ALICE, vm_id="b", hours=2, email=BOB)
    world.later(minutes=1)
    world.do(booking.renew, actor=BOB, vm_id="a", hours=1)
    world.do(booking.cancel, actor=ALICE, vm_id="b")
    world.later(minutes=1)
    world.do(hand_over.hand_over, actor=BOB, vm_id="a", email=CHARLIE)
    world.later(minutes=1)
    for line in list(world.state.history):
        del world.state.history[line]
    return world


def begun(world):
    world.do(beginning.begin)
    return [shown(line) for line in world.lines]


def test_each_act_that_is_known_is_one_line_with_its_own_time(older):
    assert begun(older) == [
        "booked a by=bob of=bob from=12:00 to=13:00",
        "booked b by=alice of=bob from=12:01 to=14:01",
        "renewed a of=bob from=12:00 to=14:00",
        "released b of=bob from=12:01 to=12:02",
        "handed_over a of=charlie from=12:03 to=14:00 changed=email:bob->charlie",
        "history_began",
    ]
    times = [line.at - NOON for line in older.lines]
    assert times == [timedelta(minutes=minutes) for minutes in (0, 1, 2, 2, 3, 4)]
    assert [line.via for line in older.lines] == ["upgrade"] * 5 + [""]
    assert {line.vm for line in older.lines if line.vm_id == "a"} == {older.vm("a").number}
    assert {line.epoch for line in older.lines} == {older.state.epoch}


def test_it_begins_once(older):
    begun(older)
    before = older.state.copy()
    assert begun(older) == []
    assert older.state == before


def test_a_booking_is_told_even_if_nobodys_own_history_has_it(older):
    older.state.vms["b"] = replace(older.vm("b"), booking=Booking(ALICE, NOON + timedelta(hours=3), NOON))
    assert "booked b of=alice from=12:00 to=15:00" in begun(older)


def test_whoever_waits_is_told(older):
    older.do(groups.create, actor=ALICE, name="Perf", vm_ids=["a", "b"])
    older.do(queue.join, actor=BOB, vm_id="a", hours=2)
    older.do(queue.join, actor=ALICE, group_id=1, hours=1, count=2)
    older.later(minutes=1)
    lines = begun(older)
    assert "queue_joined -/Perf by=alice of=alice from=12:04 hours=1" in lines
    assert "queue_joined a/Perf by=bob of=bob from=12:04 hours=2" in lines


def test_what_is_no_act_or_has_no_time_is_left_out(older):
    odd = (Entry("login", None, NOON), Entry("deleted", "a", NOON), Entry("book", "a"), Entry("book", None, NOON))
    older.state.users[ALICE] = replace(older.state.users[ALICE], bookings=odd)
    assert len(begun(older)) == 6


def test_of_a_machine_that_is_gone_the_name_is_told(older):
    del older.state.vms["b"]
    assert "booked b by=alice of=bob from=12:01 to=14:01" in begun(older)
    assert {line.vm for line in older.lines if line.vm_id == "b"} == {None}


def test_who_gave_it_away_is_enough_to_tell_of_a_booking_that_was_handed_over(older):
    older.state.users[CHARLIE] = replace(older.state.users[CHARLIE], bookings=())
    assert "handed_over a of=charlie from=12:03 changed=email:bob->charlie" in begun(older)


def test_only_the_newest_are_taken_where_they_are_too_many(older, monkeypatch):
    monkeypatch.setattr(beginning, "MOST", 2)
    assert [text.split()[0] for text in begun(older)] == ["released", "handed_over", "history_began"]


def test_it_is_in_the_commit_that_begins_the_history_or_not_at_all(older, tmp_path, monkeypatch):
    """A process that is killed before that commit begins anew; one that is killed after it does not."""
    path = tmp_path / "data.json"
    with closing(json_store(path)) as store:
        write(store, *older.state.vms.values(), *older.state.users.values())
    with closing(json_store(path)) as store, monkeypatch.context() as failing:
        failing.setattr("loadzone.lib.atomic_file.os", Failing("fsync"))
        with pytest.raises(CannotSave):
            begin(store, older)
        assert (store.snapshot.epoch, len(store.snapshot.history)) == (0, 0)
    for _ in range(3):
        with closing(json_store(path)) as store:
            begin(store, older)
            assert [line.via for line in store.snapshot.history.values()] == ["upgrade"] * 5 + [""]


def test_cleaning_the_histories_afterwards_loses_nothing(older):
    older.later(days=2)
    lines = begun(older)
    older.do(history.clean_up)
    assert len(lines) == 6
    assert len(older.state.history) == 6


def begin(store, world):
    def work(uow):
        beginning.begin(uow)
        finish(uow)

    store.do(lambda state: UnitOfWork(state, world.now, world.limits), work)
