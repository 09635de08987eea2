"""Sign-in codes: six digits, good once, for ten minutes, five tries, only with the ticket of who asked. Memory only."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from loadzone.domain.refusal import refuse

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
AT_MOST = 10_000


@dataclass(slots=True)
class PendingCode:
    """A code that was sent and not used yet."""

    email: str
    code: str
    until: datetime
    tries_left: int = TRIES


class Codes:
    """The codes under way, by the ticket that the asking browser keeps."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._asked: dict[str, PendingCode] = {}

    def issue(self, email: str, ticket: str | None = None) -> tuple[str, str]:
        """A new ticket and its code. An earlier ticket of the same browser is void from now on."""
        self._asked.pop(ticket or "", None)
        self._forget_old()
        ticket, code = secrets.token_urlsafe(16), f"{secrets.randbelow(1_000_000):06}"
        self._asked[ticket] = PendingCode(email, code, self._clock() + GOOD_FOR)
        return ticket, code

    def redeem(self, ticket: str | None, email: str, code: str) -> PendingCode:
        """Use the code up. Refuses with wrong_code, or code_expired where there is none to be tried any more."""
        asked = self._asked.get(ticket or "")
        if asked is None or asked.until <= self._clock():
            self._asked.pop(ticket or "", None)
            refuse("code_expired", field="code")
        digits = "".join(code.split())
        right = hmac.compare_digest(digits.encode(), asked.code.encode()) and asked.email == email
        asked.tries_left -= 1
        if right or not asked.tries_left:
            del self._asked[ticket]
        if not right:
            refuse("wrong_code", field="code", tries_left=asked.tries_left)
        return asked

    def give_back(self, ticket: str, asked: PendingCode) -> None:
        """The code was right, and nothing came of it through no fault of its person."""
        self._asked[ticket] = asked

    def _forget_old(self) -> None:
        now = self._clock()
        for ticket in [t for t, asked in self._asked.items() if asked.until <= now]:
            del self._asked[ticket]
        while len(self._asked) >= AT_MOST:
            del self._asked[next(iter(self._asked))]
