"""Limits on asking for sign-in codes and on trying them: by person, by mailbox, by network, and for all together.

A flood from everywhere uses up what all share, so that somebody at a new browser must wait. People who signed in at
their browser before are counted apart and need not.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerHour, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from loadzone.domain.refusal import Refusal, refuse

# By address alone the bound is wider, so that a stranger elsewhere cannot keep somebody from signing in; the bound by
# day keeps a mailbox from being flooded, and a million codes from being tried at five a letter.
CODES_PER_PERSON = "10 per hour"
CODES_PER_ADDRESS = "40 per hour; 100 per day"
CODES_PER_NETWORK = "200 per hour"
CODES_IN_ALL = "3000 per hour"  # many networks at once must not send any amount of mail in our name
CODES_OF_RETURNING = "10 per hour; 30 per day"  # in a browser in which this person signed in before
WRONG_TRIES_PER_NETWORK = "100 per hour"
COUNTERS_AT_MOST = 20_000
RETURNING = "own "  # the prefix of those counters, of which there are no more than there are such people

_RETURNING_KEY = RateLimitItemPerHour(1).key_for(RETURNING).partition(RETURNING)[0] + RETURNING


class BoundedMemory(MemoryStorage):
    """Counters in memory, at most COUNTERS_AT_MOST.

    When they are used up, a new key counts as over its limit until others expire; those of returning people do not.
    """

    STORAGE_SCHEME = ["bounded-memory"]  # noqa: RUF012

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; return the count."""
        if not self.get(key) and len(self.storage) >= COUNTERS_AT_MOST and not key.startswith(_RETURNING_KEY):
            return sys.maxsize
        return super().incr(key, expiry, amount)


class RateLimits:
    """Counts what is asked for, and refuses what is too much."""

    def __init__(self) -> None:
        self._storage = BoundedMemory()
        self._limiter = FixedWindowRateLimiter(self._storage)

    def count_code_request(self, email: str, network: str, is_returning: bool) -> None:
        """Count a code to be sent to this address, asked for from this network. Raises Refusal: too_many.

        `is_returning`: the person signed in in this browser before.
        """
        if is_returning:
            self._count(CODES_OF_RETURNING, f"{RETURNING}{email}")
            return
        self._count(CODES_PER_NETWORK, f"network {network}")  # what one limit refuses is not counted by the next
        self._count(CODES_IN_ALL, "all")
        self._count(CODES_PER_PERSON, f"{email} at {network}")
        self._count(CODES_PER_ADDRESS, f"address {email}")

    @contextmanager
    def counting_wrong_tries(self, network: str, is_returning: bool) -> Iterator[None]:
        """Count a code that is tried in the block, if it is wrong. Raises Refusal: too_many.

        Each try is counted first, and a right one taken back: of many at once, each would find the count of before.
        Returning people are exempt, since `count_code_request` limits all their codes.
        """
        if is_returning:
            yield
            return
        key, was_wrong = f"tries {network}", False
        [limit] = self._count(WRONG_TRIES_PER_NETWORK, key)
        try:
            yield
        except Refusal as refusal:
            was_wrong = refusal.code in ("wrong_code", "code_expired")
            raise
        finally:
            if not was_wrong:
                self._storage.decr(limit.key_for(key))

    def _count(self, limits: str, key: str) -> list[RateLimitItem]:
        """Count against each of these limits, the shortest window first; return them. Raises Refusal: too_many."""
        items = sorted(parse_many(limits))
        for item in items:
            if not self._limiter.hit(item, key):
                reset_time = self._limiter.get_window_stats(item, key).reset_time
                refuse("too_many", retry_after=max(1, math.ceil(reset_time - time.time())))
        return items
