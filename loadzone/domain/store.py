"""The store as others see it: it runs units of work and makes them durable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from loadzone.domain.commit import Commit
from loadzone.domain.records import State
from loadzone.domain.unit_of_work import UnitOfWork

T = TypeVar("T")


class Transactions(Protocol):
    """Runs units of work."""

    def do(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> T:
        """Open a unit of work on the latest state, run `work` in it, and return its result once the change is durable.

        An exception in `work` leaves nothing behind. `work` may be run more than once, by whichever thread has the
        turn: what it changes is the unit of work alone. Raises CannotSave.
        """
        ...


class Store(Transactions, Protocol):
    """Keeps the state. `storage.DurableStore` is one."""

    @property
    def snapshot(self) -> State:
        """The last committed state, which never changes."""
        ...

    @property
    def sequence(self) -> int:
        """The number of the last commit whose effects all readers see, in a log that several nodes share."""
        ...

    def wait_for(self, sequence: int, seconds: float) -> bool:
        """Wait until readers see this commit; not for one that does not exist. Tell whether they do."""
        ...

    def wait_for_latest(self, seconds: float) -> bool:
        """Wait until readers see all that has been committed by now, by whichever node. Tell whether they do."""
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
