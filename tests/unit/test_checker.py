"""`data check` reports all problems at once, each with its place."""

import json

import pytest
from hypothesis import given, strategies as st

from loadzone.datafile.checker import check_file
from loadzone.datafile.reader import read_state
from loadzone.datafile.typed_object import BadFile


def examine_file(**top):
    return check_file(json.dumps({"vms": [], "groups": [], "users": {}, **top}).encode())


def test_a_good_file_has_a_state_and_no_problems():
    found = examine_file(vms=[{"id": "vm"}])
    assert list(found.state.vms) == ["vm"]
    assert (found.problems, found.repaired) == ([], [])


def test_all_problems_are_found_at_once():
    found = examine_file(
        vms=[{"id": "a", "expires_at": "tomorrow", "tags": "linux"}, {"group": -1}, "b", {"id": "c"}, {"id": "c"}],
        groups=[{"id": "one", "name": ""}],
        users={"ann@example.com": {"bookings": [{"start": "x"}], "sessions": {"s": None}, "tokens": [{}]}},
        outbox={},
    )
    assert found.state is None
    assert found.problems == [
        "vms[2]: an object is expected here",
        "vms[0].expires_at: 'tomorrow' is not a time",
        "vms[0].tags: a list is expected here",
        "vms[1].id: is missing",
        "vms[1].group: a whole number from 0 to 9007199254740992 is expected here",
        "groups[0].id: a whole number is expected here",
        "groups[0].name: is missing",
        "users['ann@example.com'].bookings[0].start: 'x' is not a time",
        "users['ann@example.com'].sessions.s: is missing",
        *(f"users['ann@example.com'].tokens[0].{key}: is missing" for key in ("id", "digest", "created", "expires")),
        "outbox: a list is expected here",
        "vms: 'c' is there twice",
    ]


def test_repairs_are_reported():
    found = examine_file(vms=[{"id": "vm", "group": 7}], groups=[{"id": 1, "name": "One", "vm_ids": ["gone"]}])
    assert found.problems == []
    assert len(found.repaired) == 2


def test_a_duplicate_key_is_reported():
    found = check_file(b'{"vms": [{"id": "vm", "note": "a", "note": "b"}]}')
    assert found.repaired == ["'note' stands twice in one object; only the last one counts"]


@pytest.mark.parametrize("content", [b"", b"[1, 2", b"\xff\xfe{}", b'{"x": NaN}'])
def test_invalid_json_is_reported_with_the_line(content):
    [problem] = check_file(content).problems
    assert problem.startswith("line 1, column ")


@pytest.mark.parametrize("depth", [260, 1000])
def test_content_that_could_not_be_written_back_is_a_problem(depth):
    [problem] = check_file(b'{"x": ' + b"[" * depth + b"]" * depth + b"}").problems
    assert "not be written back" in problem


FIELD_NAMES = (
    "id",
    "name",
    "group",
    "vm_ids",
    "queue",
    "email",
    "expires_at",
    "tags",
    "bookings",
    "sessions",
    "tokens",
    "to",
)
VALUES = st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["", "a", "b", "2026-11-24T12:00:00Z"])


def records(inner):
    return st.dictionaries(st.sampled_from(FIELD_NAMES), inner, max_size=4)


NESTED = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=2) | records(inner), max_leaves=8)
TOP = st.fixed_dictionaries({}, optional=dict.fromkeys(("vms", "groups", "users", "outbox"), NESTED))


def start(content):
    """Return what the start reads from the file: its state, or the sentence with which the start stops."""
    try:
        return read_state(content)[0], ""
    except BadFile as error:
        return None, str(error)


@given(TOP | st.fixed_dictionaries({"vms": st.lists(records(NESTED)), "users": records(records(NESTED))}))
def test_the_check_and_the_start_agree_about_any_file(data):
    content = json.dumps(data).encode()
    found = check_file(content)
    state, sentence = start(content)
    assert found.state == state
    assert bool(found.problems) == bool(sentence)
    assert not sentence or sentence in found.problems
