"""The trouble with mail, which the leader has, as all processes know it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from loadzone.domain.leadership import Leadership
from loadzone.domain.mail_trouble import MailTrouble
from loadzone.lib.times import iso

REASON_AT_MOST = 1000  # characters


class SharedTrouble:
    """Returns the trouble of this process, which also sends sign-in codes, or else that of the leader."""

    def __init__(self, leadership: Leadership, own: Callable[[], MailTrouble | None]) -> None:
        self._leadership = leadership
        self._own = own
        leadership.share(self._word)

    def __call__(self) -> MailTrouble | None:
        """Return the trouble that admins are shown; None while all is well."""
        own = self._own()
        return own if own or self._leadership.leads else _read(self._leadership.shared)

    def _word(self) -> str:
        trouble = self._own()
        return json.dumps([iso(trouble.since), trouble.reason[:REASON_AT_MOST]]) if trouble else ""


def _read(word: str) -> MailTrouble | None:
    if not word:
        return None
    since, reason = json.loads(word)
    return MailTrouble(datetime.fromisoformat(since.replace("Z", "+00:00")), reason)
