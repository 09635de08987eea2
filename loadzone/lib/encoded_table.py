"""A table of encoded records, kept between encodings, so that a change costs what it touches and not the whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

RECORDS_PER_CHUNK = 128

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class EncodedTable(Generic[K, R]):
    """The bytes of a table's records, joined into chunks.

    Only records that were marked since the last call are encoded again, and only their chunks are joined again.
    `encode` returns the parts of a record's bytes. The separator goes before each record except the first.
    The table stores copies: a bytes object that orjson returns pins an 8 KB buffer, however short it is.
    """

    def __init__(
        self,
        encode: Callable[[R], Iterable[bytes]],
        separator: bytes = b",\n",
        records_per_chunk: int = RECORDS_PER_CHUNK,
    ) -> None:
        self._encode = encode
        self._separator = separator
        self._records_per_chunk = records_per_chunk
        self._encoded: dict[K, bytes] = {}
        self._marked: set[K] = set()
        self._keys: list[list[K]] = []  # by chunk
        self._chunk_of: dict[K, int] = {}
        self._chunks: list[bytes] = []

    def mark(self, keys: Iterable[K]) -> None:
        """Note that the records of these keys may have been changed, added or removed."""
        self._marked.update(keys)

    def chunks(self, records: Mapping[K, R]) -> tuple[bytes, ...]:
        """Return the bytes of all records, as chunks to be joined in this order.

        A chunk in which nothing changed is the same object as in the last call. A record that was removed and added
        again since then keeps its place.
        """
        has_other_keys = any((key in records) != (key in self._encoded) for key in self._marked)
        for key in self._marked:
            if key in records:
                self._encoded[key] = b"".join((self._separator, *self._encode(records[key])))
            else:
                self._encoded.pop(key, None)
        if has_other_keys:
            self._divide(list(records))
        for number in {self._chunk_of[key] for key in self._marked if key in self._chunk_of}:
            self._chunks[number] = self._joined(number)
        self._marked.clear()
        return tuple(self._chunks)

    def _divide(self, keys: list[K]) -> None:
        size = self._records_per_chunk
        self._keys = [keys[first : first + size] for first in range(0, len(keys), size)]
        self._chunk_of = {key: number for number, chunk in enumerate(self._keys) for key in chunk}
        self._chunks = [self._joined(number) for number in range(len(self._keys))]

    def _joined(self, number: int) -> bytes:
        text = b"".join([self._encoded[key] for key in self._keys[number]])
        return text if number else text[len(self._separator) :]
