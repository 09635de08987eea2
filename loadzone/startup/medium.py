"""What the state is kept in, opened: the JSON file or a database (`LOADZONE_DATABASE_URL`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from loadzone.datafile.backups import Backups
from loadzone.domain.durable import Durable


@dataclass(frozen=True, slots=True)
class Medium:
    """What makes commits durable, and what depends on it.

    `clock` is the time by which rules go. `leads()` tells whether this process does what must be done once, of all that
    share the state: timers, mail, backups. `backups` None: none are made.
    """

    durable: Durable
    clock: Callable[[], datetime]
    leads: Callable[[], bool]
    backups: Backups | None
