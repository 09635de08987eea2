"""Records with other values in some fields are made as by dataclasses.replace."""

import dataclasses
from dataclasses import dataclass, field

import pytest

from loadzone.domain.people import Entry, User
from loadzone.domain.records import Booking, Group, Hold, State, Vm, Waiter
from loadzone.domain.replacing import replace
from support.world import BOB, NOON

RECORDS = (
    Vm("vm", 1, Booking(BOB), tags=("a",), version=3),
    Group(1, "CI", ("vm",)),
    User(BOB, NOON, role="admin"),
    Hold(BOB, 1.0, NOON),
    Waiter(BOB, 1.0, NOON),
    Booking(BOB, NOON, note="for tests"),
    Entry("book", "vm", NOON, NOON),
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_each_field_is_replaced_and_the_others_stay(record):
    assert replace(record) == record
    for one in dataclasses.fields(record):
        if one.init:
            new = replace(record, **{one.name: "other"})
            assert new == dataclasses.replace(record, **{one.name: "other"})
            assert (type(new), getattr(new, one.name)) == (type(record), "other")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_an_unknown_field_is_refused(record):
    with pytest.raises(TypeError, match="unknown"):
        replace(record, unknown=1)


def test_what_was_cached_of_a_record_is_not_taken_over():
    entry = Entry("book", "vm", NOON, NOON)
    object.__setattr__(entry, "text", b"cached")
    assert replace(entry, vm_id="other").text is None


def test_a_record_that_does_more_when_it_is_made_does_so():
    tables = {"vm": Vm("vm")}
    assert replace(State(vms=tables), revision=1).copy().vms == tables

    @dataclass
    class Plain:
        name: str
        more: list[str] = field(default_factory=list)

    assert replace(Plain("a", ["b"]), name="c") == Plain("c", ["b"])
