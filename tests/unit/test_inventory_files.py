"""Export and import in each format: nothing is lost, nothing is computed, nothing is run."""

import csv
import io
import json
import re

import pytest
from hypothesis import example, given, strategies as st

from loadzone.domain.names import name_key
from loadzone.domain.records import Group, State, Vm
from loadzone.domain.refusal import Refusal
from loadzone.inventory import (
    ansible_format,
    csv_format,
    json_format,
)
from loadzone.inventory.csv_format import escape_formula, unescape_formula
from loadzone.inventory.rows import BadInventory, Machine, rows_of, valid_groups, wanted
from loadzone.rules import importing
from loadzone.rules.access import OPERATOR
from loadzone.schemas.field_types import LINE, LINE_NOT_EMPTY
from loadzone.schemas.requests import EditVm, NewGroup
from loadzone.schemas.validation import check
from support.world import World

FORMATS = [csv_format, json_format, ansible_format]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Values that the API accepts.
IDS = st.text(st.sampled_from("aZ9._-жé中"), min_size=1, max_size=8).filter(re.compile(r"(?!-|\.\.?$)").match)
_CHARACTERS = st.sampled_from("""aж中 ,;'"=+-@|{}%#\\:!&*<>＝🙂""") | st.characters(
    exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]
).filter(re.compile(LINE).fullmatch)  # some code points that are refused have no category yet
ONE_LINE_TEXTS = st.text(_CHARACTERS, max_size=20).map(str.strip)
NAMES = ONE_LINE_TEXTS.filter(re.compile(LINE_NOT_EMPTY).fullmatch)
MACHINES = st.fixed_dictionaries(
    {
        "description": ONE_LINE_TEXTS,
        "tags": st.lists(NAMES, max_size=3, unique_by=name_key).map(tuple),
        "external_ip": st.sampled_from(["", "192.0.2.7", "[2001:db8::1]:22", "x-"]),
        "internal_ip": st.sampled_from(["", "10.0.0.1", "vm.example.com"]),
        "ssh_user": st.sampled_from(["", "root", "a.b@c"]),
        "ssh_port": st.sampled_from([None, 22, 65535]),
        "maintenance": st.just("") | NAMES,
        "group": st.none() | st.integers(0, 2),
    }
)
GROUPS = st.lists(NAMES, max_size=3, unique_by=name_key)


def state_of(machines, groups):
    vms = {vm_id: Vm(vm_id, **fields) for vm_id, fields in machines.items()}
    vms = {i: vm if vm.group is None or vm.group < len(groups) else Vm(i) for i, vm in vms.items()}
    return State(
        vms=vms,
        groups={n: Group(n, name, tuple(i for i, vm in vms.items() if vm.group == n)) for n, name in enumerate(groups)},
    )


def imported(world, rows):
    machines, problems = wanted(rows, world.state)
    assert problems == []
    world.do(importing.carry_out, actor=OPERATOR, plan=importing.plan(world.state, rows.groups, machines, prune=False))
    return world.state


def content_of(state):
    rows = rows_of(state)
    return {fields["id"]: fields for _, fields in rows.machines}, sorted(rows.groups)


HARD = {
    "formula": {"description": "=1+1", "tags": ("-x", "a,b", '"', "'=", "; =x"), "maintenance": "@SUM(A1)", "group": 0},
    "quoted": {"description": """'=x ";"'' """.strip(), "tags": ("{{ x }}", "!unsafe"), "group": 1},
    "руский-1": {"description": 'x: !unsafe "{{ 1 }}"', "group": 2},
    "x-": {},
}


@pytest.mark.parametrize("file_format", FORMATS)
@given(machines=st.dictionaries(IDS, MACHINES, max_size=4), groups=GROUPS)
@example(machines=HARD, groups=["=cmd", "QA & Staging", "all"])
@example(machines={}, groups=["one two", "one_two", "ungrouped", "7"])
def test_export_and_import_give_the_same_inventory(file_format, machines, groups):
    state = state_of(machines, groups)
    assert content_of(imported(World(), file_format.read(file_format.write(rows_of(state))))) == content_of(state)


@pytest.mark.parametrize("file_format", FORMATS)
def test_importing_an_export_where_it_came_from_changes_nothing(file_format):
    state = state_of(HARD, ["=cmd", "QA & Staging", "all"])
    rows = file_format.read(file_format.write(rows_of(state)))
    plan = importing.plan(state, rows.groups, wanted(rows, state)[0], prune=True)
    assert plan.is_empty
    assert plan.unchanged == len(HARD)


# CSV


@given(st.text() | st.text(st.sampled_from(""";,|"'=-@ ＝a\t\n""")))
@example("8 cores; =1+1")
def test_no_cell_begins_like_a_formula_with_any_separator_and_escaping_can_be_undone(text):
    for separator in ",;|":
        assert not any(cell.lstrip(" ").startswith(DANGEROUS) for cell in escape_formula(text).split(separator))
    assert unescape_formula(escape_formula(text)) == text


