"""Rate limits for sign-in codes, asked for and tried: by person, by mailbox, by network, and for everybody together.

A flood from many networks uses up the common limit, and then people in new browsers must wait. People who have signed
in before in the same browser are counted separately and do not have to wait.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerHour, parse_many
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from loadzone.domain.refusal import Refusal, refuse
from loadzone.lib.times import steady_seconds

# The limit by address alone is wider, so that a stranger in another network cannot keep a person from signing in. The
# limit by day protects a mailbox from a flood, and the million possible codes from being tried, five per letter.
CODES_PER_PERSON = "10 per hour"
CODES_PER_ADDRESS = "40 per hour; 100 per day"
CODES_PER_NETWORK = "200 per hour"
CODES_IN_ALL = "3000 per hour"  # bounds the mail that many networks together can make this server send
CODES_OF_RETURNING = "10 per hour; 30 per day"  # in a browser in which the person has signed in before
WRONG_TRIES_PER_NETWORK = "100 per hour"
INVITATIONS_PER_PERSON = "500 per hour"
COUNTERS_AT_MOST = 20_000
RETURNING = "own "  # prefix of the counters of returning people; there are at most as many as such people

_RETURNING_KEY = RateLimitItemPerHour(1).key_for(RETURNING).partition(RETURNING)[0] + RETURNING


@dataclass(slots=True)
class Counter:
    """The hits in a window, and its end by the steady clock."""

    hits: int
    until: float


class BoundedMemory(Storage):
    """Counters in memory, at most COUNTERS_AT_MOST. Their windows are measured by `steady()`, which nobody can set.

    When all are in use, a new key counts as over its limit until other counters expire. Returning people are exempt.
    """

    STORAGE_SCHEME = ["bounded-memory"]  # noqa: RUF012
    base_exceptions = Exception

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        super().__init__()
        self._steady = steady
        self._counters: dict[str, Counter] = {}
        self._cleaned_at = -math.inf

    def __len__(self) -> int:
        return len(self._counters)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a counter; return its new value."""
        counter = self._counter(key)
        if counter is None:
            if self._is_full() and not key.startswith(_RETURNING_KEY):
                return sys.maxsize
            counter = self._counters[key] = Counter(0, self._steady() + expiry)
        counter.hits += amount
        return counter.hits

    def decr(self, key: str) -> None:
        """Take back one hit."""
        if counter := self._counter(key):
            counter.hits = max(0, counter.hits - 1)

    def get(self, key: str) -> int:
        """Return the value of a counter."""
        counter = self._counter(key)
        return counter.hits if counter else 0

    def get_expiry(self, key: str) -> float:
        """Return the end of a counter's window."""
        counter = self._counter(key)
        return counter.until if counter else self._steady()

    def seconds_left(self, until: float) -> int:
        """Return the whole seconds until then, at least 1."""
        return max(1, math.ceil(until - self._steady()))

    def clear(self, key: str) -> None:
        """Forget a counter."""
        self._counters.pop(key, None)

    def check(self) -> bool:
        """Tell that the memory is there."""
        return True

    def reset(self) -> int:
        """Forget all counters; return their number."""
        number = len(self._counters)
        self._counters.clear()
        return number

    def _counter(self, key: str) -> Counter | None:
        counter = self._counters.get(key)
        return counter if counter and counter.until > self._steady() else None

    def _is_full(self) -> bool:
        """Tell whether there is no room. Expired counters make room, and are looked for at most once a second."""
        now = self._steady()
        if len(self._counters) >= COUNTERS_AT_MOST and now - self._cleaned_at >= 1:
            self._cleaned_at = now
            self._counters = {key: counter for key, counter in self._counters.items() if counter.until > now}
        return len(self._counters) >= COUNTERS_AT_MOST


class RateLimits:
    """Counts requests for codes, tries of codes and invitations, and refuses those over a limit."""

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._storage = BoundedMemory(steady)
        self._limiter = FixedWindowRateLimiter(self._storage)

    def count_code_request(self, email: str, network: str, is_returning: bool) -> None:
        """Count a request from this network for a code to this address. Raises Refusal: too_many.

        `is_returning`: the person has signed in before in this browser.
        """
        if is_returning:
            self._count(CODES_OF_RETURNING, f"{RETURNING}{email}")
            return
        self._count(CODES_PER_NETWORK, f"network {network}")  # what one limit refuses, the next does not count
        self._count(CODES_IN_ALL, "all")
        self._count(CODES_PER_PERSON, f"{email} at {network}")
        self._count(CODES_PER_ADDRESS, f"address {email}")

    def count_invitations(self, email: str, number: int) -> None:
        """Count the people whom this admin invites. Raises Refusal: too_many."""
        self._count(INVITATIONS_PER_PERSON, f"invitations of {email}", number)

    @contextmanager
    def counting_wrong_tries(self, network: str, is_returning: bool) -> Iterator[None]:
        """Count the try of a code that is made in the block, if the code is wrong. Raises Refusal: too_many.

        A try is counted before the block, and uncounted if it was right. Otherwise many tries at the same time would
        all see the old count. Returning people are exempt, since `count_code_request` limits all their codes.
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

    def _count(self, limits: str, key: str, hits: int = 1) -> list[RateLimitItem]:
        """Count these hits against each of these limits, shortest window first; return them.

        Hits that are refused are not counted, so that fewer can follow. Raises Refusal: too_many.
        """
        items = sorted(parse_many(limits))
        for item in items:
            if not (self._limiter.test(item, key, cost=hits) and self._limiter.hit(item, key, cost=hits)):
                reset_time = self._limiter.get_window_stats(item, key).reset_time
                refuse("too_many", retry_after=self._storage.seconds_left(reset_time))
        return items
