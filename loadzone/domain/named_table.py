"""Tables whose records can be found by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from loadzone.domain.names import name_key
from loadzone.domain.records import Group, Vm
from loadzone.domain.refusal import refuse
from loadzone.domain.table_overlay import TableOverlay, ignore, unchanged

K = TypeVar("K")
R = TypeVar("R")


Index = dict[str, dict[K, None]]  # keys of records by name_key


def _none(_record: object) -> Iterable[str]:
    return ()


class NamedTable(TableOverlay[K, R]):
    """A table over another, whose records can be found by name. `name_of` returns a record's name, `former_of` those
    that it had before.

    The index of names is made for the first search and then kept: it costs one look through the table at most.
    """

    __slots__ = ("_former", "_former_of", "_index", "_name_of")

    def __init__(
        self,
        base: Mapping[K, R],
        name_of: Callable[[R], str],
        on_change: Callable[[K, R | None, R | None], None] = ignore,
        prepare: Callable[[R | None, R], R] = unchanged,
        former_of: Callable[[R], Iterable[str]] = _none,
    ) -> None:
        super().__init__(base, on_change, prepare)
        self._name_of = name_of
        self._former_of = former_of
        self._index: Index[K] | None = None
        self._former: Index[K] = {}

    def named(self, name: str) -> list[R]:
        """Return the record of this name; where there is none, all whose names are the same (domain/names.py)."""
        same = self._found(self._keys_by_name(), name_key(name))
        return self._exactly(same, name) or same

    def formerly_named(self, name: str) -> list[R]:
        """Return the records that had this name, or one that is the same, before."""
        self._keys_by_name()
        return self._found(self._former, name_key(name))

    def meant(self, name: str) -> list[R]:
        """Return the record that has this name, else that had it; else all that have a same one, else that had one."""
        index, key = self._keys_by_name(), name_key(name)
        present, former = self._found(index, key), self._found(self._former, key)
        exact = self._exactly(present, name) or [record for record in former if name in self._former_of(record)][:1]
        return exact or present or former

    def __setitem__(self, key: K, record: R) -> None:
        if self._index is not None:
            self._forget(key)
        super().__setitem__(key, record)
        if self._index is not None:
            self._add(self._index, key, record)

    def __delitem__(self, key: K) -> None:
        self._forget(key)
        super().__delitem__(key)

    def _found(self, index: Index[K], key: str) -> list[R]:
        return [self[found] for found in index.get(key, ())]

    def _exactly(self, records: Iterable[R], name: str) -> list[R]:
        return [record for record in records if self._name_of(record) == name][:1]

    def _keys_by_name(self) -> Index[K]:
        if self._index is None:
            self._index = {}
            for key, record in self.items():
                self._add(self._index, key, record)
        return self._index

    def _add(self, index: Index[K], key: K, record: R) -> None:
        index.setdefault(name_key(self._name_of(record)), {})[key] = None
        for former in self._former_of(record):
            self._former.setdefault(name_key(former), {})[key] = None

    def _forget(self, key: K) -> None:
        if self._index is not None and key in self:
            self._index[name_key(self._name_of(self[key]))].pop(key, None)
            for former in self._former_of(self[key]):
                self._former[name_key(former)].pop(key, None)


def vms_by_name(vms: Mapping[str, Vm]) -> NamedTable[str, Vm]:
    """Return the machines as a table in which `vm_named` finds them."""
    return NamedTable(vms, id_of, former_of=former_ids_of)


def groups_by_name(groups: Mapping[int, Group]) -> NamedTable[int, Group]:
    """Return the groups as a table in which they are found by name."""
    return NamedTable(groups, name_of)


def vm_named(vms: NamedTable[str, Vm], name: str) -> Vm | None:
    """Return the machine of this name, or that had it before; or else the only one with a name that is the same.

    None: there is none. Raises Refusal: no_such_vm where several are the same: none of them is guessed.
    """
    same = vms.meant(name)
    if len(same) > 1:
        refuse("no_such_vm", vm_id=name, names=", ".join(vm.id for vm in same))
    return same[0] if same else None


def id_of(vm: Vm) -> str:
    """Return the machine's name, which is its id."""
    return vm.id


def former_ids_of(vm: Vm) -> tuple[str, ...]:
    """Return the names that the machine had before."""
    return vm.former_ids


def name_of(group: Group) -> str:
    """Return the group's name."""
    return group.name
