"""The command in the hands of ann and bob, against a server with two machines in the group Perf, and a lone one."""

import signal

import pytest

from support.command import STAYS, Running, Shell, end_what_is_left, shell_of
from support.inventory import inventory, machine
from support.people import WITH_JANITOR, Person, cleared
from support.server import Server, running

# In the background of a shell the keys' signals are ignored, and what the tests start would inherit that.
for _signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_signum) is signal.SIG_IGN:
        signal.signal(_signum, signal.default_int_handler if _signum == signal.SIGINT else signal.SIG_DFL)


PERF = [
    machine("perf-1", group=1, external_ip="10.0.0.1", internal_ip="192.168.0.1", tags=["gpu", "Big"]),
    machine("perf-2", group=1, internal_ip="192.168.0.2", tags=["gpu"]),
]

MACHINES = inventory([*PERF, machine("lone")], [{"id": 1, "name": "Perf", "vm_ids": ["perf-1", "perf-2"]}])


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory) -> Server:
    """For the tests of a file that do not mind what the others leave behind."""
    with running(tmp_path_factory.mktemp("shared"), MACHINES, LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_left_running():
    yield
    end_what_is_left()


@pytest.fixture
def server(shared_server) -> Server:
    """The file's server, as if nobody had done anything yet."""
    return cleared(shared_server)


@pytest.fixture
def ann(server) -> Person:
    return Person(server, "ann@example.com").sign_in()


@pytest.fixture
def bob(server) -> Person:
    return Person(server, "bob@example.com").sign_in()


@pytest.fixture
def loadzone(server, ann, tmp_path) -> Shell:
    """The command as ann runs it."""
    return shell_of(tmp_path / "ann", server, ann)


@pytest.fixture
def bobs_loadzone(server, bob, tmp_path) -> Shell:
    return shell_of(tmp_path / "bob", server, bob)


@pytest.fixture
def start_job(loadzone):
    """Starts the command with one that stays until a line comes in, and waits until that one runs."""

    def start_one(*words: str, shell: Shell = loadzone, **environment: str) -> Running:
        job = shell.start(*words, "--", *STAYS, **environment)
        job.wait_for("here", "out")
        return job

    return start_one
