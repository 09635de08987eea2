"""The suite of tests/unit/test_store.py and test_store_batches.py, over PostgreSQL."""

from unit.test_store import *  # noqa: F403 (the tests)
from unit.test_store_batches import *  # noqa: F403 (the tests)
