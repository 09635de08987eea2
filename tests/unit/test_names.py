"""When two names are the same, and how records are found by such a name."""

import json
import re
import unicodedata

import pytest
from hypothesis import given, strategies as st

from loadzone.domain.named_table import groups_by_name, vms_by_name
from loadzone.domain.names import name_key
from loadzone.domain.records import Group, State, Vm
from loadzone.domain.refusal import Refusal
from loadzone.inventory import json_format
from loadzone.inventory.rows import wanted
from loadzone.lib.unicode_text import IGNORABLE
from loadzone.rules import groups, inventory, queue, tokens
from loadzone.rules.access import OPERATOR
from loadzone.rules.booking import beat, book, book_any, cancel, renew
from loadzone.rules.bulk import each
from loadzone.rules.importing import carry_out, plan
from loadzone.schemas.field_types import LINE_NOT_EMPTY
from support.world import ALICE, BOB, World, unit

# Other ways to write "stage-é1": case, composed or not, full width, and what nobody sees.
SAME = [
    "Stage-É1",
    unicodedata.normalize("NFD", "stage-é1"),
    "ｓｔａｇｅ－é１",
    "stage-\u034fé1",
    "stage\u3164-é1",
    "stage-é1\ufe0f",
    "\u200dstage-é1",
    "stage\U000e0101-é1",
]


def code_points():
    characters = map(chr, range(0x110000))
    return [one for one in characters if unicodedata.category(one) not in ("Cs", "Co")]


@pytest.mark.parametrize("name", SAME)
def test_these_are_one_name(name):
    assert name_key(name) == name_key("stage-é1")


@pytest.mark.parametrize("name", ["stаge-é1", "stage-e1", "stage_é1", "stage-é 1", "stage-é"])
def test_names_in_other_scripts_or_with_other_signs_are_different(name):
    assert name_key(name) != name_key("stage-é1")


def test_case_and_form_of_no_character_make_a_difference():
    turkish = "ıİ"  # their case depends on the language
    for one in filter(str.isprintable, code_points()):  # also: all that have a meaning
        others = {unicodedata.normalize(form, one) for form in ("NFC", "NFD", "NFKC", "NFKD")} | {one.casefold()}
        others |= {one.lower(), one.upper()} if one not in turkish else set()
        assert {name_key(other) for other in others} == {name_key(one)}, hex(ord(one))


@given(st.text(st.characters(codec="utf-8")))
def test_the_key_of_a_key_is_that_key(name):
    assert name_key(name_key(name)) == name_key(name)


def test_a_name_of_nothing_that_can_be_seen_is_empty():
    invisible = [one for one in code_points() if re.match(f"[{IGNORABLE}]", one)]
    assert len(invisible) == 4174  # as DerivedCoreProperties.txt of Unicode 16 counts them
    assert not any(re.fullmatch(LINE_NOT_EMPTY, one) or name_key(one) for one in invisible)


# Finding


def test_a_table_finds_by_name_what_is_written_renamed_and_removed():
    table = groups_by_name({1: Group(1, "Perf"), 2: Group(2, "CI")})
    assert [group.id for group in table.named("PERF")] == [1]
    table[3] = Group(3, "New")
    table[1] = Group(1, "Load")
    del table[2]
    assert [[group.id for group in table.named(name)] for name in ("perf", "load", "new", "ci")] == [[], [1], [3], []]


def test_of_twins_the_exact_name_wins():
    table = vms_by_name({"a": Vm("a"), "A": Vm("A")})
    assert [vm.id for vm in table.named("A")] == ["A"]
    assert [vm.id for vm in table.named("Ａ")] == ["a", "A"]


def test_ten_thousand_names_are_looked_at_once_a_unit_of_work(monkeypatch):
    keyed = []
    monkeypatch.setattr("loadzone.domain.named_table.name_key", lambda name: keyed.append(name) or name_key(name))
    uow = unit(State(vms={f"vm-{n}": Vm(f"vm-{n}") for n in range(10_000)}))
    assert len(uow.vms_named(f"VM-{n}" for n in range(5000))) == 5000
    assert len(keyed) == 15_000


