"""How often one may ask for a code, and try one: counted by person, by mailbox, by network, and for all together.

A flood from everywhere uses up what is for all, so that who comes at a new browser must wait. Who signed in there
before does not: that is counted apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage

from loadzone.domain.refusal import Refusal

# By address alone the bound is wider, so that a stranger elsewhere cannot keep somebody from signing in; by the day it
# keeps a mailbox from being flooded, and a million codes from being tried at five a letter.
CODES_PER_PERSON = "10 per hour"
CODES_PER_ADDRESS = "40 per hour; 100 per day"
CODES_PER_NETWORK = "200 per hour"
CODES_IN_ALL = "3000 per hour"  # many networks at once must not send as much mail in our name as they like
CODES_OF_OWN = "10 per hour; 30 per day"  # at a browser in which this person signed in before
WRONG_TRIES_PER_NETWORK = "100 per hour"
COUNTERS_AT_MOST = 20_000
OWN = "own "  # how the keys of those begin; they are no more than there are such people
OF_ONE_HOUSE = 64  # bits of an IPv6 address; behind them, one house has more addresses than could be counted


_OWN_KEY = f"{RateLimitItemPerHour(1).namespace}/{OWN}"


class BoundedMemory(MemoryStorage):
    """Counters in memory. Once there are as many as may be, who was not counted yet must wait until some are over,
    those aside who are counted apart."""

    STORAGE_SCHEME = ["bounded-memory"]  # noqa: RUF012

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        if not self.get(key) and len(self.storage) >= COUNTERS_AT_MOST and not key.startswith(_OWN_KEY):
            return sys.maxsize
        return super().incr(key, expiry, amount)


def limiter(app: Flask) -> Limiter:
    """Limits hold where `asking` and `trying` say so, and nowhere else. What Flask-Limiter has Flask call with each
    request, for limits of routes, for those that count afterwards, and for headers, is left out: there are none."""
    limiter = Limiter(network, app=app, storage_uri="bounded-memory://", strategy="fixed-window")
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks[None].pop()
    return limiter


def network() -> str:
    """Where this request comes from."""
    return network_of(request.remote_addr or "")


def network_of(text: str) -> str:
    """An IPv4 address itself, and of an IPv6 address its network."""
    try:
        address = ip_address(text)
    except ValueError:  # a proxy says what it likes
        return text or "nowhere"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), OF_ONE_HOUSE), strict=False))


@contextmanager
def asking(limiter: Limiter, email: str, is_own: bool) -> Iterator[None]:
    """For a code to be sent to that address; `is_own` where its person signed in in this browser before.

    Raises RateLimitExceeded.
    """
    limit, place = limiter.limit, network()
    if is_own:
        with limit(CODES_OF_OWN, key_func=lambda: f"{OWN}{email}"):
            yield
        return
    with (
        limit(CODES_PER_NETWORK, key_func=lambda: f"network {place}"),  # what one refuses is not counted by the next
        limit(CODES_IN_ALL, key_func=lambda: "all"),
        limit(CODES_PER_PERSON, key_func=lambda: f"{email} at {place}"),
        limit(CODES_PER_ADDRESS, key_func=lambda: f"address {email}"),
    ):
        yield


@contextmanager
def trying(limiter: Limiter, is_own: bool) -> Iterator[None]:
    """For a code to be tried; wrong ones are counted, but for those whose every code is. Raises RateLimitExceeded.

    Each is counted before, and the right ones taken back, or of many at once each would find the count of before.
    """
    if is_own:
        yield
        return
    place, was_wrong = network(), False
    with limiter.limit(WRONG_TRIES_PER_NETWORK, key_func=lambda: f"tries {place}"):
        counted = limiter.current_limit
        try:
            yield
        except Refusal as refusal:
            was_wrong = refusal.status == 401
            raise
        finally:
            if not was_wrong:
                limiter.storage.decr(counted.key)
