"""A table of encoded records, kept from one rendering to the next: a change costs what it touches, not the whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

RECORDS_A_CHUNK = 128

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class EncodedTable(Generic[K, R]):
    """The bytes of a table's records, joined into chunks.

    Only records marked since the last time are encoded again, and only their chunks are joined again. `encode` returns
    the parts of a record's bytes; the separator goes before each record but the first.
    What is kept is a copy, never the bytes object that orjson returns: however short, it pins an 8 KB buffer.
    """

    def __init__(
        self,
        encode: Callable[[R], Iterable[bytes]],
        separator: bytes = b",\n",
        records_a_chunk: int = RECORDS_A_CHUNK,
    ) -> None:
        self._encode = encode
        self._separator = separator
        self._records_a_chunk = records_a_chunk
        self._encoded: dict[K, bytes] = {}
        self._marked: set[K] = set()
        self._keys: list[list[K]] = []  # by chunk
        self._chunk_of: dict[K, int] = {}
        self._chunks: list[bytes] = []

    def mark(self, keys: Iterable[K]) -> None:
        """Note that the records of these keys may have changed, come or gone."""
        self._marked.update(keys)

    def chunks(self, records: Mapping[K, R]) -> tuple[bytes, ...]:
        """Return the bytes of all records, to be read one chunk after the other.

        A chunk in which nothing changed is the same object as the last time. A record that was removed and added again
        in between keeps its place.
        """
        came_or_went = any((key in records) != (key in self._encoded) for key in self._marked)
        for key in self._marked:
            if key in records:
                self._encoded[key] = b"".join((self._separator, *self._encode(records[key])))
            else:
                self._encoded.pop(key, None)
        if came_or_went:
            self._divide(list(records))
        for number in {self._chunk_of[key] for key in self._marked if key in self._chunk_of}:
            self._chunks[number] = self._joined(number)
        self._marked.clear()
        return tuple(self._chunks)

    def _divide(self, keys: list[K]) -> None:
        size = self._records_a_chunk
        self._keys = [keys[first : first + size] for first in range(0, len(keys), size)]
        self._chunk_of = {key: number for number, some in enumerate(self._keys) for key in some}
        self._chunks = [self._joined(number) for number in range(len(self._keys))]

    def _joined(self, number: int) -> bytes:
        text = b"".join([self._encoded[key] for key in self._keys[number]])
        return text if number else text[len(self._separator) :]
