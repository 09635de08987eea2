"""The command line with the tokens of ann and bob, and a server with three machines, two of them in the group Perf."""

import signal

import pytest

from support.command import STAYS, Running, Shell, end_what_is_left, shell_of
from support.inventory import inventory, machine
from support.people import WITH_JANITOR, Person, cleared
from support.server import Server, running

# A shell starts background jobs with SIGINT and SIGQUIT ignored, and the commands of the tests would inherit that.
for _signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_signum) is signal.SIG_IGN:
        signal.signal(_signum, signal.default_int_handler if _signum == signal.SIGINT else signal.SIG_DFL)


PERF = [
    machine(
        "perf-1",
        group=1,
        external_ip="10.0.0.1",
        internal_ip="192.168.0.1",
        ssh_user="ci",
        ssh_port=2222,
        tags=["gpu", "Big"],
    ),
    machine("perf-2", group=1, internal_ip="192.168.0.2", tags=["gpu"]),
]

MACHINES = inventory([*PERF, machine("lone")], [{"id": 1, "name": "Perf", "vm_ids": ["perf-1", "perf-2"]}])


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory) -> Server:
    """Run one server for the tests of a file, with whatever earlier tests have left behind."""
    with running(tmp_path_factory.mktemp("shared"), MACHINES, LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_left_running():
    yield
    end_what_is_left()


@pytest.fixture
def server(shared_server) -> Server:
    """Return the server of the file without the people, bookings and queues of earlier tests."""
    return cleared(shared_server)


@pytest.fixture
def ann(server) -> Person:
    return Person(server, "ann@example.com").sign_in()


@pytest.fixture
def bob(server) -> Person:
    return Person(server, "bob@example.com").sign_in()


@pytest.fixture
def loadzone(server, ann, tmp_path) -> Shell:
    """Return a shell with ann's token."""
    return shell_of(tmp_path / "ann", server, ann)


@pytest.fixture
def bobs_loadzone(server, bob, tmp_path) -> Shell:
    return shell_of(tmp_path / "bob", server, bob)


@pytest.fixture
def start_job(loadzone):
    """Return a function that starts `loadzone run` with a command that stays until it gets a line, and waits for it."""

    def start(*words: str, shell: Shell = loadzone, **environment: str) -> Running:
        job = shell.start(*words, "--", *STAYS, **environment)
        job.wait_for("here", "out")
        return job

    return start
