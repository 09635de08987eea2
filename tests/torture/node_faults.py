"""Faults of nodes, of their database and of what is between them, chosen one after the other."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Protocol

import psycopg

from support.smtp import MailServer
from torture.databases import Databases
from torture.history import History
from torture.mail_fault import MailFault
from torture.network import Network

WRONG_BY = 300  # seconds that a node's clock may be wrong, either way
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s"
CONNECTIONS = ("writer", "listener", "leader", "")


class Node(Protocol):
    """A node that is started again whenever it ends."""

    pid: int

    def kill(self) -> None: ...
    def ask_to_end(self) -> None: ...
    def ahead(self, milliseconds: int) -> None: ...
    def wait_until_it_answers(self, path: str = "/healthz") -> None: ...


class NodeFaults:
    """After `heal` everything works again. `mix` names which faults come, and how often (MIXES)."""

    def __init__(
        self,
        nodes: list[Node],
        databases: Databases,
        network: Network,
        mail: MailServer,
        history: History,
        random: Random,
        mix: str,
    ) -> None:
        self._nodes = nodes
        self._databases = databases
        self._network = network
        self._history = history
        self._random = random
        self._weights = dict(MIXES[mix])
        if not databases.has_standby:
            self._weights.pop("fail_over", None)
        if not databases.primary.disk:
            self._weights.pop("disk", None)
        self._mail_fault = MailFault(mail, random)

    def inject(self) -> None:
        """Inject any fault, whatever earlier ones have left behind."""
        [name] = self._random.choices(list(self._weights), list(self._weights.values()))
        self._inject(name)
        time.sleep(self._random.uniform(0.05, 1.2))

    def together(self) -> None:
        """Let a node or its connections fail while the database does."""
        there = self._random.choice([name for name in OF_DATABASES if name in self._weights])
        with ThreadPoolExecutor(1) as executor:
            failing = executor.submit(self._inject, there)
            while not failing.done():
                self._inject(self._random.choice(OF_NODES))
            failing.result()

    # a node

    def kill(self) -> None:
        self._any_node().kill()

    def stop(self) -> None:
        self._any_node().ask_to_end()

    def freeze(self) -> None:
        """Freeze a node for less than the leader's lease."""
        self._freeze(self._random.uniform(0.2, 2))

    def freeze_long(self) -> None:
        """Freeze it for longer than the lease, and than the server lets it hold the lock."""
        self._freeze(self._random.uniform(4, 7))

    def clock(self) -> None:
        self._any_node().ahead(self._random.randint(-WRONG_BY * 1000, WRONG_BY * 1000))

    def smtp(self) -> None:
        self._mail_fault.inject()

    # what is between a node and the database

    def cut(self) -> None:
        """Let nothing pass for a while: sometimes longer than a node goes on without the database."""
        node = self._any_number()
        self._network.hold(node)
        time.sleep(self._random.choice([0.5, 2, 4, 12]))
        self._network.open(node)

    def refuse(self) -> None:
        """Let a node find no database for a while."""
        node = self._any_number()
        self._network.break_off(node)
        time.sleep(self._random.choice([0.5, 2, 4]))
        self._network.open(node)

    def slow(self) -> None:
        """Let everything pass later, for a while."""
        node = self._any_number()
        self._network.slow(node, self._random.choice([0.02, 0.1, 0.4]))
        time.sleep(self._random.uniform(1, 4))
        self._network.open(node)

    def reset(self) -> None:
        """End the connections of a node in the middle of whatever passes there."""
        for _ in range(self._random.randint(1, 5)):
            self._network.break_after(self._any_number(), self._random.randrange(3000))
            time.sleep(0.1)

    def lost_answer(self) -> None:
        """Let a node lose the answer to its next commits, which are written."""
        for _ in range(3):
            self._network.lose_commit(self._any_number())
            time.sleep(0.1)

    # the database

    def terminate(self) -> None:
        with psycopg.connect(self._databases.primary.url, autocommit=True) as connection:
            connection.execute(TERMINATE, [f"loadzone {self._random.choice(CONNECTIONS)}%"])

    def crash(self) -> None:
        """Let the database crash and come back at once."""
        self._databases.primary.kill()
        self._databases.primary.launch()

    def restart(self) -> None:
        self._databases.primary.stop()
        time.sleep(self._random.uniform(0, 1))
        self._databases.primary.launch()

    def away(self) -> None:
        """Let the database be away for longer than changes wait for it."""
        self._databases.primary.kill()
        time.sleep(12)
        self._databases.primary.launch()

    def disk(self) -> None:
        """Fill the disk of the database; sometimes with nothing left for its own log, without which it ends."""
        primary = self._databases.primary
        primary.disk.fill(None)
        time.sleep(self._random.uniform(0.2, 3))
        if self._random.random() < 0.5:
            try:
                primary.ask("SELECT pg_switch_wal()")
            except psycopg.OperationalError:
                time.sleep(self._random.uniform(0, 2))
        primary.disk.free(None)
        self._databases.ensure_running()

    def fail_over(self) -> None:
        self._databases.fail_over()

    def wait(self) -> None:
        """Inject nothing."""

    def heal(self) -> None:
        self._mail_fault.heal()
        for node in self._nodes:
            node.wait_until_it_answers("/groups")

    def _inject(self, name: str) -> None:
        if name != "wait":
            self._history.add_fault(name)
        getattr(self, name)()

    def _any_node(self) -> Node:
        return self._nodes[self._any_number()]

    def _any_number(self) -> int:
        return self._random.randrange(len(self._nodes))

    def _freeze(self, seconds: float) -> None:
        process = self._any_node().pid
        os.kill(process, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process, signal.SIGCONT)


OF_NODES = ["kill", "freeze", "freeze_long", "cut", "slow", "reset", "lost_answer"]
OF_DATABASES = ["terminate", "crash", "restart", "away", "disk", "fail_over"]
CHEAP = {
    "kill": 4,
    "clock": 2,
    "freeze": 2,
    "smtp": 1,
    "terminate": 3,
    "reset": 3,
    "lost_answer": 3,
    "refuse": 1,
    "crash": 2,
}
DEAR = {"stop": 1, "freeze_long": 1, "cut": 2, "slow": 2, "restart": 1, "away": 0.5, "disk": 2, "fail_over": 3}
MIXES = {"all": CHEAP | DEAR | {"together": 4}, "cheap": CHEAP, "none": {"wait": 1}, "lost answers": {"lost_answer": 1}}
