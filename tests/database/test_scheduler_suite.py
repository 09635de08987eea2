"""The suite of the timers, tests/unit/test_scheduler.py, over PostgreSQL."""

from unit.test_scheduler import *  # noqa: F403 (the tests)
