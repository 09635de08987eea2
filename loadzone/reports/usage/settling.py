"""Compares the usage tables with the state when lines alone may not be enough: at a start, and after a gap."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from loadzone.domain.commit import Commit
from loadzone.domain.leadership import Leadership
from loadzone.domain.store import Store
from loadzone.reports.adding import missing_of
from loadzone.reports.history_database import HistoryAway, HistoryDatabase
from loadzone.reports.schema import UnusableHistory
from loadzone.reports.usage.baseline import reconcile
from loadzone.reports.usage.progress import lock
from loadzone.rules.moving import GAP

log = logging.getLogger("loadzone.history")

LOOK_SECONDS = 2.0


class UsageSettler:
    """Has the tables compared with the state, once all lines of that have been moved. `look` is called by a timer."""

    def __init__(
        self, database: HistoryDatabase, store: Store, leadership: Leadership, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._store = database, store
        self._leadership, self._clock = leadership, clock
        self._is_settled = False
        leadership.when_begun(self._begin_to_lead)
        store.subscribe(self._follow)

    def look(self) -> None:
        """Compare where that is due, and all lines have been moved. Trouble of the database is the mover's to tell."""
        if self._is_settled or not self._leadership.leads:
            return
        self._is_settled = True
        try:
            self._is_settled = self._database.write(self._settle)
        except (HistoryAway, UnusableHistory):
            self._is_settled = False

    def _settle(self, connection: Connection) -> bool:
        lock(connection)
        state = self._store.snapshot
        if missing_of(connection, list(state.history.values())):
            return False
        reconcile(connection, state, self._clock())
        return True

    def _begin_to_lead(self) -> None:
        self._is_settled = False

    def _follow(self, commit: Commit) -> None:
        history = commit.after.history
        gaps = (history[number].action == GAP for number in commit.touched.history if number in history)
        if commit.anew or any(gaps):
            self._is_settled = False
