"""A line of the history: one act of a person, a token, a link, a job or the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from loadzone.domain.unknown_keys import nothing

# A key of `rest`: the address in whose place a removal puts a pseudonym. It leaves with the waiting line.
WAS = "was"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An act, as it is kept: it never changes, and names are those of its time.

    `id` grows from line to line. It may come again after an older data file was restored; never within one `epoch`.
    `action` is the kind of the event (domain/events.py), `actor` who did it (None: nobody), `via` how: by hand (empty),
    `link`, `token:` and the token's name, or `upgrade` for what an older LoadZone knew. `vm` is the machine's inner
    number, which stays when it is renamed, `email` the person whom it concerns. `booking` is when the booking began
    that the act is about, or the waiting: with the machine it joins what belongs together. `until` is the end that it
    set or that had come. `changed` has the fields of an edit, each with the old value and the new one.
    `text` caches how datafile/writer.py wrote it: a line is written with each commit as long as it waits.
    """

    id: int
    epoch: int
    at: datetime
    action: str
    actor: str | None = None
    via: str = ""
    vm: int | None = None
    vm_id: str | None = None
    group_id: int | None = None
    group: str = ""
    email: str | None = None
    booking: datetime | None = None
    until: datetime | None = None
    hours: float | None = None
    reason: str = ""
    changed: Mapping[str, object] = field(default_factory=nothing)
    rest: Mapping[str, object] = field(default_factory=nothing)
    text: bytes | None = field(default=None, init=False, repr=False, compare=False)
