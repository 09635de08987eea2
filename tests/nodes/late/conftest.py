"""Fixtures for the tests of a file: a node, and a second one that hears late of what the first has written."""

import pytest

from nodes.conftest import SHARED
from support.server import Server

LATE = "0.03"  # seconds; an answer is there in a tenth of that


@pytest.fixture(scope="module")
def nodes(cluster, tmp_path_factory):
    """Return a node, and one that hears late."""
    url = cluster.make_database()
    settings = SHARED | {"LOADZONE_DATABASE_URL": url, "LATE": LATE}
    folder = tmp_path_factory.mktemp("nodes")
    started = [Server(folder, **settings), Server(folder, program="tests/support/late_node.py", **settings)]
    try:
        yield [node.start() for node in started]
    finally:
        for node in started:
            node.end()
        cluster.drop(url)


@pytest.fixture
def server(nodes):
    return nodes[0]


@pytest.fixture
def second(nodes):
    return nodes[1]
