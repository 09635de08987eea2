"""Measure how long a start takes, beside the start of an empty app."""

from __future__ import annotations

import time

from clients import median
from table import Row

from support.server import Server

ROUNDS = 3


def start(size: int, bare: Server, server: Server) -> Row:
    """Measure until /healthz answers. Both servers are stopped before and after."""
    rounds = [(_seconds(bare), _seconds(server)) for _ in range(ROUNDS)]
    limit, ours = (median(seconds) for seconds in zip(*rounds, strict=True))
    return Row(size, "start", f"{limit:.2f} s", f"{ours:.2f} s", ours / limit, "≤ 1 s more", ours - limit <= 1)


def _seconds(server: Server) -> float:
    begin = time.perf_counter()
    server.start()
    took = time.perf_counter() - begin
    server.stop()
    return took