def test_cells_are_escaped_as_owasp_recommends():
    out = csv_format.write(rows_of(state_of({**HARD, "-x": {}}, ["=cmd", "b", "c"])))
    assert out.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(out.decode("utf-8-sig"), newline="")) for cell in row]
    assert "'=1+1" in cells
    assert "'@SUM(A1)" in cells
    assert "'=cmd" in cells
    assert "'-x" in cells
    assert not any(cell.startswith(DANGEROUS) for cell in cells)


def read_csv(text, state=None):
    rows = csv_format.read(text.encode() if isinstance(text, str) else text)
    return *wanted(rows, state or State()), rows


def test_a_spreadsheets_semicolons_and_blank_lines_are_read():
    machines, problems, _ = read_csv('ID;Description\r\n\r\nvm-1;"a; b"\r\n;\r\n')
    assert problems == []
    assert [(one.id, dict(one.fields)) for one in machines] == [("vm-1", {"description": "a; b"})]


def test_a_missing_column_changes_nothing_and_an_unknown_one_is_reported():
    [one], _, rows = read_csv("id,rack,tags\nvm,7,\n")
    assert dict(one.fields) == {"tags": ()}
    assert list(rows.ignored) == ["rack"]


def test_every_bad_line_is_reported_with_its_number():
    _, problems, _ = read_csv(
        'id,description,external_ip,tags,group\n'
        'a b,,,,\n'
        '"vm-1","two\nlines",,,\n'
        'vm-2,,not an ip,,\n'
        f'vm-3,{"x" * 501},,,\n'
        f'vm-4,,,{"t" * 33},\n'
        'vm-5,,,,\n'
        'vm-5,,,,\n'
        'vm-6,,,,,not in a column\n'
        ',lost its name,,,\n'
        f'vm-7,,,,{"g" * 101}\n'
        'vm-8,,,"""x",\n'
    )  # fmt: skip
    places = [re.match(r"line (\d+)", problem)[1] for problem in problems]
    assert sorted(places, key=int) == ["2", "3", "5", "6", "7", "9", "10", "11", "12", "13"]
    assert any(problem == "line 9: 'vm-5' is already in line 8" for problem in problems)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "first line"),
        (b"name,group\nvm,One\n", "first line"),
        (b"id,id\nvm,vm\n", "first line"),
        ("id,description\nvm,Тест\n".encode("cp1251"), "line 2 is not UTF-8"),
        (b'id\n"vm', "line 2"),
        (b'id\n"vm"x\n', "line 2"),
    ],
)
def test_a_file_that_is_no_csv_inventory_is_refused(content, message):
    with pytest.raises(BadInventory, match=message):
        csv_format.read(content)


# JSON


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "line 1"), ("[]", '"vms"'), ('{"vms": {}}', '"vms"')],
)
def test_a_file_that_is_no_json_inventory_is_refused(content, message):
    with pytest.raises(BadInventory, match=message):
        json_format.read(content.encode())


def test_bad_records_are_reported_with_their_place():
    vms = ["vm", {"id": 3}, {"id": ["vm"]}, {"id": "vm", "group": 1}, {"id": "ok"}, {"id": "vm", "tags": "linux"}]
    rows = json_format.read(json.dumps({"vms": vms, "groups": "One"}).encode())
    machines, problems = wanted(rows, State())
    assert [one.id for one in machines] == ["ok"]
    assert sorted(problem.partition(":")[0] for problem in problems) == [
        "groups",
        *(f"vms[{n}]" for n in (0, 1, 2, 3, 5)),
    ]


def test_an_existing_machine_keeps_a_name_that_no_new_one_may_have():
    rows = json_format.read(b'{"vms": [{"id": "old vm", "description": "x"}]}')
    assert wanted(rows, State(vms={"old vm": Vm("old vm")}))[1] == []
    assert wanted(rows, State())[1] != []


# Bounds


def accepts(model, fields):
    try:
        check(model, fields)
    except Refusal:
        return False
    return True


TEXTS = ["\u2800", "\u200d", "x\u200b", "two\nlines", "a b", "22", *("x" * n for n in (33, 65, 101, 201, 256, 501))]
LISTS = [["\u2800"], ["x" * 33], ["x"], [f"t{n}" for n in range(21)]]


@pytest.mark.parametrize("field", importing.FIELDS)
@pytest.mark.parametrize("value", [*TEXTS, *LISTS, 0, 7, 65536, {}])
def test_a_field_of_an_import_has_the_bounds_of_the_api(field, value):
    model, fields = (NewGroup, {"name": value}) if field == "group" else (EditVm, {"vm_id": "vm", field: value})
    assert accepts(Machine, {"id": "vm", field: value}) == accepts(model, fields)


def test_a_machine_has_no_group_and_is_in_service_where_the_cells_are_empty():
    for empty in ("", "  "):
        row = check(Machine, {"id": "vm", "group": empty, "maintenance": empty})
        assert (row.group, row.maintenance) == ("", "")


def test_groups_without_machines_have_the_bounds_of_the_api():
    rows = json_format.read(json.dumps({"vms": [], "groups": [" Lab ", "\u2800", "x" * 101, ""]}).encode())
    assert valid_groups(rows) == ["Lab"]
    assert [problem.partition(":")[0] for problem in wanted(rows, State())[1]] == [
        f"group {name!r}" for name in ("\u2800", "x" * 101, "")
    ]
