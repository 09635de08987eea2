"""The command bus: every change goes through it. It opens a unit of work, runs a rule, adds the letters, commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from loadzone.domain.events import Event
from loadzone.domain.hearing import Hearing
from loadzone.domain.limits import Limits
from loadzone.domain.people import Letter
from loadzone.domain.records import State
from loadzone.domain.store import Transactions
from loadzone.domain.unit_of_work import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


class CommandBus:
    """Runs rules on a store.

    `finish(uow)` completes each unit of work: it serves the queues. `letters_for(events, now)` makes the letters
    that events ask for. `pause()` lets others go on during a long unit of work. `hearing` knows when jobs
    could be heard; without it they always could. `via()` tells how the present call is made (domain/history_line.py).
    `moved()` is the id up to which the history's own database has the lines.
    """

    def __init__(
        self,
        store: Transactions,
        clock: Callable[[], datetime],
        limits: Limits,
        finish: Callable[[UnitOfWork], None],
        letters_for: Callable[[Sequence[Event], datetime], Iterable[Letter]],
        pause: Callable[[], None] = lambda: None,
        hearing: Hearing | None = None,
        via: Callable[[], str] = str,
        moved: Callable[[], int] = int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._finish = finish
        self._letters_for = letters_for
        self._pause = pause
        self._hearing = hearing
        self._via = via
        self._moved = moved

    def run(self, rule: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the rule returns, once its changes are on disk; machines and groups as they are by then.

        The rule may be run more than once, as in Transactions.do. Raises Refusal where the rule refuses, and CannotSave
        where the disk does.
        """

        def work(uow: UnitOfWork) -> T:
            result = rule(uow, *args, **kwargs)
            self._finish(uow)
            for letter in self._letters_for(uow.events, uow.now):
                uow.letters[letter.id] = letter
            return uow.latest(result)

        return self._store.do(partial(self._unit_of_work, via=self._via()), work)

    def try_out(
        self, state: State, rule: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what the rule would return on this state. Nothing is changed. Raises what the rule raises."""
        return rule(self._unit_of_work(state), *args, **kwargs)

    def _unit_of_work(self, state: State, via: str = "") -> UnitOfWork:
        """Read the clocks only now: this is called when the rule's turn has come."""
        return UnitOfWork(state, self._clock(), self._limits, self._hearing, self._pause, via, self._moved())
