"""Fixtures for tests of the server process."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from process.data_files import BEFORE, MACHINES
from support.inventory import inventory, machine
from support.people import Person
from support.server import Server, data_file


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


@pytest.fixture
def data(tmp_path):
    path = data_file(tmp_path, BEFORE)
    path.chmod(0o600)
    return path


@pytest.fixture
def backup(tmp_path):
    path = tmp_path / "yesterday.json"
    path.write_text(json.dumps(inventory([machine("старая")], revision=3, written_by="hand")))
    return path


@pytest.fixture
def machines(tmp_path):
    path = tmp_path / "machines.csv"
    path.write_text(MACHINES)
    return path
