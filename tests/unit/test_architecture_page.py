"""Compare docs/architecture.md, and the modules that other pages name, with the tree."""

import re

from support.server import ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "README.ru.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_room_is_described():
    described = re.findall(r"^\| `(\w+)/` \|", section("Rooms", until="Beside the Python code"), re.MULTILINE)
    rooms = {path.parent.name for path in (ROOT / "loadzone").glob("*/__init__.py")}
    assert sorted(described) == sorted(rooms)


def test_every_rule_is_named():
    [row] = re.findall(r"^\| `rules/` \|(.*)\|$", ARCHITECTURE, re.MULTILINE)
    rules = {path.stem for path in (ROOT / "loadzone" / "rules").glob("*.py")} - {"__init__"}
    assert set(re.findall(r"`(\w+)`", row)) == rules


def test_modules_that_pages_name_are_there():
    """Check every path in backticks that ends in `.py` or `.js`."""
    named = {
        name
        for page in PAGES
        for name in re.findall(r"`([\w/-]+/[\w-]+\.(?:py|js))`", page.read_text(encoding="utf-8"))
    }
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
    assert "loadzone/rules/booking.py" in named


def section(heading, until):
    return ARCHITECTURE.partition(f"## {heading}")[2].partition(until)[0]
