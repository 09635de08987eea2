"""Pending sign-in codes in the memory of this process."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from loadzone.domain import pending_codes
from loadzone.domain.pending_codes import GOOD_FOR, TRIES, Tried
from loadzone.lib.times import steady_seconds


@dataclass(slots=True)
class PendingCode:
    """A code that was sent. `until` is a time by the steady clock."""

    proof: str
    until: float
    tries_left: int = TRIES
    is_used: bool = False


class MemoryCodes:
    """The PendingCodes of one process. Their ten minutes are measured by `steady()`: seconds that nobody can set."""

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._steady = steady
        self._pending: dict[str, PendingCode] = {}  # oldest first

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, ticket: str, proof: str, instead_of: str) -> None:
        """Keep a new code, as PendingCodes says."""
        self._pending.pop(instead_of, None)
        self._forget_old()
        self._pending[ticket] = PendingCode(proof, self._steady() + GOOD_FOR.total_seconds())

    def try_once(self, ticket: str, proof: str) -> Tried | None:
        """Count one try, as PendingCodes says."""
        code = self._pending.get(ticket)
        if code is None or code.until <= self._steady() or code.is_used or not code.tries_left:
            return None
        code.tries_left -= 1
        code.is_used = hmac.compare_digest(code.proof, proof)
        return Tried(code.is_used, code.tries_left)

    def give_back(self, ticket: str) -> None:
        """Make a code good again, as PendingCodes says."""
        if (code := self._pending.get(ticket)) and code.is_used:
            code.is_used, code.tries_left = False, max(1, code.tries_left)

    def _forget_old(self) -> None:
        now = self._steady()
        while self._pending:
            ticket, oldest = next(iter(self._pending.items()))
            if oldest.until > now and len(self._pending) < pending_codes.AT_MOST:
                return
            del self._pending[ticket]