def test_values_are_found_by_each_name_that_is_the_same():
    uow = unit(State(vms={name: Vm(name) for name in ("Twin", "twin", "other")}))
    assert uow.by_vm({"Ｏther": 3, "Twin": 1, "twin": 2}) == {"Twin": 1, "twin": 2, "other": 3}
    assert uow.by_vm({"OTHER": 4, "other": 3, "Ｏther": 5}) == {"other": 3}, "the exact name wins"


def test_a_name_that_nothing_has_is_refused_before_the_others_are_looked_at(monkeypatch):
    """A thousand combining marks take a millisecond, and a call may have five thousand names."""
    keyed = []
    monkeypatch.setattr("loadzone.domain.named_table.name_key", lambda name: keyed.append(name) or name_key(name))
    uow = unit(State(vms={"vm": Vm("vm")}))
    with pytest.raises(Refusal, match="no_such_vm"):
        uow.by_vm({f"{n}\u0301": 1 for n in range(5000)})
    assert len(keyed) == 2, "the one machine there is, and the first name"


def test_only_names_of_some_length_are_folded():
    assert name_key("É" * 200) == name_key("é" * 200)
    assert name_key("É" * 201) != name_key("é" * 201)


# Every rule


@pytest.fixture
def stage(world):
    world.add("stage-é1")
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["vm"])
    return world


@pytest.mark.parametrize("name", SAME)
def test_each_rule_finds_the_machine_and_keeps_its_own_name(stage, name):
    def told(rule, actor=ALICE, **arguments):
        stage.do(rule, actor=actor, **arguments)
        assert {event.vm_id for event in stage.events if event.vm_id} <= {"stage-é1"}

    told(book, BOB, vm_id=name, hours=1, heartbeat_minutes=10)
    told(queue.join, vm_id=name, hours=1)
    told(queue.leave, vm_id=name)
    told(renew, BOB, vm_id=name, hours=1)
    told(beat, BOB, vm_ids=[name])
    told(cancel, BOB, vm_id=name)
    assert [entry.vm_id for entry in stage.state.users[BOB].bookings] == ["stage-é1"] * 3
    told(inventory.edit, vm_id=name, description="8 cores", maintenance="broken", group_id=1)
    told(groups.remove_vm, vm_id=name)
    told(groups.add_vms, group_id=1, vm_ids=[name, "stage-é1"])
    assert stage.state.groups[1].vm_ids == ("vm", "stage-é1")
    told(groups.create, name="Other", vm_ids=[name])
    assert (list(stage.state.vms), stage.vm("stage-é1").description) == (["vm", "stage-é1"], "8 cores")
    told(inventory.delete, vm_id=name)
    assert list(stage.state.vms) == ["vm"]


def test_a_machine_named_twice_in_one_call_is_meant_once(stage):
    assert [vm.id for vm in stage.do(each_booked, actor=BOB, vm_ids=["VM", "vm", *SAME])] == ["vm", "stage-é1"]
    stage.do(inventory.delete_all, actor=ALICE, vm_ids=["vm", "VM", *SAME], force=True)
    assert stage.state.vms == {}


def each_booked(uow, actor, vm_ids):
    return each(uow, actor, book, vm_ids, hours=1)


@pytest.mark.parametrize("name", SAME)
def test_a_new_name_that_is_the_same_is_taken(stage, name):
    refusal = stage.refused(inventory.add, actor=ALICE, vm_id=name, group_id=None)
    assert (refusal.code, refusal.facts["vm_id"]) == ("vm_exists", "stage-é1")
    stage.do(groups.create, actor=ALICE, name="stage-é1")
    assert stage.refused(groups.create, actor=ALICE, name=name).code == "name_taken"
    stage.do(tokens.create, actor=BOB, token_id="1", name="stage-é1", digest="", days=1)
    refusal = stage.refused(tokens.create, actor=BOB, token_id="2", name=name, digest="", days=1)
    assert refusal.code == "name_taken"


