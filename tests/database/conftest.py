import psycopg
import pytest

from support import same_examples  # noqa: F401 (settings of hypothesis)
from support.postgres_durable import PostgresKept
from unit.mail_system import mail, mail_at, mail_to_nowhere, scripted, smtp  # noqa: F401 (fixtures)
from unit.stores import open_store, store  # noqa: F401 (fixtures)
from unit.timed_system import open_system  # noqa: F401 (fixture)


@pytest.fixture
def place(cluster):
    """Return where a store can be kept: an empty database."""
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS loadzone CASCADE")
    return PostgresKept(cluster.url)


@pytest.fixture
def database(cluster):
    """Return a connection beside those of the stores."""
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        yield connection
