"""What the state is kept in, opened: the JSON file or a database (`LOADZONE_DATABASE_URL`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from loadzone.datafile.backups import Backups
from loadzone.domain.durable import Durable
from loadzone.domain.leadership import Leadership


@dataclass(frozen=True, slots=True)
class Medium:
    """What makes commits durable, and what depends on it.

    `clock` is the time by which rules go. `leadership` tells whether this process does what must be done once, of all
    that share the state: timers, mail, backups. `backups` None: none are made. `pause()` lets others go on during a
    long rule; `machines_at_once`: how many a command of the timers may settle, None: any number.
    """

    durable: Durable
    clock: Callable[[], datetime]
    leadership: Leadership
    backups: Backups | None
    pause: Callable[[], None]
    machines_at_once: int | None
