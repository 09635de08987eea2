"""The store as others see it: it runs units of work and makes them durable."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from loadzone.domain.commit import Commit
from loadzone.domain.records import State
from loadzone.domain.unit_of_work import UnitOfWork


class Transactions(Protocol):
    """Runs units of work."""

    def transaction(self, open_unit: Callable[[State], UnitOfWork]) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work with `open_unit` on the latest state, and commit it at the end of the block.

        Leaving the block returns once the change is on disk; an exception in it leaves nothing behind.
        Raises CannotSave.
        """
        ...


class Store(Transactions, Protocol):
    """Keeps the state. `storage.JsonStore` is one."""

    @property
    def snapshot(self) -> State:
        """The last committed state, which never changes."""
        ...

    def subscribe(self, listener: Callable[[Commit], None]) -> None:
        """Call `listener` with every commit, in order. It must be quick and must not change the store."""
        ...

    @property
    def is_failing(self) -> bool:
        """True if the last write failed, and so did each trial since then."""
        ...

    def check(self) -> None:
        """Raise CannotSave unless a write would succeed now."""
        ...
