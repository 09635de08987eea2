"""A commit as bytes: on the same state before it, it gives the same state, events and index."""

from dataclasses import fields, replace
from datetime import timedelta
from random import Random

import orjson
import pytest

from database.every_field import RECORDS, state_of_every_field
from loadzone.database.commit_codec import EncodedCommit, NewerFormat, encode
from loadzone.database.history_delta import delta_of
from loadzone.database.table_change import change_of
from loadzone.datafile.own_object import OwnObject
from loadzone.datafile.reader import parse_file, parse_own
from loadzone.datafile.typed_object import TypedObject
from loadzone.datafile.writer import StateEncoder
from loadzone.domain import tallies
from loadzone.domain.commit import TABLES, Commit, Touched
from loadzone.domain.events import Event
from loadzone.domain.people import BrowserSession, Entry, Letter, User
from loadzone.domain.records import Booking, Deleted, Group, State, Vm, Waiter
from support.world import BOB, NOON, unit

LATER = NOON + timedelta(microseconds=1)


def entry(number):
    return Entry("book", f"vm-{number}", NOON, LATER)


def commit(before, after, events=(), renames=False, **keys):
    touched = Touched(**{name: dict.fromkeys(table) for name, table in keys.items()}, renames=renames)
    return Commit(before, after, touched, tuple(events), True)


def taken(original):
    """Return the commit as another node takes it; one that starts must come to the same state."""
    encoded, replayed = EncodedCommit(encode(original)), original.before.copy()
    result = encoded.commit_on(original.before)
    encoded.replay(replayed)
    assert replayed == result.after
    assert [list(getattr(replayed, name)) for name in TABLES] == [list(getattr(result.after, name)) for name in TABLES]
    return result


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
    tables = {field.name for field in fields(State) if str(field.type).startswith("MutableMapping")}
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
    values["changed"] = {"tags": [["a"], []]}
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
    "one is edited and the first goes": ("abcd", "bcd", "ab"),
    "all go": ("abc", "", "abc"),
}
RENAMES = {
    "one is renamed in its place": ("abc", "axc", "bx"),
    "the last is renamed": ("abc", "abx", "cx"),
    "one goes and the other takes its name": ("abc", "ac", "abc"),
    "one goes and the other takes its name far away": ("abcde", "acbe", "bd"),
    "all are renamed": ("abcd", "wxyzd", "abcwxyz"),
    "two beside each other are renamed": ("abcd", "axyd", "bcxy"),
    "two swap their names": ("abc", "bac", "atb"),
    "a name is taken over by one from far away": ("abc", "ca", "abc"),
    "one is renamed and another comes": ("ac", "abcd", "bd"),
}


@pytest.mark.parametrize(("old", "new", "touched"), [*ORDERS.values(), *RENAMES.values()], ids=[*ORDERS, *RENAMES])
def test_the_order_is_the_same_everywhere(request, old, new, touched):
    before = State(vms={name: Vm(name) for name in old})
    after = State(vms={name: Vm(name, version=1 if name in touched else 0) for name in new})
    renames = request.node.callspec.id in RENAMES
    result = taken(commit(before, after, renames=renames, vms=touched)).after
    assert (result, list(result.vms)) == (after, list(after.vms))
    assert list(before.vms) == list(old), "the state before is left as it is"


class Table(dict):
    """A table that counts how many of its keys were looked through."""

    looked_at = 0

    def __iter__(self):
        for key in super().__iter__():
            self.looked_at += 1
            yield key


@pytest.mark.parametrize("change", ["edit", "book", "remove", "add"])
def test_a_change_does_not_look_through_the_table(change):
    before = {number: Vm(f"{number}") for number in range(10_000)}
    after = Table(before)
    if change == "remove":
        del after[70]
    else:
        key = 10_000 if change == "add" else 70
        after[key] = Vm(f"{key}", description="new", version=int(change != "book"))
    before = Table(before)
    touched = {key: None for key in (70, 10_000) if before.get(key) is not after.get(key)}
    made = change_of(touched, before, after, renames=False)
    assert (before.looked_at, after.looked_at) == (0, 0)
    assert (len(made.gone) + len(made.written), made.places) == (1, [])


def test_of_a_rename_only_the_place_is_written():
    names = [f"vm-{number}" for number in range(1000)]
    before = State(vms={name: Vm(name) for name in names})
    names[500] = "renamed"
    after = State(vms={name: Vm(name, version=int(name == "renamed")) for name in names})
    renamed = commit(before, after, renames=True, vms=["vm-500", "renamed"])
    assert list(taken(renamed).after.vms) == names
    assert len(encode(renamed)) < 500


def change_anything(random, uow):
    """Add, delete, rename, edit and book machines of few names, in one unit of work."""
    for _ in range(random.randint(1, 3)):
        name, other = random.choice("abcdefgh"), random.choice("abcdefgh")
        vm = uow.vms.get(name)
        if vm is None:
            uow.vms[name] = Vm(name)
        elif random.random() < 0.25:
            del uow.vms[name]
        elif random.random() < 0.5 and other not in uow.vms:
            uow.vms.move(name, other, replace(vm, id=other))
        else:
            uow.vms[name] = replace(vm, description=f"{random.random()}")


def test_the_order_is_the_same_everywhere_after_random_batches():
    random, state, moves = Random(1), State(), 0
    for _ in range(2000):
        after, touched = state.copy(), Touched()
        for _ in range(random.randint(1, 3)):
            uow = unit(after)
            change_anything(random, uow)
            touched.add(uow.apply_to(after))
        after.revision += 1
        original = Commit(state, after, touched, (), True)
        result = taken(original).after
        assert (result, list(result.vms)) == (after, list(after.vms))
        moves += touched.renames
        state = after
    assert moves > 200
