"""Tables whose copies share what has not changed: they are like dicts, and a copy is small however large they are."""

import random
import tracemalloc
from contextlib import contextmanager

import pytest

from loadzone.datafile.json_file import JsonFile
from loadzone.domain.people import Letter, User
from loadzone.domain.records import Group, State, Vm
from loadzone.domain.table_overlay import TableOverlay
from loadzone.lib.shared_table import SharedTable, shared
from storage import DurableStore
from support.stores import write
from support.world import NOON

MANY = 20_000


class CountedCopies(dict):
    """A dict that counts how often all of it was copied."""

    copies = 0

    def copy(self):
        CountedCopies.copies += 1
        return CountedCopies(self)


def contents(table):
    """Return everything that a table says of itself."""
    keys = list(table)
    assert list(table.items()) == list(zip(keys, table.values(), strict=True))
    assert list(table.keys()) == keys == list(reversed(list(reversed(table))))
    assert [table[key] for key in keys] == list(table.values()) == [table.get(key) for key in keys]
    assert len(table) == len(keys)
    assert all(key in table for key in keys)
    return list(table.items())


def change(table, number):
    """Do one thing to the table, which depends on the number alone."""
    chosen = random.Random(number)
    key = chosen.randrange(12)
    if chosen.random() < 0.02:
        table.clear()
    elif chosen.random() < 0.4:
        table.pop(key, None)
    else:
        table[key] = number


@pytest.mark.parametrize("seed", range(20))
def test_a_table_and_its_copies_are_like_dicts(seed):
    number = 1000 * seed
    pairs = [(SharedTable({key: -key for key in range(6)}), {key: -key for key in range(6)})]
    for _ in range(400):
        number += 1
        table, like = random.Random(-number).choice(pairs)
        change(table, number)
        change(like, number)
        # A look makes a dict of all records, so most tables are not looked at after most changes.
        if number % 7 == 0:
            assert contents(table) == list(like.items())
        if number % 11 == 0:
            pairs.append((table.copy(), like.copy()))
    assert [contents(table) for table, _ in pairs] == [list(like.items()) for _, like in pairs]


def test_the_order_is_told_backwards_without_a_look_at_the_whole():
    table = SharedTable(dict.fromkeys("abcd", 0)).copy()
    table["e"] = 1
    table["b"] = 1
    del table["c"], table["a"]
    table["a"] = 1
    assert "".join(reversed(table)) == "aedb"
    assert "".join(table) == "bdea"


def test_the_first_keys_are_found_without_a_look_at_the_whole(monkeypatch):
    monkeypatch.setattr(CountedCopies, "copies", 0)
    table = SharedTable(CountedCopies.fromkeys(range(MANY), 0)).copy()
    del table[0]
    table[MANY] = table[0] = 1
    assert (next(iter(table)), next(reversed(table)), len(table)) == (1, 0, MANY + 1)
    assert (CountedCopies.copies, list(table)[-2:]) == (0, [MANY, 0])


def test_what_is_not_there_is_missed():
    table = SharedTable({1: "one"}).copy()
    del table[1]
    assert (1 in table, table.get(1), table.get(1, "none"), len(table)) == (False, None, "none", 0)
    with pytest.raises(KeyError):
        table[1]
    with pytest.raises(KeyError):
        del table[1]
    assert table.pop(1, None) is None


def test_a_dict_is_taken_over_and_other_mappings_are_copied():
    records = {1: "one"}
    table = shared(records)
    assert shared(table) is table
    assert (table == records, repr(table)) == (True, "SharedTable({1: 'one'})")
    copied = shared(TableOverlay(records))
    records[2] = "two"
    assert list(copied) == [1]


def test_a_large_table_is_copied_whole_once_in_hundreds_of_changes(monkeypatch):
    monkeypatch.setattr(CountedCopies, "copies", 0)
    table = SharedTable(CountedCopies.fromkeys(range(MANY), 0))
    largest = 0
    for number in range(4 * MANY):
        table = table.copy()
        table[(7 * number) % (2 * MANY)] = number
        largest = max(largest, len(table._changed) + len(table._added))
    assert CountedCopies.copies <= 4 * MANY / 4 / MANY**0.5 + 1
    assert largest <= 4 * (2 * MANY) ** 0.5 + 1


def test_what_was_gathered_is_copied_without_a_look_at_the_whole(monkeypatch):
    table = SharedTable(CountedCopies.fromkeys(range(MANY), 0)).copy()
    for number in range(1000):
        table[number] = 1
    table.gather()
    monkeypatch.setattr(CountedCopies, "copies", 0)
    copy = table.copy()
    assert (CountedCopies.copies, copy == table, copy[999]) == (0, True, 1)


def test_a_store_gathers_once_its_turn_is_over(tmp_path, monkeypatch):
    steps = []

    class Turns(JsonFile):
        @contextmanager
        def turn(self):
            yield self
            steps.append("the turn ends")

    store = DurableStore(Turns(tmp_path / "data.json"))
    monkeypatch.setattr(State, "gather", lambda state: steps.append(state))
    write(store, Vm("vm"))
    assert steps == ["the turn ends", store.snapshot]
    store.close()


def test_a_copy_of_a_state_takes_no_memory_for_what_there_is():
    state = State(
        {f"vm-{number}": Vm(f"vm-{number}") for number in range(MANY)},
        {number: Group(number, f"g{number}") for number in range(MANY)},
        {f"{number}@example.com": User(f"{number}@example.com", NOON) for number in range(MANY)},
        {str(number): Letter(str(number), "a@example.com", "held", NOON) for number in range(MANY)},
    )
    tracemalloc.start()
    try:
        copies = [state.copy() for _ in range(10)]
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 10 * 4000
    copies[0].vms["vm-1"] = Vm("vm-1", description="other")
    assert [copy.vms["vm-1"].description for copy in copies[:2]] == ["other", ""]
    assert state.vms["vm-1"] == Vm("vm-1")
