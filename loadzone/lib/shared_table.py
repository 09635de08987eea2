"""A table whose copies share what neither of them has changed, so that a copy costs nothing like the table's size."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, MutableMapping, ValuesView
from math import isqrt
from typing import TypeVar, overload

K = TypeVar("K")
R = TypeVar("R")
D = TypeVar("D")

# With n records, a copy takes along at most 4√n changes, and after so many it costs one look at all n. Per change both
# come to the same few microseconds at 100,000 records.
CHANGES_AT_MOST = 4
CHANGES_AT_LEAST = 64


def shared(table: MutableMapping[K, R]) -> SharedTable[K, R]:
    """Return the table as one whose copies are cheap. A dict belongs to it from then on."""
    if isinstance(table, SharedTable):
        return table
    return SharedTable(table if isinstance(table, dict) else dict(table))


class SharedTable(MutableMapping[K, R]):
    """A mapping in the order of a dict: of `records`, which are its own from now on, and of what was changed since.

    Nothing changes `records` any more: copies share them. `keys`, `values` and `items` are as quick as a dict's; the
    first call of one of them after a change makes a dict of all records.
    """

    __slots__ = ("_added", "_changed", "_gone", "_records")

    def __init__(self, records: dict[K, R]) -> None:
        self._records = records
        self._changed: dict[K, R] = {}  # in the place of those in `_records`
        self._added: dict[K, R] = {}  # after them
        self._gone: dict[K, None] = {}  # keys in `_records`; those that came again after they went are in `_added` too

    def copy(self) -> SharedTable[K, R]:
        """Return a table of its own with the same records."""
        self.gather()
        # Changes first, here as wherever something is read: `_whole`, in another thread, moves them the other way.
        changed, added, gone = self._changed.copy(), self._added.copy(), self._gone.copy()
        copy = SharedTable(self._records)
        copy._changed, copy._added, copy._gone = changed, added, gone
        return copy

    def gather(self) -> None:
        """Make one dict of all records where so much has changed that copies would be dear."""
        limit = max(CHANGES_AT_LEAST, CHANGES_AT_MOST * isqrt(len(self._records)))
        if len(self._changed) + len(self._added) + len(self._gone) > limit:
            self._whole()

    def __getitem__(self, key: K) -> R:
        if key in (changed := self._changed):
            return changed[key]
        if key in (added := self._added):
            return added[key]
        if key in self._gone:
            raise KeyError(key)
        return self._records[key]

    @overload
    def get(self, key: K, /) -> R | None: ...
    @overload
    def get(self, key: K, /, default: R | D) -> R | D: ...
    def get(self, key: K, /, default: R | D | None = None) -> R | D | None:
        """Return the record, or `default`; without the exception by which Mapping.get finds that there is none."""
        if key in (changed := self._changed):
            return changed[key]
        if key in (added := self._added):
            return added[key]
        return default if key in self._gone else self._records.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._added or (key not in self._gone and key in self._records)

    def __setitem__(self, key: K, record: R) -> None:
        if key in self._added or key in self._gone or key not in self._records:
            self._added[key] = record
        else:
            self._changed[key] = record

    def __delitem__(self, key: K) -> None:
        if key in self._added:
            del self._added[key]
        elif key in self._gone or key not in self._records:
            raise KeyError(key)
        else:
            self._changed.pop(key, None)
            self._gone[key] = None

    def clear(self) -> None:
        """Remove all records."""
        self._records, self._changed, self._added, self._gone = {}, {}, {}, {}

    def __len__(self) -> int:
        return len(self._records) - len(self._gone) + len(self._added)

    def __iter__(self) -> Iterator[K]:
        """Yield the keys one by one, so that whoever needs the first few has no look at the whole table."""
        yield from (key for key in self._records if key not in self._gone)
        yield from self._added

    def __reversed__(self) -> Iterator[K]:
        """Yield the keys from the last one on, as `__iter__` does from the first."""
        yield from reversed(self._added)
        yield from (key for key in reversed(self._records) if key not in self._gone)

    def keys(self) -> KeysView[K]:
        """Return the keys."""
        return self._whole().keys()

    def values(self) -> ValuesView[R]:
        """Return the records."""
        return self._whole().values()

    def items(self) -> ItemsView[K, R]:
        """Return the keys with their records."""
        return self._whole().items()

    def __repr__(self) -> str:
        return f"SharedTable({self._whole()!r})"

    def _whole(self) -> dict[K, R]:
        """Return all records as one dict. It is kept, and copies from now on share it."""
        changed, added, gone = self._changed, self._added, self._gone
        if changed or added or gone:
            whole = self._records.copy()
            for key in gone:
                whole.pop(key, None)
            whole.update(changed)
            whole.update(added)
            # In this order: whoever reads meanwhile finds a change in the one or the other.
            self._records, self._gone, self._added, self._changed = whole, {}, {}, {}
        return self._records
