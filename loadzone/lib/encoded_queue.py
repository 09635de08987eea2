"""A queue of encoded records, kept between encodings: what comes and goes costs the same however many wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

KEYS_PER_CHUNK = 64

R = TypeVar("R")


class EncodedQueue(Generic[R]):
    """The bytes of records by number, in the order of their numbers, joined into chunks.

    Unlike EncodedTable it is made for records that are added at the end and leave at the front: each number has its
    chunk for good, so that nothing is divided anew. `text_of` returns a record's bytes, which it is to keep: it is
    called again for each record of a chunk in which something was marked. The separator goes between records.
    """

    def __init__(self, text_of: Callable[[R], bytes], separator: bytes = b",\n") -> None:
        self._text_of = text_of
        self._separator = separator
        self._marked: set[int] = set()
        self._records: dict[int, dict[int, R]] = {}  # by chunk
        self._chunks: dict[int, bytes] = {}  # with a separator before each record

    def mark(self, keys: Iterable[int]) -> None:
        """Note that the records of these numbers may have been changed, added or removed."""
        self._marked.update(keys)

    def chunks(self, records: Mapping[int, R]) -> tuple[bytes, ...]:
        """Return the bytes of all records, as chunks to be joined in this order."""
        numbers = {key // KEYS_PER_CHUNK for key in self._marked}
        for key in self._marked:
            chunk = self._records.setdefault(key // KEYS_PER_CHUNK, {})
            if key in records:
                chunk[key] = records[key]
            else:
                chunk.pop(key, None)
        self._marked.clear()
        for number in numbers:
            self._join(number)
        first, *others = [self._chunks[number] for number in sorted(self._chunks)] or [b""]
        return first[len(self._separator) :], *others

    def _join(self, number: int) -> None:
        if chunk := self._records[number]:
            parts = [part for key in sorted(chunk) for part in (self._separator, self._text_of(chunk[key]))]
            self._chunks[number] = b"".join(parts)
        else:
            del self._records[number]
            self._chunks.pop(number, None)
