"""The inventory as CSV: one machine a line, under a header. A line with a group and nothing else is a group.

Tags stand in one cell, with commas between them. What a spreadsheet would take for a formula gets an apostrophe in
front, and loses it on the way back (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from loadzone.inventory.rows import COLUMNS, BadInventory, InventoryRows

# Where a cell begins, also for a program that takes another separator than the comma for one.
_BEGINNING, _FORMULA = r"""(^|[;,|\t"])( *)""", r"('*)(?=[=+\-@\t\r\n＝＋－＠])"
_BARE = re.compile(_BEGINNING + _FORMULA)
_DEFUSED = re.compile(f"{_BEGINNING}'{_FORMULA}")


def write(rows: InventoryRows) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for _, fields in rows.machines:
        cells = {**fields, "tags": _joined(fields["tags"])}
        writer.writerow(escape_formula(cells[name]) for name in COLUMNS)
    used = {fields["group"] for _, fields in rows.machines}
    for name in rows.groups:
        if name not in used:
            writer.writerow(escape_formula(name) if column == "group" else "" for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def read(content: bytes) -> InventoryRows:
    """Separated by commas, or as some spreadsheets do it by semicolons. Raises BadInventory."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInventory(f"line {line} is not UTF-8; save it as “CSV UTF-8”") from None
    lines = _lines(text)
    _, header = next(lines, (0, []))
    names = [name.strip().lower() for name in header]
    if "id" not in names or len(set(names)) < len(names):
        raise BadInventory(f"the first line must name the columns, each once: id, and any of {', '.join(COLUMNS[1:])}")
    rows = InventoryRows()
    for number, cells in lines:
        _take(rows, f"line {number}", names, cells)
    return rows


def escape_formula(text: str) -> str:
    """The text, so that no spreadsheet computes it."""
    return _BARE.sub(r"\1\2'\3", text)


def unescape_formula(text: str) -> str:
    """What was escape_formula, as it was."""
    return _DEFUSED.sub(r"\1\2\3", text)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that has any, with the number of the line on which they begin."""
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInventory(f"line {number}: {error}") from None
        if any(cell.strip() for cell in cells):
            yield number, cells


def _take(rows: InventoryRows, place: str, names: list[str], cells: list[str]) -> None:
    if len(cells) != len(names):
        rows.problems.append(f"{place}: there are {len(cells)} cells under {len(names)} columns")
        return
    fields: dict[str, Any] = {name: unescape_formula(cell.strip()) for name, cell in zip(names, cells, strict=True)}
    if [name for name in COLUMNS if fields.get(name)] == ["group"]:
        rows.groups.append(fields["group"])
        return
    try:
        rows.add(place, {**fields, "tags": _split(fields["tags"])} if "tags" in fields else fields)
    except csv.Error as error:
        rows.problems.append(f"{place}: tags: {error}")


def _joined(tags: list[str]) -> str:
    """One line of CSV in the cell, so that a tag may have a comma in it."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(tags)
    return text.getvalue()


def _split(cell: str) -> list[str]:
    [tags] = csv.reader([cell], skipinitialspace=True, strict=True) if cell else [[]]
    return [tag.strip() for tag in tags if tag.strip()]
