"""A node whose name server hangs: it goes on, and reaches the database at the addresses that it found last."""

import pytest

from support.cutting_proxy import TcpProxy
from support.node import node_on
from support.people import Person
from support.waiting import eventually

PROGRAM = "tests/support/hanging_names.py"


@pytest.fixture
def proxy(cluster):
    proxy = TcpProxy(cluster.folder)
    yield proxy
    proxy.end()


@pytest.fixture
def hang(tmp_path):
    """Return the file that lets the name server hang while it exists."""
    path = tmp_path / "the name server hangs"
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def far(server, database_url, proxy, cluster, hang):
    """Return a node, not started yet, that knows the database by its name."""
    url = database_url.replace(f"host={cluster.folder}", f"host=database.test port={proxy.port}")
    node = node_on(url, program=PROGRAM, NAMES_HANG=str(hang))
    yield node
    node.end()


def test_a_node_whose_name_server_hangs_is_connected_again_and_answers_meanwhile(far, hang, proxy, vm):
    far.start()
    bob = Person(far, "bob@example.com").sign_in()
    hang.touch()
    proxy.let_pass()  # which ends all connections
    assert bob.get("/").ok, "it does not wait for the name server"
    eventually(lambda: bob.book(vm).ok)
    far.wait_for_log("the host database.test is tried at its last addresses: it was not found within 2 s")
    assert far.stop() < 15, "at once, but for a busy machine"


def test_a_start_waits_for_a_name_server_and_says_so(far, hang):
    hang.touch()
    far.launch()
    far.wait_for_log("no address of the host database.test is known: it was not found within 2 s.*; waiting 10 seconds")
    hang.unlink()
    far.wait_until_it_answers()
