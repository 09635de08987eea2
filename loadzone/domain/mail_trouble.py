"""The trouble with mail that admins are shown while letters cannot be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Since `since` (UTC) no letter was taken; `reason` are the words of the mail server, or of what failed."""

    since: datetime
    reason: str
