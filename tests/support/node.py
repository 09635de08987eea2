"""A node: one of the servers that share a database."""

from pathlib import Path

from support.server import Server

BASE_URL = "http://loadzone.example.com"  # the same on all nodes, although no balancer has it
LEADS = "this node leads"  # in its log


def node_on(url: str, **options: object) -> Server:
    """Return a node on the database at this address, not started yet; `options` are those of Server."""
    shared = {"LOADZONE_DATA": "", "LOADZONE_BASE_URL": BASE_URL, "LOADZONE_DATABASE_URL": url}
    return Server(Path("no file"), **{**shared, **options})
