import psycopg
import pytest

from loadzone.reports.engines import postgres_engine, sqlite_engine
from loadzone.reports.history_database import HistoryDatabase


@pytest.fixture
def make_sqlite(tmp_path):
    """Return a function that opens a history in SQLite."""
    opened = []

    def make(name="history.sqlite"):
        opened.append(HistoryDatabase(sqlite_engine(tmp_path / name), name))
        return opened[-1]

    yield make
    for history in opened:
        history.close()


@pytest.fixture
def postgres_url(cluster):
    """Return the address of an empty database, with LoadZone's schema."""
    url = cluster.make_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA loadzone")
    yield url
    cluster.give_back(url)


@pytest.fixture
def make_postgres(postgres_url):
    """Return a function that opens the history in PostgreSQL."""
    opened = []

    def make(url=postgres_url):
        opened.append(HistoryDatabase(postgres_engine(lambda: psycopg.connect(url)), url))
        return opened[-1]

    yield make
    for history in opened:
        history.close()


@pytest.fixture(params=["sqlite", "postgres"])
def make_history(request):
    """Return a function that opens a history, of each kind in turn."""
    return request.getfixturevalue(f"make_{request.param}")


@pytest.fixture
def history(make_history):
    return make_history()
