"""The bookings and places in queues that an undo of a deletion does not restore, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# The booking's end has come, or its job's silence lasted too long; the person is no longer known, or may not sign in
# any more; has as many machines as one may have; waits for the machine's group since; the group has too few machines.
Why = Literal["ended", "silent", "unknown", "domain", "limit", "elsewhere", "too_few"]


@dataclass(frozen=True, slots=True)
class Loss:
    """A booking, or a place in the queue of a machine or group, that does not come back with it."""

    what: Literal["booking", "place"]
    email: str
    why: Why
    vm_id: str | None = None
    group_id: int | None = None
