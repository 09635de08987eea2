"""A node: one of the servers that share a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.postgres import Cluster
from support.server import Server

BASE_URL = "http://loadzone.example.com"  # the same on all nodes, although no balancer has it
LEADS = "this node leads"  # in its log


def node_on(url: str, **options: object) -> Server:
    """Return a node on the database at this address, not started yet; `options` are those of Server."""
    shared = {"LOADZONE_DATA": "", "LOADZONE_BASE_URL": BASE_URL, "LOADZONE_DATABASE_URL": url}
    return Server(Path("no file"), **{**shared, **options})


@contextmanager
def running_nodes(cluster: Cluster, *each: dict[str, str]) -> Iterator[list[Server]]:
    """Run a node with each of these options, all on one database of their own."""
    url = cluster.make_database()
    nodes = [node_on(url, **options) for options in each]
    try:
        yield [node.start() for node in nodes]
    finally:
        for node in nodes:
            node.end()
        cluster.drop(url)
