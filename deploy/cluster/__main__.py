"""Three LoadZones on one PostgreSQL behind nginx, to try it out: `make run-cluster`. Ctrl-C ends and deletes all of it.

PostgreSQL and nginx are those of the system. The database lies in a temporary folder and begins with the starter
inventory. Everything listens on this machine only. LOADZONE_PORT is the one address, 5000 by default; other settings
are the nodes'.
"""

from __future__ import annotations

import os
import queue
import secrets
import signal
import string
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from postgres import Postgres
from processes import ROOT, CannotRun, Process, free_port, program, say

NGINX = ROOT / "deploy" / "cluster" / "nginx.conf.template"
BALANCER = ROOT / "deploy" / "nginx-nodes.conf.template"
NODES = 3
CANNOT_START = 2  # the exit status of a LoadZone for which starting again would not help
PATIENCE = 60.0  # seconds for something to answer
PAUSE = 1.0  # seconds before a node that has ended is started again


class Cluster:
    """The database, the nodes and the balancer, in a folder. A node that ends is started again, as systemd would do.

    `ended` brings what has ended; None asks to stop.
    """

    def __init__(self, folder: Path, port: int, ended: queue.SimpleQueue[Process | None]) -> None:
        self._folder = folder
        self._port = port
        self._ended = ended
        self._running = ExitStack()
        self._ports = [free_port() for _ in range(NODES)]
        self._nodes: dict[Process, int] = {}
        self._secret_key = secrets.token_urlsafe(32)

    def start(self) -> None:
        """Start all of it, and return once each answers. Raises CannotRun."""
        postgres = Postgres(self._folder, self._ended)
        self._running.callback(postgres.stop)
        self._url = postgres.url
        self._wait_until(postgres.is_ready)
        self._bring_inventory()
        for number in range(1, NODES + 1):
            self._start_node(number)
        for port in self._ports:
            self._wait_until(lambda port=port: _answers(port))  # type: ignore[misc]
        self._start_balancer()
        self._wait_until(lambda: _answers(self._port))

    def run(self) -> None:
        """Return when it is asked to stop, or when something ended without which the rest is no use."""
        while (process := self._ended.get()) is not None:
            say(f"{process.name:8} | ended with status {process.status}")
            number = self._nodes.pop(process, None)
            if number is None or process.status == CANNOT_START:
                return
            time.sleep(PAUSE)
            self._start_node(number)

    def stop(self) -> None:
        """Stop all of it: the balancer, the nodes, the database."""
        self._running.close()

    def _start_node(self, number: int) -> None:
        settings = {"LOADZONE_HOST": "127.0.0.1", "LOADZONE_PORT": str(self._ports[number - 1])}
        environment = self._environment(**settings, LOADZONE_TRUSTED_PROXIES="1")
        node = Process(f"node {number}", [sys.executable, "app.py"], self._ended, environment)
        self._nodes[node] = number
        self._running.callback(node.stop)

    def _environment(self, **settings: str) -> dict[str, str]:
        """Return the environment of a node: that of this process, with these settings."""
        of_this_cluster = {"LOADZONE_DATABASE_URL": self._url, "LOADZONE_SECRET_KEY": self._secret_key}
        others = ("LOADZONE_DATA", "LOADZONE_DATABASE_URL_FILE", "LOADZONE_SECRET_KEY_FILE")
        given = {name: value for name, value in os.environ.items() if name not in others}
        address = {"LOADZONE_BASE_URL": f"http://localhost:{self._port}", "PYTHONUNBUFFERED": "1"}
        return {**address, **given, **of_this_cluster, **settings}

    def _bring_inventory(self) -> None:
        """Fill the database with the starter inventory, with which `make run` begins."""
        words = [sys.executable, "-m", "loadzone", "data", "copy", str(ROOT / "data.json"), "database", "--yes"]
        ended = subprocess.run(words, cwd=ROOT, env=self._environment(), capture_output=True, text=True)
        if ended.returncode:
            raise CannotRun(f"the starter inventory could not be copied: {ended.stderr.strip()}")

    def _start_balancer(self) -> None:
        values = {f"NODE_{number}": f"127.0.0.1:{port}" for number, port in enumerate(self._ports, 1)}
        values["LISTEN"] = f"127.0.0.1:{self._port}"
        whole = _filled(NGINX, LEVEL="error", HTTP=_filled(BALANCER, **values))
        (self._folder / "nginx.conf").write_text(whole, encoding="utf-8")
        nginx = program("nginx", "nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        words = [nginx, "-p", str(self._folder), "-c", "nginx.conf", "-e", "stderr"]
        self._running.callback(Process("nginx", words, self._ended).stop)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            if not self._ended.empty() or time.monotonic() > until:
                raise CannotRun("it did not start; the lines above say why")
            time.sleep(0.1)


def _answers(port: int) -> bool:
    """Tell whether a LoadZone is well at this port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _filled(template: Path, **values: str) -> str:
    """Return the text of a file with these values; what is no value of it, such as nginx's own, stays."""
    return string.Template(template.read_text(encoding="utf-8")).safe_substitute(values)


def main() -> int:
    """Run the cluster until SIGTERM or Ctrl-C; return the exit status."""
    ended: queue.SimpleQueue[Process | None] = queue.SimpleQueue()  # a signal handler may put into it
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.put(None))
    port = int(os.environ.get("LOADZONE_PORT") or 5000)
    with tempfile.TemporaryDirectory(prefix="loadzone-cluster-") as folder:
        cluster = Cluster(Path(folder), port, ended)
        try:
            cluster.start()
            say(f"serving http://localhost:{port} from {NODES} nodes; Ctrl-C ends and deletes them")
            cluster.run()
        except CannotRun as error:
            say(f"The cluster cannot run: {error}")
            return 1
        finally:
            cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
