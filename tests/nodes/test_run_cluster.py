"""`make run-cluster`: a database, three nodes and nginx, at one address, which end with it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from support.answers import done
from support.people import Person
from support.ports import free_port
from support.server import ADMIN, ROOT
from support.waiting import eventually

START_SECONDS = 60


class Cluster:
    """A running `deploy/cluster`."""

    def __init__(self, folder):
        self.port = free_port()
        self.log_lines = []
        settings = {"LOADZONE_PORT": str(self.port), "LOADZONE_AUTH": "trust", "LOADZONE_ADMINS": ADMIN}
        self.process = subprocess.Popen(
            [sys.executable, "deploy/cluster"],
            cwd=ROOT,
            env={**os.environ, **settings, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=lambda: self.log_lines.extend(self.process.stdout), daemon=True)
        self._reader.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def said(self, pattern):
        return re.findall(pattern, "".join(self.log_lines), re.MULTILINE)

    def children(self):
        """Return the process ids of PostgreSQL, the nodes and nginx."""
        pid = self.process.pid
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))

    def nodes(self):
        return [pid for pid in self.children() if b"app.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def ended(self):
        """Wait for its end, and return its exit status."""
        status = self.process.wait(START_SECONDS)
        self._reader.join()
        self.process.stdout.close()
        return status


@pytest.fixture
def folder():
    """Return a temporary folder through which another user may go, such as that of PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="lz-", dir="/tmp") as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)


@pytest.fixture
def cluster(folder):
    cluster = Cluster(folder)
    try:
        eventually(lambda: cluster.said("^serving ") or cluster.process.poll() is not None, START_SECONDS)
        assert cluster.said("^serving http://localhost"), "".join(cluster.log_lines)
        yield cluster
    finally:
        if not cluster.process.stdout.closed:
            cluster.process.kill()
            cluster.ended()


def is_running(pid):
    return Path(f"/proc/{pid}").exists()


def test_it_serves_the_starter_inventory_loses_a_node_and_ends_with_ctrl_c(cluster, folder):
    ann, bob = Person(cluster, ADMIN).sign_in(), Person(cluster, "bob@example.com").sign_in()
    done(ann.book("server-01"))
    eventually(lambda: bob.vm("server-01")["booked_by"] == ADMIN)
    [first, *_] = cluster.nodes()
    os.kill(first, signal.SIGKILL)
    for _ in range(20):
        assert bob.vm("server-01")["booked_by"] == ADMIN
    eventually(lambda: len(cluster.said(r"^node \d .* serving ")) == 4, START_SECONDS)
    processes = cluster.children()
    assert len(processes) == 5
    cluster.process.send_signal(signal.SIGINT)
    assert cluster.ended() == 0
    assert not any(map(is_running, processes))
    assert list(folder.iterdir()) == []


def test_nothing_of_it_outlives_it(cluster):
    processes = cluster.children()
    cluster.process.kill()
    assert cluster.ended() == -signal.SIGKILL
    eventually(lambda: not any(map(is_running, processes)))
