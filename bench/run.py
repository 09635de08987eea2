"""Compare LoadZone with the limits of this machine: `make bench`, or `.venv/bin/python bench/run.py [options]`.

Prints a table and, with --keep, writes it to docs/performance.md, which says how to read it. Takes some minutes and
needs two cores for itself.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import broadcast_figures
import expiry_figures
import finding_figures
import history_figures
import http_figures
import memory_figures
import postgres
import start_figures
import table
import usage_figures
import worst_case_figures
from page import ROOT, inventory_of

from support.server import ADMIN, Server

SIZES = (100, 1000, 10_000)
PARTS = ("http", "broadcast", "start", "expiry", "worst", "usage", "history", "finding")
USAGE_SIZE = HISTORY_SIZE = 1000


def main() -> int:
    options = _arguments()
    before = os.getloadavg()[0]
    rows: list[table.Row] = []
    measured = postgres.rows(options.sizes, options.parts) if options.postgres else _all_rows(options)
    for row in measured:
        print(*row.cells(), sep="  ", flush=True)
        rows.append(row)
    print(f"\n{table.as_text(rows)}")
    if options.keep:
        place = table.POSTGRES_FIGURES if options.postgres else table.FIGURES
        table.keep(rows, (before, os.getloadavg()[0]), place)
    return any(not row.reached for row in rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare LoadZone with the limits of this machine.")
    parser.add_argument("--postgres", action="store_true", help="nodes over PostgreSQL, beside one over the file")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of machines")
    parser.add_argument("--parts", nargs="+", choices=sorted({*PARTS, *postgres.PARTS}))
    parser.add_argument("--minutes", type=float, default=0, help="minutes of load, to see whether memory grows")
    parser.add_argument("--keep", action="store_true", help="write the table to docs/performance.md")
    options = parser.parse_args()
    options.sizes = options.sizes or (postgres.SIZES if options.postgres else SIZES)
    options.parts = options.parts or (postgres.PARTS if options.postgres else PARTS)
    return options


def _all_rows(options: argparse.Namespace) -> Iterator[table.Row]:
    for size in options.sizes:
        with _both(size) as (bare, server):
            yield from _rows(options, size, bare, server)


def _rows(options: argparse.Namespace, size: int, bare: Server, server: Server) -> Iterator[table.Row]:
    largest = size == max(options.sizes)
    if "start" in options.parts:
        yield start_figures.start(size, bare, server)
    bare.start()
    server.start()
    if "http" in options.parts:
        yield from http_figures.answers(size, bare, server)
        yield http_figures.one_booking(size, server)
    if "broadcast" in options.parts:
        yield from broadcast_figures.one_change(size, bare, server)
    if "expiry" in options.parts and largest:
        yield from expiry_figures.endings(size)
    if "worst" in options.parts and largest:
        yield worst_case_figures.worst_case(size)
    if "usage" in options.parts and size == USAGE_SIZE:
        yield from usage_figures.usage(size)
    if "finding" in options.parts and size == USAGE_SIZE:
        yield from finding_figures.finding(size)
    if "history" in options.parts and size == HISTORY_SIZE:
        yield from history_figures.waiting_lines(size, server)
    if options.minutes and largest:
        yield memory_figures.over_time(size, server, options.minutes, broadcast_figures.BROWSERS)


@contextmanager
def _both(size: int) -> Iterator[tuple[Server, Server]]:
    """Yield the bare server and LoadZone, not started yet."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Server(Path(folder) / "none", root=ROOT / "bench" / "bare")
        server = Server(inventory_of(Path(folder), size), LOADZONE_ADMINS=ADMIN)
        try:
            yield bare, server
        finally:
            bare.stop()
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
