"""The medium, which the state is kept in: the JSON file or a database (`LOADZONE_DATABASE_URL`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from loadzone.auth.memory_codes import MemoryCodes
from loadzone.datafile.backups import AutomaticBackups
from loadzone.domain.counters import Counters
from loadzone.domain.durable import Durable
from loadzone.domain.hearing import Hearing
from loadzone.domain.leadership import Leadership
from loadzone.domain.pending_codes import PendingCodes
from loadzone.domain.records import State
from loadzone.lib.ending import Ending
from loadzone.reports.history_backups import HistoryBackups
from loadzone.reports.history_database import HistoryDatabase
from loadzone.web.memory_counters import MemoryCounters

# Soon, so that a crash sends few letters twice; but not at once, so that the file is not written for each.
CLEAR_LETTERS_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Medium:
    """The opened file or database, and the parts that depend on which of them it is.

    `clock` is the time by which rules go. `leadership` tells whether this process does what must be done once, of all
    that share the state: timers, mail, backups. `hearing(is_deaf)` returns what knows when jobs could be heard.
    `backups(state)` are those of what `state` returns; None: none are made. `machines_at_once`: how many a command of
    the timers may settle, None: any number. `clear_letters_every`: seconds after which delivered letters leave the
    outbox. `ending` tells when the process can go on no more. `codes` and `counters`: sign-in codes and rate limits of
    all processes that share the state. `history` is what the lines of the history are moved to,
    `history_backups` its backups; None: none are made.
    """

    durable: Durable
    clock: Callable[[], datetime]
    leadership: Leadership
    hearing: Callable[[Callable[[], bool]], Hearing]
    backups: Callable[[Callable[[], State]], AutomaticBackups] | None
    history: HistoryDatabase
    history_backups: HistoryBackups | None = None
    machines_at_once: int | None = None
    clear_letters_every: float = CLEAR_LETTERS_EVERY
    ending: Ending = field(default_factory=Ending)
    codes: PendingCodes = field(default_factory=MemoryCodes)
    counters: Counters = field(default_factory=MemoryCounters)

    def behind_at_most(self) -> float:
        """See Durable.behind_at_most."""
        return self.durable.behind_at_most
