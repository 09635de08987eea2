"""The health of delivery: said once in the log when letters cannot be delivered, and once when they can again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from loadzone.domain.mail_trouble import MailTrouble

log = logging.getLogger("loadzone.mailer")

# Seconds without any letter taken, after which mailboxes that cannot take letters count as trouble of the server.
# Many servers refuse the first letter to each mailbox for some minutes (greylisting, RFC 6647).
PATIENCE_WITH_MAILBOXES = 900.0


class DeliveryHealth:
    """Follows how deliveries go. `clock` gives the time to show, `timer` the seconds to count."""

    def __init__(self, clock: Callable[[], datetime], timer: Callable[[], float]) -> None:
        self._clock = clock
        self._timer = timer
        self._failing_since: tuple[datetime, float] | None = None
        self._trouble: MailTrouble | None = None

    @property
    def trouble(self) -> MailTrouble | None:
        """The trouble that admins are shown; None while all is well."""
        return self._trouble

    def failed(self, reason: str, patience: float = 0) -> None:
        """Note that a letter could not be delivered. It is trouble once nothing was taken for `patience` seconds."""
        since, began = self._failing_since = self._failing_since or (self._clock(), self._timer())
        if self._trouble is None and self._timer() - began < patience:
            return
        if self._trouble is None:
            log.error("the SMTP server cannot be used; letters wait: %s", reason)
        self._trouble = MailTrouble(since, reason)

    def succeeded(self) -> bool:
        """Note that a letter was taken. Tell whether that ends a trouble."""
        was_trouble, self._failing_since, self._trouble = self._trouble is not None, None, None
        if was_trouble:
            log.info("the SMTP server takes letters again")
        return was_trouble
