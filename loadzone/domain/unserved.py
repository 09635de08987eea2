"""The changes of a unit of work after which queues are to be served."""

from __future__ import annotations

from dataclasses import dataclass, field

from loadzone.domain.records import Group, Vm


@dataclass(slots=True)
class Unserved:
    """The changes since the queues were served last, as machines, groups and people's machines were before them.

    `all`: every queue is to be served, whatever has changed.
    """

    vms: dict[str, Vm | None] = field(default_factory=dict)
    groups: dict[int, Group | None] = field(default_factory=dict)
    has: dict[str, int] = field(default_factory=dict)
    all: bool = False

    @property
    def is_empty(self) -> bool:
        """True if nothing has changed."""
        return not (self.vms or self.groups or self.has or self.all)
