"""The links in letters: what each stands for."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from loadzone.lib.times import iso

LinkAction = Literal["renew", "release", "take", "pass"]
MARK_LENGTH = 8  # characters


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """The meaning of a letter's link: an action of `holder` on certain bookings or holds, each known by its mark."""

    action: LinkAction
    holder: str
    marks: frozenset[str]


def mark_of(vm_id: str, since: datetime | None, until: datetime) -> str:
    """Return a mark that this booking or hold has, and no other one of its person.

    Of a booking, `since` is when it began and `until` its end; of a hold, `since` is when its person began to wait. So
    a renewed booking has another mark. A mark is short, so that a link can name hundreds.
    """
    text = "\0".join([vm_id, iso(since) if since else "", iso(until)])
    return base64.urlsafe_b64encode(hashlib.blake2b(text.encode(), digest_size=6).digest()).decode()
