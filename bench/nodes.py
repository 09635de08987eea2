"""Nodes over a PostgreSQL of the bench's own, which has the settings of Debian's and syncs to the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from page import inventory_of  # page.py puts tests/ on the path, where `support` is found

from loadzone.database import schema
from support.node import node_on
from support.people import Person
from support.postgres import Cluster, running_cluster
from support.server import Server

DEBIAN = ("shared_buffers = 128MB", "fsync = on", "synchronous_commit = on")


class Nodes:
    """A database with so many machines, and the nodes on it."""

    def __init__(self, cluster: Cluster, data: Path) -> None:
        self.cluster = cluster
        self.url = cluster.make_database()
        self.running: list[Server] = []
        with psycopg.connect(self.url, autocommit=True) as connection:
            schema.prepare(connection, data.read_bytes())

    def start(self, count: int) -> list[Server]:
        """Start nodes until there are so many, and return them."""
        while len(self.running) < count:
            self.running.append(node_on(self.url).start())
        return self.running[:count]

    def end(self, number: int = 0) -> None:
        """Stop the nodes from this number on."""
        for node in self.running[number:]:
            node.kill()
        del self.running[number:]

    def signed_in(self, people: int) -> list[Person]:
        """Sign people in on the first node, which holds on all of them."""
        return [Person(self.running[0], f"person{number}@example.com").sign_in() for number in range(people)]


@contextmanager
def clusters() -> Iterator[Cluster]:
    """Yield a PostgreSQL that runs with the settings of Debian's."""
    with running_cluster() as cluster:
        cluster.kill()
        cluster.set(*DEBIAN)
        cluster.launch()
        yield cluster


@contextmanager
def nodes_of(cluster: Cluster, folder: Path, size: int) -> Iterator[Nodes]:
    """Yield a database with so many machines, on which no node runs yet."""
    nodes = Nodes(cluster, inventory_of(folder, size))
    try:
        yield nodes
    finally:
        nodes.end()
