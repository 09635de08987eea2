"""The inventory as CSV: a header, then one machine per line. A line with only a group is a group without machines.

All tags are in one cell, separated by commas. Text that a spreadsheet would run as a formula is written with an
apostrophe in front, which is removed when the file is read (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from loadzone.inventory.rows import COLUMNS, BadInventory, InventoryRows

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
        cells = {**fields, "tags": _join_tags(fields["tags"])}
        writer.writerow(escape_formula(cells[name]) for name in COLUMNS)
    used = {fields["group"] for _, fields in rows.machines}
    for name in rows.groups:
        if name not in used:
            writer.writerow(escape_formula(name) if column == "group" else "" for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def read(content: bytes) -> InventoryRows:
    """Return the rows of a CSV file. Some spreadsheets use semicolons instead of commas. Raises BadInventory."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInventory(f"line {line} is not UTF-8; save the file as “CSV UTF-8”") from None
    lines = _lines(text)
    _, header = next(lines, (0, []))
    names = [name.strip().lower() for name in header]
    if "id" not in names or len(set(names)) < len(names):
        raise BadInventory(f"the first line must name each column once: id, and any of {', '.join(COLUMNS[1:])}")
    rows = InventoryRows()
    for number, cells in lines:
        _add_line(rows, f"line {number}", names, cells)
    return rows


def escape_formula(text: str) -> str:
    """Return the text with an apostrophe before everything that a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\1\2'\3", text)


def unescape_formula(text: str) -> str:
    """Return the text without the apostrophes of `escape_formula`."""
    return _ESCAPED_FORMULA.sub(r"\1\2\3", text)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Return the number and the cells of each record that is not blank. A record may span lines; its first counts."""
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


def _add_line(rows: InventoryRows, place: str, names: list[str], cells: list[str]) -> None:
    if len(cells) != len(names):
        rows.problems.append(f"{place}: there are {len(cells)} cells, but {len(names)} columns")
        return
    fields: dict[str, Any] = {name: unescape_formula(cell.strip()) for name, cell in zip(names, cells, strict=True)}
    if [name for name in COLUMNS if fields.get(name)] == ["group"]:
        rows.groups.append(fields["group"])
        return
    try:
        rows.add(place, {**fields, "tags": _split_tags(fields["tags"])} if "tags" in fields else fields)
    except csv.Error as error:
        rows.problems.append(f"{place}: tags: {error}")


def _join_tags(tags: list[str]) -> str:
    """Return the tags as a line of CSV, so that a tag may contain a comma."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(tags)
    return text.getvalue()


def _split_tags(cell: str) -> list[str]:
    [tags] = csv.reader([cell], skipinitialspace=True, strict=True) if cell else [[]]
    return [tag.strip() for tag in tags if tag.strip()]
