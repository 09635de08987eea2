"""Waiting for the server, and for machines, until a deadline of the monotonic clock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from loadzone_cli import timing
from loadzone_cli.errors import CommandError, ServerUnavailable
from loadzone_cli.messages import say_away, say_back

T = TypeVar("T")


def when_reachable(ask: Callable[[], T], deadline: float) -> T:
    """Return the answer. While the server is away, ask again until the deadline. Raises CommandError."""
    while True:
        try:
            answer = ask()
        except ServerUnavailable as error:
            pause(error, deadline)
        else:
            say_back()
            return answer


def pause(reason: CommandError, deadline: float) -> None:
    """Wait until it is time to look again. Raises `reason` where there is no time left to wait."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise reason
    if isinstance(reason, ServerUnavailable):
        say_away(reason.text)
    time.sleep(min(left, timing.POLL_SECONDS + secrets.randbelow(1000) / 1000))
