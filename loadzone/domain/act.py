"""An act: an event that becomes a line of the history."""

from __future__ import annotations

from dataclasses import dataclass

from loadzone.domain.events import Event
from loadzone.domain.records import Group, Vm


@dataclass(frozen=True, slots=True)
class Act:
    """The event, with its machine and the group of that as they were when it was told."""

    event: Event
    vm: Vm | None = None
    group: Group | None = None
