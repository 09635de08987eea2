"""What is told of a change, once it is on disk: to the board, to people, to mailboxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` happened to a machine, group or person. `by` did it (nobody: it was time), `to` is whom it concerns.

    `via` is the token by which they did it. `hours` are those asked for, `until` is the end, `booked_at` when the
    booking or the waiting began (UTC), `group` a group's name, `vm_ids` what came into it, `quiet` that no letter is
    needed.
    """

    kind: str
    by: str | None = None
    via: str = ""
    to: str | None = None
    vm_id: str | None = None
    group_id: int | None = None
    group: str | None = None
    vm_ids: tuple[str, ...] = ()
    hours: float | None = None
    until: datetime | None = None
    booked_at: datetime | None = None
    reason: str = ""
    role: str = ""
    language: str | None = None
    sessions: tuple[str, ...] = ()
    quiet: bool = False


# Told in a sentence to everybody who is signed in.
PUBLIC = frozenset(
    {
        "booked",
        "renewed",
        "released",
        "expired",
        "force_released",
        "silent",
        "maintenance_began",
        "maintenance_ended",
        "vm_added",
        "vm_edited",
        "vm_deleted",
        "vm_ungrouped",
        "group_added",
        "group_edited",
        "group_deleted",
    }
)
# Told in a sentence to the one it concerns.
PERSONAL = frozenset(
    {
        "reminder",
        "role_changed",
        "held",
        "hold_lapsed",
        "hold_taken",
        "auto_booked",
        "waited_for",
        "waiting_maintenance",
        "queue_removed",
        "queue_gone",
    }
)
