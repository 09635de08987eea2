"""The tests and files that docs/security.md names exist."""

import re

import pytest

from support.server import ROOT

NOTES = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", NOTES)))


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name):
    path, _, function = name.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not function or f"def {function}(" in text


def test_each_chapter_has_one_row():
    assert re.findall(r"^\| V(\d+) ", NOTES, re.MULTILINE) == [str(number) for number in range(1, 18)]
    assert len(NAMED) > 30


def test_linked_files_exist():
    for path in re.findall(r"\]\((\.\./[^)]+)\)", NOTES):
        assert (ROOT / "docs" / path).resolve().is_file(), path
