"""Usage in PostgreSQL: the same numbers as in SQLite, and as a slow computation."""

from random import Random

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine

from loadzone.reports.usage import tables
from unit import test_usage_properties as properties


@pytest.fixture
def make_engine(cluster):
    url = cluster.make_database()
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)

    def make():
        tables.metadata.drop_all(engine)
        tables.metadata.create_all(engine)
        return engine

    yield make
    engine.dispose()
    cluster.give_back(url)


@pytest.mark.parametrize("number", range(6))
def test_figures_are_those_of_a_slow_computation(number, make_engine):
    properties.check_walk(Random(number), make_engine())
