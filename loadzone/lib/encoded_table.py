"""Encoded records, kept from one rendering to the next, so that a change costs what it touches and not the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

TOGETHER = 128


class EncodedTable:
    """The bytes of a table's records, in chunks; only keys marked since the last time are encoded anew, and only the
    chunks they stand in are joined anew. The separator stands before each record but the first.

    `encode` gives the pieces of a record, `together` says how many records a chunk has. What is kept are the pieces
    joined, and never what orjson gave: its bytes keep eight kilobytes from being used again, however few they are.
    """

    def __init__(
        self, encode: Callable[[Any], Iterable[bytes]], separator: bytes = b",\n", together: int = TOGETHER
    ) -> None:
        self._encode = encode
        self._separator = separator
        self._together = together
        self._lines: dict[Any, bytes] = {}
        self._marked: set[Any] = set()
        self._keys: list[list[Any]] = []
        self._place: dict[Any, int] = {}
        self._chunks: list[bytes] = []

    def mark(self, keys: Iterable) -> None:
        """Say that these keys may have changed, come or gone."""
        self._marked.update(keys)

    def chunks(self, records: Mapping[Any, Any]) -> tuple[bytes, ...]:
        """The records' bytes, to be read one after the other. A chunk in which nothing changed is the same object as
        the last time. A record that went and came again in between keeps its place.
        """
        others = any((key in records) != (key in self._lines) for key in self._marked)
        for key in self._marked:
            if key in records:
                self._lines[key] = b"".join((self._separator, *self._encode(records[key])))
            else:
                self._lines.pop(key, None)
        if others:
            self._divide(list(records))
        for number in {self._place[key] for key in self._marked if key in self._place}:
            self._chunks[number] = self._joined(number)
        self._marked.clear()
        return tuple(self._chunks)

    def _divide(self, keys: list[Any]) -> None:
        self._keys = [keys[first : first + self._together] for first in range(0, len(keys), self._together)]
        self._place = {key: number for number, some in enumerate(self._keys) for key in some}
        self._chunks = [self._joined(number) for number in range(len(self._keys))]

    def _joined(self, number: int) -> bytes:
        text = b"".join([self._lines[key] for key in self._keys[number]])
        return text if number else text[len(self._separator) :]
