"""Fixtures for tests of the server process."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.people import Person
from support.server import Server


@pytest.fixture
def cold_start(monkeypatch):
    """Start servers as an operator does, with all their imports, and not forked from a warm process."""
    monkeypatch.setattr(Server, "warm", False)


@pytest.fixture
def sign_in_people():
    """Return a function that signs in so many people, eight at a time."""
    signed_in = []

    def sign_in(server, size: int) -> list[Person]:
        with ThreadPoolExecutor(8) as pool:
            signed_in.extend(pool.map(lambda _: Person(server).sign_in(), range(size)))
        return signed_in

    yield sign_in
    for person in signed_in:
        person.http.close()
