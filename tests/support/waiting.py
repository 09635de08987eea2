"""Wait for another process that gives no signal to wait for."""

import time


def eventually(condition, timeout: float = 10):
    """Call the condition until it is true, and return its value. Raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.02)
    return value
