"""Lets readers of the history in, a few at a time, so that searches hold up neither each other nor bookings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import BoundedSemaphore
from typing import TypeVar

from sqlalchemy import Connection

from loadzone.domain.durable import CannotLoad
from loadzone.domain.records import State
from loadzone.domain.store import Store
from loadzone.reports.bookings import BookingsPage, bookings_of
from loadzone.reports.finding import Lines, Page
from loadzone.reports.history_database import HistoryAway, HistoryDatabase
from loadzone.reports.machines_named import machines_named
from loadzone.reports.wanted import Wanted
from loadzone.reports.words_index import hint_of

T = TypeVar("T")

log = logging.getLogger("loadzone.history")

READERS = 3  # at a time; less than the threads of gevent's pool, which commits need too
PATIENCE = 5.0  # seconds that a reader waits for a place


class HistoryReader:
    """Reads the history of a store: what is in its database, and what waits in the state to be moved there."""

    def __init__(self, database: HistoryDatabase, store: Store, patience: float = PATIENCE) -> None:
        self._database = database
        self._store = store
        self._patience = patience
        self._places = BoundedSemaphore(READERS)

    def lines(
        self, wanted: Wanted, vm_name: str | None, before: int | None, limit: int
    ) -> tuple[Page, datetime | None]:
        """Return a page of the lines that are wanted, and since when the history has everything.

        With `vm_name` only those of the machine with this name. Raises HistoryAway. Raises Refusal: no_such_vm.
        """

        def work(connection: Connection, state: State) -> tuple[Page, datetime | None]:
            found = Lines(connection, state)
            return found.page(_of_machine(connection, state, wanted, vm_name), before, limit), found.since()

        return self.read(work)

    def bookings(
        self, wanted: Wanted, vm_name: str | None, before: int | None, limit: int
    ) -> tuple[BookingsPage, datetime | None]:
        """Return a page of bookings, and since when the history has everything, as `lines` does."""

        def work(connection: Connection, state: State) -> tuple[BookingsPage, datetime | None]:
            found = Lines(connection, state)
            asked = _of_machine(connection, state, wanted, vm_name)
            return bookings_of(found, state, asked, before, limit), found.since()

        return self.read(work)

    def tell_what_is_missing(self) -> None:
        """Log what is missing for texts to be found at once. What keeps it from being read is told by the mover."""
        try:
            hint = self._database.read(hint_of)
        except (HistoryAway, CannotLoad):
            return
        if hint:
            log.warning("the history in %s: %s", self._database.place, hint)

    def read(self, work: Callable[[Connection, State], T]) -> T:
        """Return what `work` returns, which gets a connection and a state that is not newer. Raises HistoryAway."""
        if not self._places.acquire(timeout=self._patience):
            raise HistoryAway("too many read it now")
        try:
            state = self._store.snapshot
            return self._database.read(lambda connection: work(connection, state))
        finally:
            self._places.release()


def _of_machine(connection: Connection, state: State, wanted: Wanted, vm_name: str | None) -> Wanted:
    return wanted if vm_name is None else replace(wanted, vms=machines_named(connection, state, vm_name))
