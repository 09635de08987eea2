"""Wait for another process that gives no signal to wait for, and measure how late it is."""

import time
from collections.abc import Iterable


def eventually(condition, timeout: float = 30):
    """Call the condition until it is true, and return its value. Raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.02)
    return value


def soonest(late: Iterable[float]) -> float:
    """Return the first that is no later than a tenth of a second, else the least: a busy machine delays some of them.

    None may be early.
    """
    seen = []
    for seconds in late:
        assert seconds >= 0
        seen.append(seconds)
        if seconds < 0.1:
            break
    return min(seen)
