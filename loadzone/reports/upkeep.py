"""What is done for the history again and again: backups once a day, old lines go, usage is compared with the state."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from loadzone.datafile.backups import Every
from loadzone.domain.leadership import Leadership
from loadzone.domain.store import Store
from loadzone.reports.forgetting import forget, forget_usage
from loadzone.reports.history_backups import HistoryBackups
from loadzone.reports.history_database import HistoryDatabase
from loadzone.reports.retention import Retention
from loadzone.reports.usage.settling import LOOK_SECONDS, UsageSettler


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The upkeep of one history. `backups` None: its database has its own means."""

    backups: HistoryBackups | None
    retention: Retention
    usage_settler: UsageSettler

    def start(self, every: Every) -> None:
        """Begin."""
        if self.backups:
            self.backups.start(every)
        self.retention.start(every)
        every(self.usage_settler.look, LOOK_SECONDS)


def upkeep_of(
    database: HistoryDatabase,
    store: Store,
    leadership: Leadership,
    clock: Callable[[], datetime],
    backups: HistoryBackups | None,
    days: int,
) -> Upkeep:
    """Return the upkeep of the history in this database, which is kept for so many days."""

    def forget_lines(before: datetime, at_most: int) -> int:
        return database.write(partial(forget, before=before, at_most=at_most))

    def forget_figures(before: datetime) -> bool:
        return database.write(partial(forget_usage, before=before))

    retention = Retention(forget_lines, forget_figures, days, clock, leadership, time.sleep)
    return Upkeep(backups, retention, UsageSettler(database, store, leadership, clock))
