"""Fixtures for sockets: listeners that are closed after the test, and a server that no other test changes."""

import pytest

from support.listener import Listener


@pytest.fixture(scope="module")
def server(medium, tmp_path_factory):
    with medium.running(tmp_path_factory.mktemp("sockets")) as server:
        yield server


@pytest.fixture
def listen():
    """Return a function that connects a socket as a person: listen(bob), listen(bob, Origin="…")."""
    open_sockets = []

    def connect(person, **headers) -> Listener:
        listener = Listener(person, **headers)
        open_sockets.append(listener)
        return listener

    yield connect
    for listener in open_sockets:
        listener.close()
