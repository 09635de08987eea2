"""A commit as bytes: on the same state before it, it gives the same state, events and index."""

from dataclasses import fields, replace
from datetime import timedelta

import orjson
import pytest

from database.every_field import RECORDS, state_of_every_field
from loadzone.database.commit_codec import TABLES, EncodedCommit, NewerFormat, encode
from loadzone.database.history_delta import delta_of
from loadzone.datafile.own_object import OwnObject
from loadzone.datafile.reader import parse_file, parse_own
from loadzone.datafile.typed_object import TypedObject
from loadzone.datafile.writer import StateEncoder
from loadzone.domain import tallies
from loadzone.domain.commit import Commit, Touched
from loadzone.domain.events import Event
from loadzone.domain.people import BrowserSession, Entry, Letter, User
from loadzone.domain.records import Booking, Deleted, Group, State, Vm, Waiter
from support.world import BOB, NOON

LATER = NOON + timedelta(microseconds=1)


def entry(number):
    return Entry("book", f"vm-{number}", NOON, LATER)


def commit(before, after, events=(), **keys):
    touched = Touched(**{name: dict.fromkeys(table) for name, table in keys.items()})
    return Commit(before, after, touched, tuple(events), True)


def taken(original):
    return EncodedCommit(encode(original)).commit_on(original.before)


def test_it_gives_the_state_after_it_and_what_was_touched():
    waiter = Waiter(BOB, 2.5, NOON, auto=True, via="ci", heartbeat_minutes=5, seen=LATER)
    vm = Vm("vm", 1, Booking(BOB, LATER, NOON, note="\0 «ё» \u2028"), queue=(waiter,), rest={"later": [1, {"x": None}]})
    group = Group(1, "Perf", ("vm",), (replace(waiter, email="ann@example.com", count=2),))
    user = User(BOB, NOON, (entry(1),), sessions={"s" * 64: BrowserSession(NOON)})
    letter = Letter("1", BOB, "ended", NOON, {"vm_id": "vm"})
    before = State(vms={"old": Vm("old", booking=Booking(BOB))}, revision=4)
    tallies.of(before)
    after = State({"vm": vm}, {1: group}, {BOB: user}, {"1": letter}, revision=5)
    result = taken(commit(before, after, vms=["old", "vm"], groups=[1], users=[BOB], letters=["1"]))
    assert result.after == after
    assert result.after.tallies == tallies.count(after)
    assert (list(result.touched.vms), list(result.touched.groups), result.visible) == (["old", "vm"], [1], True)


def test_what_was_deleted_lately_arrives_and_goes():
    gone, again = Deleted(Vm("gone"), NOON, BOB), Deleted(Vm("again", 1, Booking(BOB, LATER)), NOON, BOB, 3)
    before = State(deleted={"gone": gone, "again": again})
    later = replace(again, at=LATER)
    after = State(deleted={7: Deleted(Group(7, "Perf", ("a",)), NOON, BOB), "again": later})
    result = taken(commit(before, after, deleted=["gone", "again", 7]))
    assert result.after == after
    assert [*result.after.deleted] == [7, "again"]


def test_no_table_is_left_out():
    tables = {field.name for field in fields(State) if str(field.type).startswith("dict") and field.name != "tallies"}
    assert set(TABLES) == tables


def test_every_field_of_every_record_arrives():
    after = state_of_every_field()
    after.revision = 1
    result = taken(commit(State(), after, **{name: list(getattr(after, name)) for name in TABLES})).after
    assert result == after
    assert set(RECORDS) == set(TABLES)


def test_what_is_read_without_checks_is_read_as_with_them():
    state = state_of_every_field()
    encoder = StateEncoder()
    encoder.mark_all(state)
    content = encoder.encode(state)
    assert parse_own(orjson.loads(content)) == parse_file(content)


def test_every_way_to_read_a_value_is_there_without_checks():
    by_others = {"records"}  # is made of the others
    assert {name for name in vars(TypedObject) if not name.startswith("_")} - by_others <= set(vars(OwnObject))


