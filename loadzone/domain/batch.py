"""A batch: units of work that are run one after another, and whose changes are written together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from loadzone.domain.commit import Touched
from loadzone.domain.events import Event
from loadzone.domain.records import State
from loadzone.domain.unit_of_work import UnitOfWork

T = TypeVar("T")


class Call(Generic[T]):
    """A unit of work that somebody waits for, and its outcome once it was run: `refusal` or `result`."""

    __slots__ = ("_open_unit", "_work", "refusal", "result")
    result: T

    def __init__(self, open_unit: Callable[[State], UnitOfWork], work: Callable[[UnitOfWork], T]) -> None:
        self._open_unit = open_unit
        self._work = work
        self.refusal: Exception | None = None

    def run(self, state: State, pause: Callable[[], None] | None = None) -> UnitOfWork | None:
        """Run it on the state. Return what it has changed, or None where it refuses.

        `pause` is called now and then by a long rule, in the place of what the unit of work has for that.
        """
        self.refusal = None
        try:
            uow = self._open_unit(state)
            uow.pause = pause or uow.pause
            self.result = self._work(uow)
        except Exception as error:
            self.refusal = error
            return None
        return uow


class Runnable(Protocol):
    """A Call, whatever its result."""

    def run(self, state: State, pause: Callable[[], None] | None = None) -> UnitOfWork | None:
        """See Call.run."""


@dataclass(slots=True)
class Batch:
    """Changes that are written together, and the state they are built on."""

    base: State
    state: State = field(init=False)
    touched: Touched = field(default_factory=Touched)
    events: list[Event] = field(default_factory=list)
    waiting: list[Runnable] = field(default_factory=list)
    has_writer: bool = False
    has_ended: threading.Event = field(default_factory=threading.Event)
    is_settled: bool = False
    in_force: bool = False
    error: Exception | None = None

    def begin(self, base: State) -> State:
        """Begin on this state, anew where its turn was lost; return the state that the batch changes."""
        self.base, self.state = base, base.copy()
        self.touched, self.events = Touched(), []
        return self.state

    def run(self, call: Runnable, pause: Callable[[], None] | None = None) -> None:
        """Run a unit of work on what the others in the batch have left, and take its changes and events."""
        if uow := call.run(self.state, pause):
            self.touched.add(uow.apply_to(self.state))
            self.events.extend(uow.events)

    def run_waiting(self, base: State, pause: Callable[[], None]) -> None:
        """Run on this state what waits, one after another. `pause` is called in between, and by long rules."""
        self.begin(base)
        for call in self.waiting:
            self.run(call, pause)
            pause()

    def is_durable(self, committed: State) -> bool:
        """Tell whether everything in it is durable already."""
        return self.base is committed and not self.touched

    def take_on(self) -> bool:
        """Tell whether the caller is the first to wait for it, and so the one that writes it."""
        writes, self.has_writer = not self.has_writer, True
        return writes

    def settle(self, error: Exception | None, in_force: bool) -> None:
        """Note the outcome and wake whoever waits for it. `in_force`: readers see its changes."""
        self.error, self.in_force = error, in_force
        self.is_settled = True
        self.has_ended.set()
