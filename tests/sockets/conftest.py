"""A server for the tests of sockets of a file, which no other test changes."""

import pytest


@pytest.fixture(scope="module")
def server(medium, tmp_path_factory):
    with medium.running(tmp_path_factory.mktemp("sockets")) as server:
        yield server