def test_every_field_of_an_event_arrives():
    values = {"until": NOON, "booked_at": LATER, "hours": 1.5, "quiet": True, "group_id": 3}
    values |= {field.name: ("a", "b") for field in fields(Event) if str(field.type).startswith("tuple")}
    values |= {field.name: field.name for field in fields(Event) if field.name not in values}
    event = Event(**values)
    assert all(getattr(event, field.name) != field.default for field in fields(event))
    assert taken(commit(State(), State(), [event, Event("booked")])).events == (event, Event("booked"))


HISTORIES = {
    "none": ((), ()),
    "the first line": ((), (0,)),
    "one more": ((0, 1), (0, 1, 2)),
    "one more, and the oldest goes": ((0, 1, 2), (1, 2, 3)),
    "some go": ((0, 1, 2, 3, 4), (1, 3, 4)),
    "all go": ((0, 1), ()),
    "another one": ((0, 1), (2, 3)),
    "the same": ((0, 1), (0, 1)),
    "one is changed in the middle": ((0, 1, 2), (0, 5, 2)),
}


@pytest.mark.parametrize(("old", "new"), HISTORIES.values(), ids=HISTORIES.keys())
def test_a_history_is_made_of_the_one_before(old, new):
    before, after = (User(BOB, NOON, tuple(map(entry, numbers))) for numbers in (old, new))
    states = State(users={BOB: before}), State(users={BOB: after})
    assert taken(commit(*states, users=[BOB])).after == states[1]


def test_of_a_long_history_only_what_is_new_is_written():
    old = tuple(map(entry, range(200)))
    delta = delta_of(old, (*old[1:], entry(200)))
    assert (delta.kept, delta.added) == (((1, 200),), (entry(200),))


def test_a_form_that_is_not_known_is_refused():
    body = encode(commit(State(), State()))
    assert b'"commit format": 1' in body
    with pytest.raises(NewerFormat):
        EncodedCommit(body.replace(b'"commit format": 1', b'"commit format": 2')).commit_on(State())


ORDERS = {
    "one is edited": ("abc", "abc", "b"),
    "the last is edited": ("abc", "abc", "c"),
    "all are edited": ("abc", "abc", "bca"),
    "one comes": ("abc", "abcd", "d"),
    "one goes": ("abc", "ac", "b"),
    "one goes and another comes": ("abc", "acd", "bd"),
    "one comes again": ("abc", "acb", "b"),
    "one is renamed in its place": ("abc", "axc", "bx"),
    "the last is renamed": ("abc", "abx", "cx"),
    "one goes and the other takes its name": ("abc", "ac", "abc"),
    "one comes back to its place, and another comes": ("ac", "abcd", "bd"),
    "all go": ("abc", "", "abc"),
}


@pytest.mark.parametrize(("old", "new", "touched"), ORDERS.values(), ids=ORDERS.keys())
def test_the_order_is_the_same_everywhere(old, new, touched):
    before = State(vms={name: Vm(name) for name in old})
    after = State(vms={name: Vm(name, version=1 if name in touched else 0) for name in new})
    result = taken(commit(before, after, vms=touched)).after
    assert (result, list(result.vms)) == (after, list(after.vms))
    assert list(before.vms) == list(old), "the state before is left as it is"


def test_two_that_have_swapped_their_names_have_each_others_places():
    before = State(vms={name: Vm(name) for name in "abc"})
    after = State(vms={"b": Vm("b", version=1), "a": Vm("a", version=1), "c": before.vms["c"]})
    assert list(taken(commit(before, after, vms="ab")).after.vms) == ["b", "a", "c"]


def test_a_name_that_another_takes_over_has_the_place_of_that_one():
    before = State(vms={name: Vm(name) for name in "abc"})
    after = State(vms={"c": Vm("c", version=1), "a": Vm("a", version=1)})
    assert list(taken(commit(before, after, vms="abc")).after.vms) == ["c", "a"]
