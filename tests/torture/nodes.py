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
from loadzone.datafile.writer import encoded
from loadzone.domain.records import State
from loadzone.reports.engines import postgres_engine
from storage import DurableStore
from support.nginx import balancer
from support.ports import free_port
from support.server import Server
from support.smtp import MailServer
from support.waiting import eventually
from torture.acts_checker import Acts
from torture.databases import Databases, databases
from torture.history import History
from torture.network import Network, network
from torture.node_faults import NodeFaults
from torture.recorded_acts import recorded
from torture.site import Options, first_inventory, settings

LOOK_SECONDS = 0.3
START_SECONDS = 60
APART = 4 * 60_000  # milliseconds between the clocks of two nodes, in the beginning


class KeptNode(Server):
    """A node that is started again whenever it ends, as by systemd, until `is_kept` is false."""

    def __init__(self, folder: Path, number: int, address: str, **more: str) -> None:
        self._clock = folder / f"clock-{number}"
        self.ahead((number - 1) * APART)
        more |= {"TORTURE_CLOCK": str(self._clock), "LOADZONE_DATABASE_URL": address}
        super().__init__(folder / "none", program="tests/torture/serve.py", **more)
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

    def wait_until_it_answers(self, path: str = "/healthz") -> None:
        try:
            eventually(lambda: self.healthy(path), START_SECONDS)
        except AssertionError:
            raise AssertionError(f"a node never answered; the end of its log: {self.log[-5000:]}") from None

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

    def __init__(self, url: str, nodes: list[KeptNode], kept_in: Databases, between: Network, mix: str) -> None:
        self.url = url
        self._nodes = nodes
        self._databases = kept_in
        self._network = between
        self._mix = mix

    def faults(self, random: Random, mail: MailServer, history: History) -> NodeFaults:
        return NodeFaults(self._nodes, self._databases, self._network, mail, history, random, self._mix)

    def restart(self) -> None:
        for node in self._nodes:
            node.ask_to_end()
        for node in self._nodes:
            node.wait_until_it_answers()

    def outbox(self) -> list[dict]:
        return json.loads(encoded(self._state())).get("outbox", [])

    def acts(self) -> Acts:
        url = self._databases.primary.url
        return recorded(self._state(), postgres_engine(lambda: connect(url, "torture", autocommit=False)))

    def _state(self) -> State:
        with connect(self._databases.primary.url, "torture") as connection:
            return load(connection)[0]

    @property
    def log_lines(self) -> list[str]:
        return [f"node {number}: {line}" for number, node in enumerate(self._nodes) for line in node.log_lines]


@contextmanager
def several_nodes(folder: Path, options: Options, mail: MailServer, history: History) -> Iterator[Nodes]:
    """Yield nodes that run, on a database of their own."""
    with ExitStack() as stack:
        kept_in = stack.enter_context(databases(options.standby))
        first = json.dumps(first_inventory(options)).encode()
        DurableStore(PostgresLog(kept_in.primary.url, first)).close()
        between = stack.enter_context(network(options.nodes, kept_in.folders))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        more = {"LOADZONE_DATA": "", "LOADZONE_BASE_URL": url, **settings(options), **mail.settings}
        addresses = [f"host={between.hosts(number)} user=postgres" for number in range(options.nodes)]
        nodes = [KeptNode(folder, number, address, **more) for number, address in enumerate(addresses)]
        stack.callback(_end_all, nodes)
        for node in nodes:
            node.launch()
        for node in nodes:
            node.wait_until_it_answers()
        stack.enter_context(balancer(folder, port, [node.port for node in nodes]))
        yield Nodes(url, nodes, kept_in, between, options.faults)


def _end_all(nodes: list[KeptNode]) -> None:
    for node in nodes:
        node.end()
