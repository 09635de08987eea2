"""Show the figures as a table: on the terminal, and in docs/performance.md."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
FIGURES, POSTGRES_FIGURES = "figures", "figures over PostgreSQL"  # the places of the tables in the document
HEAD = ("VMs", "figure", "limit", "LoadZone", "ratio", "goal", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: the value of the limit, the value of LoadZone, their ratio, and whether the goal is reached."""

    size: int
    figure: str
    limit: str
    loadzone: str
    ratio: float | None
    goal: str
    reached: bool

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (
            f"{self.size:,}",
            self.figure,
            self.limit,
            self.loadzone,
            ratio,
            self.goal,
            "" if self.reached else "SHORT",
        )


def as_text(rows: list[Row]) -> str:
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def keep(rows: list[Row], load: tuple[float, float], place: str = FIGURES) -> None:
    """Replace the table at this place in docs/performance.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = f"<!-- {place} -->", f"<!-- /{place} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    table = [" | ".join(("", *cells, "")).strip() for cells in (HEAD, ("---",) * len(HEAD), *(r.cells() for r in rows))]
    note = (
        f"{date.today():%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"load average {load[0]:.1f} before and {load[1]:.1f} after."
    )
    DOCUMENT.write_text("\n".join((f"{before}{begin}", note, "", *table, f"{end}{after}")), encoding="utf-8")
