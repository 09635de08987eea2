"""Write the table of kinds in docs/events.md, as loadzone/domain/events.py has them: `python docs/write_events.py`.

The last column is written by hand and stays; a new kind gets an empty one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from loadzone.domain.events import EVENT_KINDS, EventKind, Reach  # noqa: E402

PAGE = ROOT / "docs" / "events.md"
REACH = {Reach.EVERYBODY: "everybody", Reach.PERSON: "the person", Reach.NOBODY: ""}
HEAD = "| Kind | Notified | Letter | Log | History | What happened |\n|---|---|---|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def written(page: str) -> str:
    """Return the page with the table as the code has it."""
    meanings = {cells[0]: cells[-1] for cells in rows_of(page)}
    rows = (row(kind, meanings) for kind in EVENT_KINDS.values())
    return TABLE.sub(lambda _: HEAD + "".join(rows), page)


def rows_of(page: str) -> list[list[str]]:
    """Return the cells of the table's rows."""
    found = TABLE.search(page)
    rows = found[0].removeprefix(HEAD).splitlines() if found else []
    return [[cell.strip() for cell in text.strip("|").split("|")] for text in rows]


def row(kind: EventKind, meanings: Mapping[str, str]) -> str:
    """Return the row of this kind."""
    name = f"`{kind.name}`"
    is_logged = bool(kind.log) or kind.reach is not Reach.NOBODY
    cells = [name, REACH[kind.reach], f"`{kind.letter}`" if kind.letter else "", _mark(is_logged), _mark(kind.history)]
    return f"| {' | '.join([*cells, meanings.get(name, '')])} |\n"


def _mark(is_so: bool) -> str:
    return "yes" if is_so else ""


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
