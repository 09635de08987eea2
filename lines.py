"""Encoded records, kept from one rendering to the next, so that a change costs what it touches and not the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


class Lines:
    """The bytes of a table's records, joined on demand; only keys marked since the last time are encoded anew."""

    def __init__(self, encode: Callable[[Any], bytes]) -> None:
        self._encode = encode
        self._lines: dict[Any, bytes] = {}
        self._marked: set[Any] = set()

    def mark(self, keys: Iterable) -> None:
        """Say that these keys may have changed, come or gone."""
        self._marked.update(keys)

    def join(self, records: Mapping[Any, Any], separator: bytes = b",\n") -> bytes:
        """The records' bytes, separated; what was marked is brought up to date first."""
        for key in self._marked:
            if key in records:
                self._lines[key] = self._encode(records[key])
            else:
                self._lines.pop(key, None)
        self._marked.clear()
        return separator.join([self._lines[key] for key in records])
