"""The network between nodes and databases: it can be cut, slow, or break connections in the middle of a message."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).with_name("network_process.py")


class Network:
    """A way from each node to each database, as a socket in a folder of its own."""

    def __init__(self, nodes: int, databases: list[str]) -> None:
        self._root = tempfile.mkdtemp(prefix="lz-net-", dir="/tmp")  # short: a socket's path has 107 bytes
        self._per_node = len(databases)
        places = []
        for number in range(nodes * len(databases)):
            folder = Path(self._root) / str(number)
            folder.mkdir()
            places += [str(folder), databases[number % len(databases)]]
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *places], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout.readline(), "the network did not start"

    def hosts(self, node: int) -> str:
        """Return the hosts of all databases as this node reaches them, as in an address."""
        return ",".join(f"{self._root}/{number}" for number in self._ways(node))

    def open(self, node: int) -> None:
        """Let everything pass."""
        self._order(node, mode="open")

    def hold(self, node: int) -> None:
        """Let nothing pass; what is sent waits. This is how a network looks that drops packets."""
        self._order(node, mode="held")

    def slow(self, node: int, seconds: float) -> None:
        """Let everything pass so much later."""
        self._order(node, mode="slow", seconds=seconds)

    def break_off(self, node: int) -> None:
        """End all connections and take no more."""
        self._order(node, mode="broken")

    def break_after(self, node: int, size: int) -> None:
        """End all connections to a database once, when so many bytes have passed, either way."""
        self._order(node, after=size)

    def lose_commit(self, node: int) -> None:
        """End a connection in the place of the next answer that a transaction was committed."""
        self._order(node, lost="COMMIT\0")

    def end(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        shutil.rmtree(self._root)

    def _ways(self, node: int) -> range:
        return range(node * self._per_node, (node + 1) * self._per_node)

    def _order(self, node: int, **order: object) -> None:
        self._process.stdin.write(json.dumps({"ways": list(self._ways(node)), **order}) + "\n")
        self._process.stdin.flush()


@contextmanager
def network(nodes: int, databases: list[str]) -> Iterator[Network]:
    """Yield a network on which everything passes."""
    made = Network(nodes, databases)
    try:
        yield made
    finally:
        made.end()
