"""Sign-in codes: six digits, good once, for ten minutes and five tries, in the asking browser only. Kept in memory."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from loadzone.domain.refusal import refuse
from loadzone.lib.times import steady_seconds

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
AT_MOST = 10_000


@dataclass(slots=True)
class PendingCode:
    """A code that was sent and not used yet. `until` is a time by the steady clock."""

    email: str
    code: str
    until: float
    tries_left: int = TRIES


class LoginCodes:
    """The pending codes, by the ticket that the asking browser keeps in its cookie.

    Their ten minutes are measured by `steady()`: seconds that nobody can set.
    """

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._steady = steady
        self._pending: dict[str, PendingCode] = {}

    def issue(self, email: str, ticket: str | None = None) -> tuple[str, str]:
        """Return a new ticket and its code. The browser's earlier `ticket` is void from now on."""
        self._pending.pop(ticket or "", None)
        self._forget_old()
        ticket, code = secrets.token_urlsafe(16), f"{secrets.randbelow(1_000_000):06}"
        self._pending[ticket] = PendingCode(email, code, self._steady() + GOOD_FOR.total_seconds())
        return ticket, code

    def redeem(self, ticket: str, email: str, code: str) -> PendingCode:
        """Use the code up; return it. Raises Refusal: wrong_code; code_expired where there is none to try any more."""
        pending = self._pending.get(ticket)
        if pending is None or pending.until <= self._steady():
            self._pending.pop(ticket, None)
            refuse("code_expired", field="code")
        digits = "".join(code.split())
        is_right = hmac.compare_digest(digits.encode(), pending.code.encode()) and pending.email == email
        pending.tries_left -= 1
        if is_right or not pending.tries_left:
            del self._pending[ticket]
        if not is_right:
            refuse("wrong_code", field="code", tries_left=pending.tries_left)
        return pending

    def give_back(self, ticket: str, pending: PendingCode) -> None:
        """Make a right code good again: signing in failed for another reason."""
        self._pending[ticket] = pending

    def _forget_old(self) -> None:
        now = self._steady()
        for ticket in [ticket for ticket, pending in self._pending.items() if pending.until <= now]:
            del self._pending[ticket]
        while len(self._pending) >= AT_MOST:
            del self._pending[next(iter(self._pending))]
