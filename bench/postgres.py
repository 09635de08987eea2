"""The figures of nodes over PostgreSQL: `make bench BENCH=--postgres`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import fault_figures
import lock_figures
import node_figures
import other_node_figures
from page import inventory_of
from table import Row

from nodes import Nodes, clusters, nodes_of
from support.server import ADMIN, Server

SIZES = (1000, 10_000, 100_000)
PARTS = ("http", "lock", "nodes", "browsers", "faults")


def rows(sizes: Sequence[int], parts: Sequence[str]) -> Iterator[Row]:
    """Yield the rows; those of several nodes and of faults are measured at the smallest size."""
    with clusters() as cluster:
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder, nodes_of(cluster, Path(folder), size) as nodes:
                file = Server(inventory_of(Path(folder), size), LOADZONE_ADMINS=ADMIN).start()
                try:
                    if "lock" in parts:  # first: a node on the same two cores would read each commit meanwhile
                        yield lock_figures.lock_held(size, nodes)
                    if "http" in parts:
                        yield from node_figures.one_node(size, file, nodes)
                    if size == min(sizes):
                        yield from _of_several(size, parts, file, nodes)
                finally:
                    file.stop()


def _of_several(size: int, parts: Sequence[str], file: Server, nodes: Nodes) -> Iterator[Row]:
    if "nodes" in parts:
        for count in node_figures.NODES_GOALS:
            yield node_figures.several_nodes(size, file, nodes, count)
    if "browsers" in parts:
        yield from other_node_figures.other_node(size, nodes)
    if "faults" in parts:
        yield from fault_figures.faults(size, nodes)
