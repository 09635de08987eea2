"""Several nodes on one database, behind a balancer that sends each request to any of them."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from loadzone.database.connection import connect
from loadzone.database.loading import load
from loadzone.database.postgres_log import PostgresLog
from loadzone.datafile.writer import StateEncoder
from storage import DurableStore
from support.nginx import balancer
from support.ports import free_port
from support.postgres import Cluster, running_cluster
from support.server import Server
from support.smtp import MailServer
from torture.history import History
from torture.node_faults import NodeFaults
from torture.site import Options, first_inventory, settings

LOOK_SECONDS = 0.1


class KeptNode(Server):
    """A node that is started again whenever it ends, as by systemd, until `is_kept` is false."""

    def __init__(self, folder: Path, number: int, **more: str) -> None:
        self._clock = folder / f"clock-{number}"
        self.ahead(0)
        super().__init__(folder / "none", program="tests/torture/serve.py", TORTURE_CLOCK=str(self._clock), **more)
        self.is_kept = True
        self._changing = threading.Lock()
        threading.Thread(target=self._keep, daemon=True).start()

    def ahead(self, milliseconds: int) -> None:
        """Set how far its own clock is ahead."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(milliseconds))
        new.replace(self._clock)

    def kill(self) -> None:
        """Kill it; it is started again at once."""
        with self._changing:
            super().kill()
            self._launch_again()

    def ask_to_end(self) -> None:
        """Have it end in good order; it is started again."""
        with self._changing:
            super().stop(timeout=60)
            self._launch_again()

    def end(self) -> None:
        """End it for good."""
        with self._changing:
            self.is_kept = False
            super().stop(timeout=60)

    def _keep(self) -> None:
        looking = threading.Event()
        while self.is_kept:
            looking.wait(LOOK_SECONDS)
            with self._changing:
                if self.is_kept and self._process and self._process.poll() is not None:
                    self._close()
                    self._launch_again()

    def _launch_again(self) -> None:
        if self.is_kept:
            self.launch()


class Nodes:
    """A Site (site.py)."""

    def __init__(self, url: str, nodes: list[KeptNode], cluster: Cluster, database: str, mail: MailServer, history):
        self.url = url
        self.nodes = nodes
        self._cluster = cluster
        self._database = database
        self._mail = mail
        self._history = history

    def faults(self, random: Random) -> NodeFaults:
        return NodeFaults(self.nodes, self._mail, self._history, random)

    def restart(self) -> None:
        for node in self.nodes:
            node.ask_to_end()
        for node in self.nodes:
            node.wait_until_it_answers()

    def outbox(self) -> list[dict]:
        with connect(self._database, "torture") as connection:
            state, _ = load(connection)
        encoder = StateEncoder()
        encoder.mark_all(state)
        return json.loads(encoder.encode(state)).get("outbox", [])

    @property
    def log_lines(self) -> list[str]:
        return [f"node {number}: {line}" for number, node in enumerate(self.nodes) for line in node.log_lines]


@contextmanager
def several_nodes(folder: Path, options: Options, mail: MailServer, history: History) -> Iterator[Nodes]:
    """Yield nodes that run, on a database of their own."""
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        database = cluster.make_database()
        DurableStore(PostgresLog(database, json.dumps(first_inventory(options)).encode())).close()
        port = free_port()
        more = {"LOADZONE_DATA": "", "LOADZONE_DATABASE_URL": database, "LOADZONE_BASE_URL": f"http://127.0.0.1:{port}"}
        more |= settings(options) | mail.settings
        nodes = [KeptNode(folder, number, **more) for number in range(options.nodes)]
        stack.callback(_end_all, nodes)
        for node in nodes:
            node.launch()
        for node in nodes:
            node.wait_until_it_answers()
        stack.enter_context(balancer(folder, port, [node.port for node in nodes]))
        yield Nodes(more["LOADZONE_BASE_URL"], nodes, cluster, database, mail, history)


def _end_all(nodes: list[KeptNode]) -> None:
    for node in nodes:
        node.end()
