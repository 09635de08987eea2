"""Decision records: each is named in the index and has every section."""

import re

import pytest

from support.server import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
INDEX = PAGES.pop("README.md")
SECTIONS = ["Situation", "Decision", "Alternatives", "Consequences", "When to look again"]
STATUS = re.compile(r"^Status: (accepted|open|replaced)\b.*\d{4}-\d\d-\d\d", re.MULTILINE)


def links(text):
    return [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]


def sections(text):
    """Return each section's title with its text, in the order of the page."""
    fields = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return list(zip(fields[1::2], fields[2::2], strict=True))


def test_there_are_at_least_fifteen():
    assert len(PAGES) >= 15


def test_the_index_names_each_page_once():
    assert sorted(links(INDEX)) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_a_title_a_status_with_a_date_and_every_section(name):
    text = PAGES[name]
    assert text.startswith("# ")
    assert STATUS.search(text.partition("\n## ")[0])
    assert [title for title, _ in sections(text)] == SECTIONS
    assert all(content.strip() for _, content in sections(text))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_at_least_two_alternatives(name):
    assert len(re.findall(r"\*\*[^*]+\*\*", dict(sections(PAGES[name]))["Alternatives"])) >= 2


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_short(name):
    lines = PAGES[name].splitlines()
    assert 20 <= len(lines) <= 60
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", [*PAGES, "README.md"])
def test_linked_pages_exist(name):
    for target in links((FOLDER / name).read_text(encoding="utf-8")):
        assert (FOLDER / target.partition("#")[0]).resolve().is_file(), target
