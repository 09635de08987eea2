"""The suites of sign-in codes and rate limits, tests/unit/test_login_codes.py and test_rate_limits.py, over PostgreSQL.

Time passes by moving back what is kept.
"""

import pytest

from loadzone.database.schema import prepare
from loadzone.database.shared_codes import SharedCodes
from loadzone.database.shared_counters import SharedCounters
from loadzone.database.side_connection import SideConnection
from unit.test_login_codes import *  # noqa: F403 (the tests)
from unit.test_rate_limits import *  # noqa: F403 (the tests)


class KeptCodes(SharedCodes):
    def __init__(self, side, database):
        super().__init__(side)
        self.database = database

    def later(self, seconds):
        self.database.execute("UPDATE loadzone.login_codes SET until = until - make_interval(secs => %s)", [seconds])

    def content(self):
        return str(self.database.execute("SELECT * FROM loadzone.login_codes").fetchall())

    def __len__(self):
        return self.database.execute("SELECT count(*) FROM loadzone.login_codes").fetchone()[0]


class KeptCounters(SharedCounters):
    def __init__(self, side, database):
        super().__init__(side)
        self.database = database

    def later(self, seconds):
        self.database.execute("UPDATE loadzone.counters SET until = until - make_interval(secs => %s)", [seconds])

    def __len__(self):
        [(number,)] = self.database.execute("SELECT count(*) FROM loadzone.counters WHERE key <> ''").fetchall()
        [(total,)] = self.database.execute("SELECT hits FROM loadzone.counters WHERE key = ''").fetchall()
        assert total == number
        return number


@pytest.fixture
def side(place, database):
    prepare(database, b"{}")
    side = SideConnection(place.url)
    yield side
    side.close()


@pytest.fixture
def pending(side, database):
    return KeptCodes(side, database)


@pytest.fixture
def kept(side, database):
    return KeptCounters(side, database)
