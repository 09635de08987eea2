"""Tables whose records can be found by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from loadzone.domain.names import name_key
from loadzone.domain.records import Group, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.table_overlay import TableOverlay, ignore, unchanged

K = TypeVar("K")
R = TypeVar("R")


class NamedTable(TableOverlay[K, R]):
    """A table over another, whose records can be found by name. `name_of` returns a record's name.

    The index of names is made for the first search and then kept: it costs one look through the table at most.
    """

    __slots__ = ("_index", "_name_of")

    def __init__(
        self,
        base: dict[K, R],
        name_of: Callable[[R], str],
        on_change: Callable[[K, R | None, R | None], None] = ignore,
        prepare: Callable[[R | None, R], R] = unchanged,
    ) -> None:
        super().__init__(base, on_change, prepare)
        self._name_of = name_of
        self._index: dict[str, dict[K, None]] | None = None

    def named(self, name: str) -> list[R]:
        """Return the record of this name; where there is none, all whose names are the same (domain/names.py)."""
        same = [self[key] for key in self._keys_by_name().get(name_key(name), ())]
        exact = [record for record in same if self._name_of(record) == name]
        return exact[:1] or same

    def __setitem__(self, key: K, record: R) -> None:
        self._forget(key)
        super().__setitem__(key, record)
        if self._index is not None:
            self._add(self._index, key, record)

    def __delitem__(self, key: K) -> None:
        self._forget(key)
        super().__delitem__(key)

    def _keys_by_name(self) -> dict[str, dict[K, None]]:
        if self._index is None:
            self._index = {}
            is_untouched = not (self._written or self._removed)
            for key, record in (
                self._base.items() if is_untouched else self.items()
            ):  # the former is three times as fast
                self._add(self._index, key, record)
        return self._index

    def _add(self, index: dict[str, dict[K, None]], key: K, record: R) -> None:
        index.setdefault(name_key(self._name_of(record)), {})[key] = None

    def _forget(self, key: K) -> None:
        if self._index is not None and key in self:
            self._index[name_key(self._name_of(self[key]))].pop(key, None)


def vms_by_name(vms: dict[str, Vm]) -> NamedTable[str, Vm]:
    """Return the machines as a table in which `vm_named` finds them."""
    return NamedTable(vms, id_of)


def groups_by_name(groups: dict[int, Group]) -> NamedTable[int, Group]:
    """Return the groups as a table in which they are found by name."""
    return NamedTable(groups, name_of)


def vm_named(vms: NamedTable[str, Vm], name: str) -> Vm | None:
    """Return the machine of this name, or else the only one whose name is the same. None: there is none.

    Raises Refusal: no_such_vm where several are the same: none of them is guessed.
    """
    same = vms.named(name)
    if len(same) > 1:
        refuse("no_such_vm", vm_id=name, names=", ".join(vm.id for vm in same))
    return same[0] if same else None


def id_of(vm: Vm) -> str:
    """Return the machine's name, which is its id."""
    return vm.id


def name_of(group: Group) -> str:
    """Return the group's name."""
    return group.name
