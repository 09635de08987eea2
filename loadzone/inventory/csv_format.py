"""The inventory as CSV: a header, then one machine per line. A line with only a group is a group without machines.

All tags are in one cell, separated by commas. Text that a spreadsheet would run as a formula is written with an
apostrophe in front, which is removed when the file is read (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import re
from itertools import zip_longest
from typing import Any

from loadzone.inventory import csv_text
from loadzone.inventory.rows import COLUMNS, BadInventory, InventoryRows, number_in

# The start of a cell, also for a program that uses another separator than the comma.
_CELL_START = r"""(^|[;,|\t"])( *)"""
_FORMULA_START = r"('*)(?=[=+\-@\t\r\n＝＋－＠])"
_FORMULA = re.compile(_CELL_START + _FORMULA_START)
_ESCAPED_FORMULA = re.compile(f"{_CELL_START}'{_FORMULA_START}")


def write(rows: InventoryRows) -> bytes:
    """Return the inventory as CSV, with a byte order mark so that spreadsheets recognise UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for _, fields in rows.machines:
        cells = {**fields, "tags": _join_tags(fields["tags"]), "ssh_port": str(fields["ssh_port"] or "")}
        writer.writerow(escape_formula(cells[name]) for name in COLUMNS)
    used = {fields["group"] for _, fields in rows.machines}
    for name in rows.groups:
        if name not in used:
            writer.writerow(escape_formula(name) if column == "group" else "" for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def read(content: bytes) -> InventoryRows:
    """Return the rows of a CSV file, as spreadsheets write it (inventory/csv_text.py). Raises BadInventory."""
    records = csv_text.records(content, COLUMNS)
    _, header = next(records, (0, []))
    names = [csv_text.column_name(cell) for cell in header]
    named = [name for name in names if name]
    if "id" not in named or len(set(named)) < len(named):
        raise BadInventory(f"the first line must name each column once: id, and any of {', '.join(COLUMNS[1:])}")
    rows = InventoryRows()
    for number, cells in records:
        _add_line(rows, f"line {number}", names, cells)
    return rows


def escape_formula(text: str) -> str:
    """Return the text with an apostrophe before everything that a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\1\2'\3", text)


def unescape_formula(text: str) -> str:
    """Return the text without the apostrophes of `escape_formula`."""
    return _ESCAPED_FORMULA.sub(r"\1\2\3", text)


def _add_line(rows: InventoryRows, place: str, names: list[str], cells: list[str]) -> None:
    """Add a machine, or a group without machines. Spreadsheets leave out empty cells at a line's end, or add some."""
    extra = [cell for name, cell in zip_longest(names, cells, fillvalue="") if not name and cell]
    if extra:
        rows.problems.append(f"{place}: {extra[0]!r} is in a column without a name")
        return
    cells += [""] * (len(names) - len(cells))
    fields: dict[str, Any] = {name: unescape_formula(cell) for name, cell in zip(names, cells, strict=False) if name}
    if [name for name in COLUMNS if fields.get(name)] == ["group"]:
        rows.groups.append(fields["group"])
        return
    try:
        rows.add(place, {**fields, **_converted(fields)})
    except csv.Error as error:
        rows.problems.append(f"{place}: tags: {error}")


def _converted(fields: dict[str, str]) -> dict[str, Any]:
    """Return the fields that are not texts. Raises csv.Error where the tags are no line of CSV."""
    converted: dict[str, Any] = {}
    if "tags" in fields:
        converted["tags"] = _split_tags(fields["tags"])
    if "ssh_port" in fields:
        converted["ssh_port"] = number_in(fields["ssh_port"])
    return converted


def _join_tags(tags: list[str]) -> str:
    """Return the tags as a line of CSV, so that a tag may contain a comma."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(tags)
    return text.getvalue()


def _split_tags(cell: str) -> list[str]:
    [tags] = csv.reader([cell], skipinitialspace=True, strict=True) if cell else [[]]
    return [tag.strip() for tag in tags if tag.strip()]
