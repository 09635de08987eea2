"""Fixtures for the tests of a file: a node, and a second one that hears late of what the first has written."""

import pytest

from support.node import running_nodes

LATE = "0.03"  # seconds; an answer is there in a tenth of that


@pytest.fixture(scope="module")
def nodes(cluster):
    """Return a node, and one that hears late."""
    with running_nodes(cluster, {}, {"program": "tests/support/late_node.py", "LATE": LATE}) as nodes:
        yield nodes


@pytest.fixture
def server(nodes):
    return nodes[0]


@pytest.fixture
def second(nodes):
    return nodes[1]
