"""The name that stands for a person who was removed, and the texts that it is put into."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from loadzone.domain.history_line import HistoryLine
from loadzone.domain.pseudonym import Pseudonym, pseudonym_of

NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
KEY = "a secret of sixteen or more"


def test_the_same_person_always_gets_the_same_and_only_by_the_key():
    kim = pseudonym_of(KEY, "kim@example.com")
    assert kim == pseudonym_of(KEY, "kim@example.com")
    assert kim.startswith("person-")
    assert len({kim, pseudonym_of(KEY, "lee@example.com"), pseudonym_of(KEY + "2", "kim@example.com")}) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kim@example.com asked for it", "P asked for it"),
        ("write to <KIM@example.com>.", "write to <P>."),
        ("for Kim, until noon", "for P, until noon"),
        ("kim", "P"),
        ("Kim's machine (kim)", "P's machine (P)"),
        ("kimberly, tim.kim@example.com", "kimberly, tim.kim@example.com"),
        ("kim@example.community, kim@example.com.org", "kim@example.community, kim@example.com.org"),
        ("kim-laptop, kim.lab.example.com", "kim-laptop, kim.lab.example.com"),
        ("", ""),
    ],
)
def test_address_and_name_are_replaced_in_a_text_and_nothing_else(text, said):
    assert Pseudonym("kim@example.com", "P").in_text(text) == said


@pytest.mark.parametrize("text", ["Kim Lee", "kim.lee", "kim_lee", "KIM.LEE@EXAMPLE.COM", "Kim-Lee"])
def test_a_name_of_several_words_is_found_however_they_are_joined(text):
    assert Pseudonym("kim.lee@example.com", "P").in_text(f"for {text}!") == "for P!"


def test_a_single_letter_is_no_name():
    assert Pseudonym("a@example.com", "P").in_text("a machine of a@example.com") == "a machine of P"


def test_values_keep_their_form():
    value = {"note": ["for kim", None, 3, {"by": "kim@example.com"}], "kim": ("x", True)}
    expected = {"note": ["for P", None, 3, {"by": "P"}], "kim": ["x", True]}
    assert Pseudonym("kim@example.com", "P").in_value(value) == expected


def test_machines_and_groups_that_are_named_like_the_person_keep_their_names():
    kim = Pseudonym("kim@example.com", "P")
    about = {"vm_id": "kim", "note": "kim", "more": [{"group": "for kim", "by": "kim@example.com"}]}
    assert kim.in_value(about) == {"vm_id": "kim", "note": "P", "more": [{"group": "for kim", "by": "P"}]}
    changed = {"id": ["kim", "kim 2"], "group": [None, "for kim"], "name": ["kim", "lee"], "description": ["", "kim"]}
    line = HistoryLine(1, 1, NOW, "vm_edited", vm_id="kim", group="for kim", changed=changed)
    assert kim.in_line(line) == replace(line, changed={**changed, "description": ["", "P"]})
