"""The records of a CSV file as spreadsheets write it, whatever the encoding and the separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator

from loadzone.inventory.rows import BadInventory

Record = tuple[int, list[str]]  # the number of its first line, and its cells, trimmed
DELIMITERS = (",", ";", "\t", "|")
# Older encodings are not guessed: Windows-1251 and -1252, say, give different letters for the same bytes.
_SAVE_AS = "save the file as “CSV UTF-8”"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[;,\t]*(?:\r\n?|\n|$)', re.IGNORECASE)  # only Excel knows it


def records(content: bytes, columns: Collection[str]) -> Iterator[Record]:
    """Return the records that are not blank. The separator is the one that makes most of the columns in the header.

    Raises BadInventory.
    """
    text = _decoded(content)
    named = _SEPARATOR_LINE.match(text)
    if named:
        return _parsed(text[named.end() :], named[1], first_line=2)
    return _parsed(text, max(DELIMITERS, key=lambda delimiter: _columns_in_header(text, delimiter, columns)))


def column_name(cell: str) -> str:
    """Return the cell of a header as the name of a column: `External IP` is `external_ip`."""
    return re.sub(r"[\s-]+", "_", cell.lower())


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):  # Excel's "Unicode Text"
        encoding, name = "utf-16", "UTF-16"
    else:
        encoding, name = "utf-8-sig", "UTF-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInventory(f"line {line} is not {name}; {_SAVE_AS}") from None
    if "\0" in text:
        raise BadInventory(f"there are NUL characters in the file, as in UTF-16 without a byte order mark; {_SAVE_AS}")
    return text


def _columns_in_header(text: str, delimiter: str, columns: Collection[str]) -> int:
    try:
        header = next(_parsed(text, delimiter), (0, []))[1]
    except BadInventory:
        return 0
    return sum(1 for cell in header if column_name(cell) in columns)


def _parsed(text: str, delimiter: str, first_line: int = 1) -> Iterator[Record]:
    """Return the records that are not blank. A record may span lines; its first counts. Raises BadInventory."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + first_line
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInventory(f"line {number}: {error}") from None
        if any(cells):
            yield number, cells
