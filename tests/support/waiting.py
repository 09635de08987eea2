"""Waiting for what another process does, where it gives no sign to wait on."""

import time


def eventually(condition, timeout: float = 10):
    """Asks until the answer is true, and returns it. AssertionError when it has not become true in time."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return answer
