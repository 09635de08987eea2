"""The history as CSV, sent in pieces: the server never has more than a page of it, and holds nothing between pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import orjson

from loadzone.inventory.csv_format import escape_formula
from loadzone.lib.concurrency import yield_to_others

PAGE = 1_000  # rows that are read at once
PIECE = 100  # rows that are encoded at once: two milliseconds

Rows = Sequence[Mapping[str, object]]
ReadPage = Callable[[int | None], tuple[Rows, int | None]]


def streamed(columns: Sequence[str], page: ReadPage) -> Iterator[bytes]:
    """Return the file in pieces, with a byte order mark so that spreadsheets recognise UTF-8.

    `page` returns rows before a cursor, and the next cursor. The first page is read at once, so that what it raises is
    raised here. A later page that fails breaks the answer off, which whoever reads it is told by HTTP.
    """
    return _pieces(columns, page(None), page)


def _pieces(columns: Sequence[str], first: tuple[Rows, int | None], page: ReadPage) -> Iterator[bytes]:
    yield _encoded([columns]).encode("utf-8-sig")
    rows, following = first
    while True:
        for start in range(0, len(rows), PIECE):
            yield _encoded([_cell(row[name]) for name in columns] for row in rows[start : start + PIECE]).encode()
            yield_to_others()
        if following is None:
            return
        rows, following = page(following)


def _encoded(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """Return the value as text that no spreadsheet runs as a formula."""
    if value is None or value == {}:
        return ""
    if isinstance(value, str):
        return escape_formula(value)
    return escape_formula(orjson.dumps(value).decode()) if isinstance(value, dict) else str(value)
