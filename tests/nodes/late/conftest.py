"""Fixtures for the tests of a file: a node, and a second one that hears late of what the first has written."""

import pytest

from support.node import node_on

LATE = "0.03"  # seconds; an answer is there in a tenth of that


@pytest.fixture(scope="module")
def nodes(cluster):
    """Return a node, and one that hears late."""
    url = cluster.make_database()
    started = [node_on(url), node_on(url, program="tests/support/late_node.py", LATE=LATE)]
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