def test_twins_of_an_older_file_are_told_apart_by_their_exact_names(world):
    for twin in ("Twin", "twin"):
        world.state.vms[twin] = Vm(twin)
    assert world.do(book, actor=BOB, vm_id="twin", hours=1).id == "twin"
    refusal = world.refused(book, actor=BOB, vm_id="TWIN", hours=1)
    assert (refusal.code, refusal.facts["names"]) == ("no_such_vm", "Twin, twin")


def test_tags_that_are_the_same_are_found(world):
    world.do(groups.create, actor=ALICE, name="Perf", vm_ids=["vm"])
    world.do(inventory.edit, actor=ALICE, vm_id="vm", tags=("Größe-１", "linux"))
    assert world.do(book_any, actor=BOB, group_id=1, hours=1, tags=("GRÖSSE-1", "Linux\ufe0f"))


# Import


def imported(world, vms, groups=()):
    rows = json_format.read(json.dumps({"vms": vms, "groups": groups}).encode())
    machines, problems = wanted(rows, world.state)
    result = plan(world.state, rows.groups, machines, prune=False)
    if not problems:
        world.do(carry_out, actor=OPERATOR, plan=result)
    return result, problems


@pytest.mark.parametrize("name", SAME)
def test_an_import_changes_the_machine_and_the_group_of_the_same_name(stage, name):
    stage.do(groups.create, actor=ALICE, name="stage-é1")
    result, problems = imported(stage, [{"id": name, "group": name, "description": "8 cores"}], [name])
    assert (problems, result.groups, result.added) == ([], (), ())
    assert (stage.vm("stage-é1").group, stage.vm("stage-é1").description) == (2, "8 cores")


@pytest.mark.parametrize("ids", [("stage-é1", "STAGE-É1"), ("new", "New")])
def test_an_import_that_names_one_machine_twice_is_refused(stage, ids):
    _, problems = imported(stage, [{"id": vm_id} for vm_id in ids])
    assert len(problems) == 1
    assert "is already in vms[0]" in problems[0]


def test_an_import_by_a_former_name_changes_the_renamed_machine(stage):
    stage.do(inventory.edit, actor=ALICE, vm_id="stage-é1", name="db")
    rows = json_format.read(json.dumps({"vms": [{"id": "STAGE-É1", "description": "8 cores"}]}).encode())
    machines, problems = wanted(rows, stage.state)
    assert (problems, list(rows.warnings)) == ([], ["vms[0]: STAGE-É1 is called db now"])
    assert [one.id for one in plan(stage.state, (), machines, prune=True).removed] == ["vm"]
    stage.do(carry_out, actor=OPERATOR, plan=plan(stage.state, (), machines, prune=False))
    assert stage.vm("db").description == "8 cores"


def test_an_import_that_names_the_renamed_machine_too_means_a_new_one(stage):
    stage.do(inventory.edit, actor=ALICE, vm_id="stage-é1", name="db")
    result, problems = imported(stage, [{"id": "stage-é1"}, {"id": "db", "description": "8 cores"}])
    assert (problems, [one.id for one in result.added]) == ([], ["stage-é1"])
    assert (stage.vm("db").description, stage.vm("db").former_ids) == ("8 cores", ())


def test_twins_of_an_older_file_can_be_imported():
    world = World()
    world.state.vms.update({twin: Vm(twin) for twin in ("Twin", "twin")})
    _, problems = imported(world, [{"id": "Twin", "description": "1"}, {"id": "twin", "description": "2"}])
    assert (problems, world.vm("Twin").description, world.vm("twin").description) == ([], "1", "2")
    assert "may mean several" in imported(world, [{"id": "TWIN"}])[1][0]


def test_an_import_makes_a_new_group_once(stage):
    result, problems = imported(stage, [{"id": "n1", "group": "Größe"}, {"id": "n2", "group": "GRÖSSE"}], ["ＧＲÖßＥ"])
    assert (problems, result.groups) == ([], ("ＧＲÖßＥ",))
    assert stage.vm("n1").group == stage.vm("n2").group == 2
