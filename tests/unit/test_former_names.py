"""The names that a machine had before lead to it, until another machine takes them."""

import orjson
import pytest

from loadzone.datafile.checker import check_file
from loadzone.datafile.reader import read_state
from loadzone.datafile.writer import StateEncoder
from loadzone.domain.records import FORMER_MOST, Vm
from loadzone.rules import booking, groups, inventory, queue
from support.world import ALICE, BOB, CHARLIE, World
from unit.test_renaming import rename


@pytest.fixture
def renamed(perf):
    """Return the world with the machines a, b, c in group 1, after b was renamed to db."""
    rename(perf, "b", "db")
    return perf


def refusal(world, old, new):
    refused = world.refused(inventory.edit, actor=ALICE, vm_id=old, name=new)
    return refused.code, refused.facts.get("vm_id")


def encoded(state):
    encoder = StateEncoder()
    encoder.mark_all(state)
    return encoder.encode(state)


@pytest.mark.parametrize("name", ["b", "B", "db"])
def test_calls_take_a_former_name(renamed, name):
    renamed.do(booking.book, actor=BOB, vm_id=name, hours=1)
    renamed.do(booking.beat, actor=BOB, vm_ids=[name])
    renamed.do(booking.renew, actor=BOB, vm_id=name, hours=1)
    renamed.do(booking.change_note, actor=BOB, vm_id=name, note="x")
    renamed.do(queue.join, actor=CHARLIE, vm_id=name, hours=1)
    assert renamed.do(booking.cancel_all, actor=BOB, vm_ids=["a", name][1:])[0].id == "db"
    assert renamed.vm("db").hold.email == CHARLIE
    renamed.do(queue.leave, actor=CHARLIE, vm_id=name)
    version = renamed.vm("db").version
    renamed.do(inventory.edit_all, actor=ALICE, vm_ids=[name], versions={name: version}, description="y")
    renamed.do(groups.remove_vm, actor=ALICE, vm_id=name)
    renamed.do(groups.add_vms, actor=ALICE, group_id=1, vm_ids=[name])
    renamed.do(inventory.delete, actor=ALICE, vm_id=name)
    assert "db" not in renamed.state.vms


def test_a_list_with_both_names_has_the_machine_once(renamed):
    booked = renamed.do(booking.book_all, actor=BOB, vm_ids=["b", "db", "a"], hours=1)
    assert [vm.id for vm in booked] == ["db", "a"]


def test_a_new_machine_takes_a_former_name_for_good(renamed):
    version = renamed.vm("db").version
    renamed.add("B")
    assert renamed.vm("db").former_ids == ()
    assert renamed.vm("db").version == version  # nobody has edited it
    assert renamed.do(booking.book, actor=BOB, vm_id="b", hours=1).id == "B"
    renamed.do(inventory.delete, actor=ALICE, vm_id="B", force=True)
    assert renamed.refused(booking.book, actor=BOB, vm_id="b", hours=1).code == "no_such_vm"


def test_another_machine_renamed_so_takes_a_former_name(renamed):
    rename(renamed, "c", "b")
    assert (renamed.vm("db").former_ids, renamed.vm("b").former_ids) == ((), ("c",))


@pytest.mark.parametrize("name", ["a", "A", "\N{FULLWIDTH LATIN SMALL LETTER A}"])
def test_the_name_of_another_machine_is_refused(renamed, name):
    assert refusal(renamed, "db", name) == ("vm_exists", "a")


def test_a_name_may_change_its_case_only(renamed):
    rename(renamed, "db", "DB")
    assert renamed.vm("DB").former_ids == ("b", "db")  # links of letters have it exactly so


def test_renaming_back_takes_the_name_from_the_former_ones(renamed):
    rename(renamed, "db", "b")
    assert renamed.vm("b").former_ids == ("db",)
    assert list(renamed.state.vms) == ["a", "b", "c"]


def test_the_own_name_is_no_change(renamed):
    before = renamed.state.copy()
    rename(renamed, "db", "db")
    assert (renamed.state, renamed.events) == (before, [])


def test_the_oldest_of_too_many_former_names_goes(perf):
    for n in range(FORMER_MOST + 2):
        rename(perf, "a" if n == 0 else f"a{n}", f"a{n + 1}")
    vm = perf.vm(f"a{FORMER_MOST + 2}")
    assert (len(vm.former_ids), vm.former_ids[0], vm.former_ids[-1]) == (FORMER_MOST, "a2", f"a{FORMER_MOST + 1}")


def test_twins_of_an_older_file_keep_their_exact_names():
    """Old files may have two machines whose names are the same. The exact name wins, also a former one."""
    world = World()
    world.state.vms = {"a": Vm("a"), "A": Vm("A")}
    assert refusal(world, "a", "A") == ("vm_exists", "A")
    rename(world, "a", "x")
    book = {"actor": BOB, "hours": 1}
    assert world.do(booking.book, vm_id="a", **book).id == "x"
    assert world.do(booking.book, vm_id="A", **book).id == "A"


def test_the_file_keeps_former_names(renamed):
    state, repaired = read_state(encoded(renamed.state))
    assert (state.vms, repaired) == (renamed.state.vms, [])
    assert b'"id":"a","group":1,"booked_by":null,"expires_at":null,"version":' in encoded(renamed.state)  # none there


@pytest.mark.parametrize(
    ("former", "kept"),
    [
        (["c"], ()),  # the name of another machine
        (["x", "x"], ("x",)),
        (["a", "x", ""], ("x",)),  # its own
        (["y"], ()),  # already that of b
        ([f"n{n}" for n in range(25)], tuple(f"n{n}" for n in range(5, 25))),
    ],
)
def test_former_names_of_a_file_lead_to_one_machine_only(former, kept):
    vms = [{"id": "b", "former_ids": ["y"]}, {"id": "a", "former_ids": former}, {"id": "c"}]
    report = check_file(orjson.dumps({"vms": vms}))
    assert (report.problems, report.state.vms["a"].former_ids) == ([], kept)
    names = ", ".join(map(repr, kept)) or "none"
    sentence = f"machine 'a' had former names that are taken, doubled or too many; kept: {names}"
    assert report.repaired == [sentence]


@pytest.mark.parametrize("former", ["b", [1], {"b": 1}])
def test_former_names_that_are_no_texts_are_a_problem(former):
    report = check_file(orjson.dumps({"vms": [{"id": "a", "former_ids": former}]}))
    assert len(report.problems) == 1
    assert "vms[0].former_ids" in report.problems[0]
