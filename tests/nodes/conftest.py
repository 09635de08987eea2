"""Fixtures for tests of several nodes: a database for each test, nodes on it, and what commands work with."""

import psycopg
import pytest

from nodes.full_file import full_file
from support.node import LEADS, node_on
from support.server import Server
from support.waiting import eventually


@pytest.fixture
def database_url(cluster):
    """Return the address of an empty database."""
    url = cluster.make_database()
    yield url
    cluster.drop(url)


@pytest.fixture
def database(database_url):
    """Return a connection to the database beside those of the nodes."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def start_node(database_url):
    """Return a function that starts one more node on the database: start_node(SETTING="…")."""
    started = []

    def start_one(**options) -> Server:
        node = node_on(database_url, **options)
        started.append(node)
        return node.start()

    yield start_one
    for node in started:
        node.end()


@pytest.fixture
def server(start_node):
    """Return the first node, on which the fixtures for people sign in."""
    return start_node()


@pytest.fixture
def second(server, start_node):
    """Return another node, which does not lead."""
    eventually(lambda: LEADS in server.log)
    return start_node()


@pytest.fixture
def kept(tmp_path):
    """Return the folder of backups."""
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


@pytest.fixture
def source(tmp_path):
    """Return a data file with all that there can be in one."""
    path = tmp_path / "source.json"
    path.write_bytes(full_file())
    return path
