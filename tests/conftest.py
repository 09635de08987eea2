"""Fixtures for tests from the outside: a running server, and the people who use it.

alice is an admin, bob and carol are users, charlie is a visitor who never signed in.
"""

import itertools
from collections import defaultdict

import pytest

pytest.register_assert_rewrite("support")

from support.cutting_proxy import CuttingProxy  # noqa: E402
from support.listener import Listener  # noqa: E402
from support.media import OnFile, OnPostgres, runs_over_both  # noqa: E402
from support.people import Person  # noqa: E402
from support.postgres import running_cluster  # noqa: E402
from support.server import ADMIN, Server, running  # noqa: E402

Server.warm = True
_names = itertools.count(1)


def pytest_collection_modifyitems(items):
    """Take files from all folders in turn, so that tests that mostly wait run beside tests that use the processor."""
    folders = defaultdict(dict)
    for item in items:
        folders[item.path.parent][item.path] = None
    turn = {path: number / len(paths) for paths in folders.values() for number, path in enumerate(paths)}
    items.sort(key=lambda item: turn[item.path])


def pytest_generate_tests(metafunc):
    """Run the tests that ask a server over each medium, in the files that media.py says."""
    if "medium" in metafunc.fixturenames and runs_over_both(metafunc.definition.path):
        metafunc.parametrize("medium", ["file", "postgres"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def medium(request):
    """Return what the servers of this test keep their state in."""
    if getattr(request, "param", "file") == "file":
        return OnFile()
    return OnPostgres(request.getfixturevalue("cluster"))


@pytest.fixture(scope="session")
def file_server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("shared")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(cluster, tmp_path_factory):
    with OnPostgres(cluster).running(tmp_path_factory.mktemp("shared")) as server:
        yield server


@pytest.fixture(scope="module")
def shared_server(medium, request):
    """Return one server for all tests that make their own machines and people."""
    return request.getfixturevalue(medium.shared)


@pytest.fixture
def server(shared_server):
    """Return the server of this test. A module that needs other settings has its own `server` fixture."""
    return shared_server


@pytest.fixture
def start(medium, tmp_path):
    """Return a function that starts a server for this test alone: start(inventory=…, SETTING="…")."""
    started = []

    def start_one(inventory: dict | None = None, **settings: str) -> Server:
        server = medium.server(tmp_path, inventory, **settings)
        started.append(server)
        return server.start()

    yield start_one
    for server in started:
        server.end()


@pytest.fixture(scope="session")
def cluster():
    """Return a PostgreSQL that is running. Its database `postgres` is that of tests/database."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def proxy(cluster):
    """Return a proxy in front of the PostgreSQL."""
    proxy = CuttingProxy(cluster.folder)
    yield proxy
    proxy.end()


@pytest.fixture
def alice(server):
    return Person(server, ADMIN).sign_in()


@pytest.fixture
def bob(server):
    return Person(server, "bob@example.com").sign_in()


@pytest.fixture
def carol(server):
    return Person(server, "carol@example.com").sign_in()


@pytest.fixture
def charlie(server):
    return Person(server, "charlie@example.com")


@pytest.fixture
def newcomer(server):
    """Return a person with a new address, signed in."""
    return Person(server).sign_in()


@pytest.fixture
def listen():
    """Return a function that connects a socket as a person: listen(bob), listen(bob, Origin="…"). All are closed."""
    opened = []

    def connect(person, **options) -> Listener:
        opened.append(Listener(person, **options))
        return opened[-1]

    yield connect
    for listener in opened:
        listener.close()


@pytest.fixture
def make_vm(alice):
    """Return a function that adds a machine with a new name and returns its id."""

    def make(**more) -> str:
        vm_id = f"vm-{next(_names)}"
        answer = alice.add_vm(vm_id, **more)
        assert answer.status_code == 201, answer.text
        return vm_id

    return make


@pytest.fixture
def vm(make_vm):
    return make_vm()


@pytest.fixture
def make_group(alice):
    """Return a function that makes a group with a new name and returns its id."""

    def make(*vm_ids: str) -> int:
        answer = alice.make_group(f"Group {next(_names)}", list(vm_ids))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return make
