"""Rate limits for sign-in codes, asked for and tried: by person, by mailbox, by network, and for everybody together.

A flood from many networks uses up the common limit, and then people in new browsers must wait. People who have signed
in before in the same browser are counted separately and do not have to wait.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from loadzone.domain.commit import CannotSave
from loadzone.domain.counters import Counter, Counters, Limit
from loadzone.domain.refusal import Refusal, refuse

log = logging.getLogger("loadzone.web")

HOUR, DAY = 3600, 24 * 3600  # seconds

# The limit by address alone is wider, so that a stranger in another network cannot keep a person from signing in. The
# limit by day protects a mailbox from a flood, and the million possible codes from being tried, five per letter.
CODES_PER_PERSON = Limit(10, HOUR)
CODES_PER_ADDRESS = Limit(40, HOUR)
CODES_PER_ADDRESS_A_DAY = Limit(100, DAY)
CODES_PER_NETWORK = Limit(200, HOUR)
CODES_IN_ALL = Limit(3000, HOUR)  # bounds the mail that many networks together can make this server send
CODES_OF_RETURNING = Limit(10, HOUR)  # in a browser in which the person has signed in before
CODES_OF_RETURNING_A_DAY = Limit(30, DAY)
WRONG_TRIES_PER_NETWORK = Limit(100, HOUR)
INVITATIONS_PER_PERSON = Limit(500, HOUR)


class RateLimits:
    """Counts requests for codes, tries of codes and invitations, and refuses those over a limit.

    What cannot be counted is refused too: everything here raises CannotSave.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def count_code_request(self, email: str, network: str, is_returning: bool) -> None:
        """Count a request from this network for a code to this address. Raises Refusal: too_many.

        `is_returning`: the person has signed in before in this browser. There are at most as many such counters as such
        people, so there is always room for them.
        """
        if is_returning:
            own = f"own {email}"
            counters = [Counter(own, CODES_OF_RETURNING), Counter(own, CODES_OF_RETURNING_A_DAY)]
        else:
            counters = [  # what one limit refuses, the next does not count
                Counter(f"network {network}", CODES_PER_NETWORK),
                Counter("all", CODES_IN_ALL),
                Counter(f"{email} at {network}", CODES_PER_PERSON),
                Counter(f"address {email}", CODES_PER_ADDRESS),
                Counter(f"address {email}", CODES_PER_ADDRESS_A_DAY),
            ]
        self._count(counters, is_exempt=is_returning)

    def count_invitations(self, email: str, number: int) -> None:
        """Count the people whom this admin invites: all or, if they are too many, none. Raises Refusal: too_many."""
        self._count([Counter(f"invitations of {email}", INVITATIONS_PER_PERSON)], number)

    @contextmanager
    def counting_wrong_tries(self, network: str, is_returning: bool) -> Iterator[None]:
        """Count the try of a code that is made in the block, if the code is wrong. Raises Refusal: too_many.

        A try is counted before the block, and uncounted if it was right. Otherwise many tries at the same time would
        all see the old count. Returning people are exempt, since `count_code_request` limits all their codes.
        """
        if is_returning:
            yield
            return
        tries, was_wrong = Counter(f"tries {network}", WRONG_TRIES_PER_NETWORK), False
        self._count([tries])
        try:
            yield
        except Refusal as refusal:
            was_wrong = refusal.code in ("wrong_code", "code_expired")
            raise
        finally:
            if not was_wrong:
                self._take_back(tries)

    def _count(self, counters: Sequence[Counter], hits: int = 1, is_exempt: bool = False) -> None:
        seconds = self._counters.hit(counters, hits, is_exempt)
        if seconds is not None:
            refuse("too_many", retry_after=max(1, math.ceil(seconds)))

    def _take_back(self, counter: Counter) -> None:
        """Take a hit back. Where that fails, the person is signed in all the same, and the network has one try less."""
        try:
            self._counters.take_back(counter)
        except CannotSave as error:
            log.warning("a right code stays counted as a wrong one: %s", error.why)
