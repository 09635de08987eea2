import pytest

from support.server import Server

# One address, although no balancer has it.
SHARED = {"LOADZONE_DATA": "", "LOADZONE_BASE_URL": "http://loadzone.example.com"}


@pytest.fixture
def database_url(cluster):
    """Return the address of an empty database."""
    url = cluster.make_database()
    yield url
    cluster.drop(url)


@pytest.fixture
def start_node(database_url, tmp_path):
    """Return a function that starts one more node on the database: start_node(SETTING="…")."""
    started = []

    def start_one(**settings: str) -> Server:
        node = Server(tmp_path / "no file", **{**SHARED, "LOADZONE_DATABASE_URL": database_url, **settings})
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
    """Return another node."""
    return start_node()
