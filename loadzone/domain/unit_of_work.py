"""The unit of work that a rule sees: the tables as mappings that remember what was touched."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from loadzone.domain.records import TABLES, State


class UnitOfWork:
    """What one rule does: reads through to `base`, keeps what it writes to itself until it is taken over.

    `vms`, `groups`, `users` and `letters` are mappings from key to record; `tell` notes an event to be told of
    once all is on disk. Dropping a change leaves nothing behind.
    """

    def __init__(self, base: State) -> None:
        self.vms = TableOverlay(base.vms)
        self.groups = TableOverlay(base.groups)
        self.users = TableOverlay(base.users)
        self.letters = TableOverlay(base.letters)
        self.events: list[Any] = []

    def tell(self, event: Any) -> None:
        """Note an event; listeners get it after the commit."""
        self.events.append(event)

    def apply_to(self, state: State) -> dict[str, list]:
        """Write all of this change into `state`; gives the touched keys by table, in the order of writing."""
        return {name: getattr(self, name).apply_to(getattr(state, name)) for name in TABLES}


class TableOverlay(MutableMapping):
    """A mapping over another that is left as it is; new, changed and removed records stay here."""

    __slots__ = ("_base", "_removed", "_written")

    def __init__(self, base: dict) -> None:
        self._base = base
        self._written: dict = {}
        self._removed: set = set()

    def __getitem__(self, key: Any) -> Any:
        if key in self._written:
            return self._written[key]
        if key in self._removed:
            raise KeyError(key)
        return self._base[key]

    def __setitem__(self, key: Any, record: Any) -> None:
        self._written[key] = record

    def __delitem__(self, key: Any) -> None:
        if key not in self:
            raise KeyError(key)
        self._written.pop(key, None)
        if key in self._base:
            self._removed.add(key)

    def __iter__(self) -> Iterator:
        for key in self._base:
            if key not in self._removed:
                yield key
        for key in self._written:
            if key not in self._base or key in self._removed:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def apply_to(self, table: dict) -> list:
        for key in self._removed:
            del table[key]
        table.update(self._written)
        return [*self._removed, *self._written]
